/// A value: the runs of one program on one file.
struct Series {
    let title: String
    let arguments: [String]
    private(set) var costs: [ProcessCost] = []

    init(_ title: String, _ arguments: [String]) {
        self.title = title
        self.arguments = arguments
    }

    mutating func measure() throws(BenchmarkFailure) {
        costs.append(try ChildProcess.run(arguments))
    }

    /// Seconds of the fastest run.
    var best: Double { costs.map(\.elapsed).min() ?? .nan }

    var median: Double {
        let sorted = costs.map(\.elapsed).sorted()
        return sorted.isEmpty ? .nan : sorted[sorted.count / 2]
    }

    /// Seconds of processor time of the run that took least; ratios are made of these, since what else the machine does
    /// disturbs them least. All measured programs do their work in one thread.
    var processor: Double { costs.map(\.processor).min() ?? .nan }

    var peakMemory: Int { costs.map(\.peakMemory).max() ?? 0 }
}
