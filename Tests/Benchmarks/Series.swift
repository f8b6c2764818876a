/// A value: the runs of one program on one file.
struct Series {
    let title: String
    let arguments: [String]
    private(set) var costs: [ProcessCost] = []
    /// Exit statuses that say what was found, as those of `explain`.
    private let verdicts: Set<Int32>

    init(_ title: String, _ arguments: [String], verdicts: Set<Int32> = []) {
        self.verdicts = verdicts
        self.title = title
        self.arguments = arguments
    }

    mutating func measure() throws(BenchmarkFailure) {
        costs.append(try ChildProcess.run(arguments, orStatus: verdicts))
    }

    /// Seconds of the fastest run.
    var best: Double { costs.map(\.elapsed).min() ?? .nan }

    var median: Double {
        let sorted = costs.map(\.elapsed).sorted()
        return sorted.isEmpty ? .nan : sorted[sorted.count / 2]
    }

    /// Seconds of processor time of the run that took least; ratios are made of these, since what else the machine does
    /// disturbs them least.
    var processor: Double { costs.map(\.processor).min() ?? .nan }

    var peakMemory: Int { costs.map(\.peakMemory).max() ?? 0 }
}
