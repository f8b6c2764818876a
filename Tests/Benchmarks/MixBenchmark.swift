import Glibc

/// A machine that measures novatrace beside tcpdump and tshark with each mix of traffic.
struct MixBenchmark {
    private let options: Options
    private var rows = [
        [
            "mix", "MB", "packets", "messages", "tcpdump", "stats", "elapsed", "one thread", "× tcpdump", "tshark ×",
            "µs/message", "µs/packet", "memory",
        ]
    ]
    private var bars: [Bar] = []
    private static let rounds = 5

    init(_ options: Options) { self.options = options }

    /// Measures all mixes, or the one that is asked for.
    mutating func run() throws -> [Bar] {
        for mix in Mix.allCases where options.mix == nil || options.mix == mix { try measure(mix) }
        printTable(rows)
        print()
        printTable([["what", "figure", "first bar", "goal", ""]] + bars.map(\.cells))
        return bars
    }

    private mutating func measure(_ mix: Mix) throws {
        let file = options.folder + "/mix.pcap"
        // By another process: what this one has had counts as the memory of those that it starts.
        let counts = try TrafficCounts.write(mix, to: file, isQuick: options.isQuick)
        defer { unlink(file) }
        var stats = Series("stats", [options.novatrace, "stats", file])
        var alone = Series("one thread", ["taskset", "-c", "0", options.novatrace, "stats", file])
        var tcpdump = Series("tcpdump", ["tcpdump", "-r", file, "-w", "/dev/null"])
        for _ in 0..<Self.rounds {
            try tcpdump.measure()
            try stats.measure()
            try alone.measure()
        }
        var tshark = Series("tshark", ["tshark", "-r", file, "-Y", "amqp", "-T", "fields", "-e", "amqp.method.method"])
        if mix.hasBar { try tshark.measure() }
        rows.append([
            mix.title, decimal(Double(counts.bytes) / 1e6, 0), String(counts.packets), String(counts.messages),
            decimal(tcpdump.processor, 3) + " s", decimal(stats.processor, 3) + " s", decimal(stats.best, 3) + " s",
            decimal(alone.best, 3) + " s", decimal(stats.processor / tcpdump.processor, 1),
            mix.hasBar ? decimal(tshark.processor / stats.processor, 0) : "–",
            decimal(stats.processor / Double(counts.messages) * 1e6, 1),
            decimal(stats.processor / Double(counts.packets) * 1e6, 2),
            decimal(Double(stats.peakMemory) / 1e6, 0) + " MB",
        ])
        if mix.hasBar { addBars(mix, stats, alone, tcpdump, tshark) }
        if mix.isForCommands { try measureCommands(mix, file, stats) }
    }

    private mutating func addBars(_ mix: Mix, _ stats: Series, _ alone: Series, _ tcpdump: Series, _ tshark: Series) {
        bars += [
            Bar(
                what: "\(mix.title): stats against tcpdump", figure: stats.processor / tcpdump.processor, side: .atMost,
                first: 6, goal: 3, unit: "×", digits: 2),
            Bar(
                what: "\(mix.title): faster than tshark", figure: tshark.processor / stats.processor, side: .atLeast,
                first: 60, goal: 100, unit: "×"),
            Bar(
                what: "\(mix.title): two threads against one, elapsed", figure: stats.best / alone.best, side: .atMost,
                first: 0.7, goal: 0.6, unit: "×", digits: 2),
            Bar(
                what: "\(mix.title): two threads against one, processor", figure: stats.processor / alone.processor,
                side: .atMost, first: 1.1, goal: 1.05, unit: "×", digits: 2),
            Bar(
                what: "\(mix.title): peak memory", figure: Double(stats.peakMemory) / 1e6, side: .atMost, first: 64,
                goal: 48, unit: " MB"),
        ]
    }

    /// What makes operations of messages, beside `stats` of the same file.
    private mutating func measureCommands(_ mix: Mix, _ file: String, _ stats: Series) throws {
        for command in [["list"], ["explain"], ["replay"], ["replay", "--all"], ["export", "--format", "markdown"]] {
            var series = Series(
                command.joined(separator: " "), [options.novatrace] + command + [file], verdicts: [1, 2])
            for _ in 0..<3 { try series.measure() }
            bars.append(
                Bar(
                    what: "\(mix.title): \(series.title) against stats", figure: series.processor / stats.processor,
                    side: .atMost, first: 3, goal: 2, unit: "×", digits: 2))
        }
    }
}
