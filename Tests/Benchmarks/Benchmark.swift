import Glibc
import TestSupport

/// A machine that makes the files, runs the programs on them in turn, and prints what came out.
struct Benchmark {
    private let options: Options
    private let file: String
    private let tally: TrafficGenerator.Tally
    private static let bytes = 200_000_000
    private static let rounds = 7

    init(_ options: Options) throws {
        self.options = options
        file = options.folder + "/bus.pcap"
        tally = try TrafficGenerator.write(.bytes(Self.bytes), to: file)
        print(
            "\(decimal(Double(tally.bytes) / 1e6, 0)) MB, \(tally.packets) packets, \(tally.unrelatedPackets) of them "
                + "a database's; \(tally.calls) calls, \(tally.casts) casts, \(tally.fanouts) fanouts, "
                + "\(tally.notifications) notifications\n")
    }

    mutating func run() throws -> [Bar] {
        var stats = Series("novatrace stats", [options.novatrace, "stats", file])
        var tcpdump = Series("tcpdump -w /dev/null", ["tcpdump", "-r", file, "-w", "/dev/null"])
        var tshark = Series(
            "tshark -Y amqp", ["tshark", "-r", file, "-Y", "amqp", "-T", "fields", "-e", "amqp.method.method"])
        for _ in 0..<Self.rounds {
            try tcpdump.measure()
            try stats.measure()
        }
        try tshark.measure()
        try stats.measure()
        try tcpdump.measure()
        var all = [stats, tcpdump, tshark]
        let growth = try measureGrowth(&all)
        unlink(file)
        let allocations = try AllocationCount.perUnrelatedPacket(in: options.folder)
        Self.printCosts(all)
        let bars = bars(stats, tcpdump, tshark, growth, allocations)
        printTable([["what", "figure", "first bar", "goal", ""]] + bars.map(\.cells))
        return bars
    }

    /// A value: two files, the second of ten times the messages, and what they cost.
    private struct Growth {
        var ratio: Double
        /// Of the larger one.
        var peakMemory: Int?
    }

    private func measureGrowth(_ all: inout [Series]) throws -> Growth {
        let other = options.folder + "/other.pcap"
        let factor = options.isQuick ? 0.1 : 10
        let size = Int(Double(tally.conversations) * factor)
        let otherTally = try TrafficGenerator.write(.conversations(size), seed: 2, to: other)
        defer { unlink(other) }
        var one = Series("novatrace stats", [options.novatrace, "stats", file])
        let megabytes = decimal(Double(otherTally.bytes) / 1e6, 0)
        var changed = Series("novatrace stats, \(megabytes) MB", [options.novatrace, "stats", other])
        for _ in 0..<(options.isQuick ? Self.rounds : 5) {
            try one.measure()
            try changed.measure()
        }
        all.append(changed)
        let messages = Double(otherTally.conversations) / Double(tally.conversations)
        // Ten times the messages, as near as the files come to it.
        let ratio =
            options.isQuick
            ? one.processor / changed.processor * messages * 10 : changed.processor / one.processor / messages * 10
        return Growth(ratio: ratio, peakMemory: options.isQuick ? nil : changed.peakMemory)
    }

    private func bars(
        _ stats: Series, _ tcpdump: Series, _ tshark: Series, _ growth: Growth, _ allocations: Double
    ) -> [Bar] {
        [
            Bar(
                what: "stats against tcpdump reading the same", figure: stats.processor / tcpdump.processor,
                side: .atMost,
                first: 6, goal: 2.5, unit: "×", digits: 2),
            Bar(
                what: "stats faster than tshark", figure: tshark.processor / stats.processor, side: .atLeast, first: 25,
                goal: 60, unit: "×"),
            Bar(
                what: "peak memory, 200 MB", figure: Double(stats.peakMemory) / 1e6, side: .atMost, first: 96,
                goal: 48, unit: " MB"),
            Bar(
                what: "peak memory, ten times the messages", figure: growth.peakMemory.map { Double($0) / 1e6 },
                side: .atMost, first: 96, goal: 48, unit: " MB"),
            Bar(
                what: "time for ten times the messages", figure: growth.ratio, side: .atMost, first: 10.5,
                goal: 10.1, unit: "×", digits: 2),
            Bar(
                what: "allocations per unrelated packet", figure: allocations, side: .atMost, first: 0, goal: 0,
                unit: "", digits: 6),
        ]
    }

    private static func printCosts(_ all: [Series]) {
        var rows = [["", "best", "median", "processor", "memory", "runs"]]
        for series in all {
            rows.append([
                series.title, decimal(series.best, 3) + " s", decimal(series.median, 3) + " s",
                decimal(series.processor, 3) + " s", decimal(Double(series.peakMemory) / 1e6, 1) + " MB",
                String(series.costs.count),
            ])
        }
        printTable(rows)
        print()
    }
}
