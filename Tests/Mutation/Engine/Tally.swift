/// A value: one run as a worker tells of it, a line of JSON.
package struct RunLine: Codable, Sendable {
    package var run: Int
    package var mutations: [String: Int]
    package var bytes: Int
    package var seconds: Double
    package var renderingSeconds: Double
    package var isRefused: Bool
    package var untouched: Int
    package var touched: Int
    package var operations: Int
    /// The most memory that the process had at once meanwhile, in bytes; 0 where it is not known.
    package var memory: Int
    package var contradictions: [String]

    package init(_ report: RunReport, memory: Int) {
        run = report.run
        mutations = Dictionary(
            report.harm.counts.map { ($0.key.rawValue, $0.value) }, uniquingKeysWith: { first, _ in first })
        bytes = report.bytes
        seconds = report.seconds
        renderingSeconds = report.renderingSeconds
        isRefused = report.isRefused
        untouched = report.untouched
        touched = report.touched
        operations = report.operations
        contradictions = report.contradictions
        self.memory = memory
        contradictions += Bounds.faults(of: self)
    }
}

/// What a run may cost.
package enum Bounds {
    /// Of the process, with the captures that it chooses from.
    static let memory = 300_000_000
    /// Seconds a byte, and for whatever else a run needs on a busy machine.
    static let perByte = 5e-6
    static let constant = 0.25
    /// What is built without optimisation takes its time.
    #if DEBUG
        static let slowness = 20.0
    #else
        static let slowness = 1.0
    #endif

    static func faults(of line: RunLine) -> [String] {
        var faults: [String] = []
        let bound = (Double(line.bytes) * perByte + constant) * slowness
        if line.memory > memory { faults.append("memory: \(line.memory) bytes") }
        if line.seconds > bound { faults.append("time: \(line.seconds) s for \(line.bytes) bytes") }
        if line.renderingSeconds > bound * 6 {
            faults.append("time: \(line.renderingSeconds) s for writing \(line.bytes) bytes in six formats")
        }
        return faults
    }
}

/// A value: what came of many runs.
package struct Tally: Sendable {
    package var runs = 0
    package var mutations: [String: Int] = [:]
    package var bytes = 0
    package var refused = 0
    package var untouched = 0
    package var touched = 0
    package var operations = 0
    package var crashes = 0
    package var worstMemory = 0
    package var worstSecondsPerByte = 0.0
    package var worstRun: Int?
    package var seconds = 0.0
    /// By rule.
    package var contradictions: [String: Int] = [:]
    package var failedRuns = 0

    /// Smaller files tell more of what every run needs than of what a byte needs.
    private static let leastBytes = 20_000

    package init() {}

    package mutating func add(_ line: RunLine) {
        runs += 1
        mutations.merge(line.mutations, uniquingKeysWith: +)
        bytes += line.bytes
        refused += line.isRefused ? 1 : 0
        untouched += line.untouched
        touched += line.touched
        operations += line.operations
        seconds += line.seconds
        worstMemory = max(worstMemory, line.memory)
        let perByte = line.seconds / Double(max(line.bytes, 1))
        if line.bytes >= Self.leastBytes, perByte > worstSecondsPerByte {
            worstSecondsPerByte = perByte
            worstRun = line.run
        }
        failedRuns += line.contradictions.isEmpty ? 0 : 1
        for contradiction in line.contradictions {
            let rule = contradiction.split(separator: ":", maxSplits: 1).first.map(String.init) ?? contradiction
            contradictions[rule, default: 0] += 1
        }
    }

    /// The table that is printed, rows of two cells.
    package var rows: [(String, String)] {
        var rows = [
            ("runs", "\(runs)"), ("megabytes", "\(bytes / 1_000_000)"), ("crashes", "\(crashes)"),
            ("files refused as no capture", "\(refused)"), ("connections touched", "\(touched)"),
            ("connections untouched, and compared", "\(untouched)"), ("operations judged", "\(operations)"),
            ("most memory", "\(worstMemory / 1_000_000) MB"),
            ("most time a byte", "\((worstSecondsPerByte * 1e9).rounded() / 1000) µs"),
            ("mean time a byte", "\((seconds / Double(max(bytes, 1)) * 1e9).rounded() / 1000) µs"),
            ("runs with contradictions", "\(failedRuns)"),
        ]
        for (rule, count) in contradictions.sorted(by: { $0.key < $1.key }) { rows.append(("  \(rule)", "\(count)")) }
        rows.append(("mutations", "\(mutations.values.reduce(0, +))"))
        for (mutation, count) in mutations.sorted(by: { $0.key < $1.key }) {
            rows.append(("  \(mutation)", "\(count)"))
        }
        return rows
    }
}
