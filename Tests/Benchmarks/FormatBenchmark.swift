import Glibc
import Rendering
import TestSupport

/// A machine that measures what every format costs with a capture of a hundred thousand messages, beside `stats`.
///
/// Each format is written twice: as a person first would, without a selection, and with all operations selected, where a
/// format either draws them or refuses.
struct FormatBenchmark {
    private let options: Options
    private static let conversations = 60_000
    private static let rounds = 3
    /// Exit status of a format that refuses.
    private static let refusal: Int32 = 64

    init(_ options: Options) {
        self.options = options
    }

    func run() throws -> [Bar] {
        let file = options.folder + "/formats.pcap"
        let tally = try TrafficGenerator.write(.conversations(Self.conversations), seed: 3, to: file)
        defer { unlink(file) }
        let messages = tally.conversations + tally.calls
        print(
            "\n\(messages) messages, \(decimal(Double(tally.bytes) / 1e6, 0)) MB: each format beside stats\n")
        var stats = Series("novatrace stats", [options.novatrace, "stats", file])
        for _ in 0..<Self.rounds { try stats.measure() }
        var (rows, bars): ([[String]], [Bar]) = ([["format", "processor", "memory", "against stats", ""]], [])
        rows.append(row("stats", stats.processor, stats.peakMemory, of: stats.processor, ""))
        for format in Formats.all {
            var (worst, memory) = (0.0, 0)
            for selection in [[], ["--since", "+0s"]] {
                let cost = try measure(format.name, file, selection)
                let title = format.name + (selection.isEmpty ? "" : " --since +0s")
                rows.append(
                    row(title, cost.processor, cost.peakMemory, of: stats.processor, cost.isRefused ? "refused" : ""))
                worst = max(worst, cost.processor)
                memory = max(memory, cost.peakMemory)
            }
            bars.append(
                Bar(
                    what: "\(format.name), 100,000 messages, against stats", figure: worst / stats.processor,
                    side: .atMost, first: 10, goal: 4, unit: "×"))
        }
        printTable(rows)
        print()
        printTable([["what", "figure", "first bar", "goal", ""]] + bars.map(\.cells))
        return bars
    }

    private func row(_ title: String, _ processor: Double, _ memory: Int, of base: Double, _ remark: String) -> [String]
    {
        [
            title, decimal(processor, 3) + " s", decimal(Double(memory) / 1e6, 1) + " MB",
            decimal(processor / base, 2) + "×", remark,
        ]
    }

    private func measure(
        _ format: String, _ file: String, _ selection: [String]
    ) throws(BenchmarkFailure) -> (processor: Double, peakMemory: Int, isRefused: Bool) {
        let arguments = [options.novatrace, "export", file, "--keep", "200000", "--format", format] + selection
        let process = try ChildProcess.start(arguments)
        let cost = try ChildProcess.wait(for: process, arguments.joined(separator: " "), orStatus: [Self.refusal])
        return (cost.processor, cost.peakMemory, cost.isOther)
    }
}
