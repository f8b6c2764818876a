import Glibc
import TestSupport

/// A machine that measures a live capture on one processor: RPC messages of 4 kB sent at several rates, what is lost of
/// them, and at which rate that begins, beside tcpdump writing the same link to a file.
///
/// Every message is eight packets: publish, confirm, delivery, acknowledgement, and what TCP acknowledges of each.
struct LiveBenchmark: ~Copyable {
    private let link: VirtualLink
    private var packets: RepeatedPackets
    private let folder: String
    private let text: Watcher
    private let others: [Watcher]
    private let tcpdump: Watcher

    private static let rates = [5000, 10_000, 20_000, 30_000, 40_000, 60_000, 80_000]
    /// That no message is lost at.
    private static let wantedRate = 20_000
    private static let seconds = 3
    /// Messages after which the memory is looked at.
    private static let memoryMarks = [100_000, 200_000, 500_000, 1_000_000]
    private static let heading = [
        "", "rate", "sent/s", "messages", "understood", "dropped", "missed", "processor", "memory",
    ]

    init(novatrace: String, folder: String) throws {
        let path = folder + "/repeated.pcap"
        defer { unlink(path) }
        let content = try TrafficGenerator.writeRepeatable(conversations: 6000, to: path)
        let link = try VirtualLink()
        self.init(
            link, try RepeatedPackets(of: path, content, to: link.sending), novatrace: novatrace, folder: folder)
        print(
            "\nlive: \(content.messages) messages over and over, \(decimal(packets.packetsPerMessage, 1)) packets and "
                + "\(content.tally.bytes / content.messages) bytes each, on a virtual link of its own; one processor for "
                + "the sender and the kernel's copies, one for who captures\n")
    }

    private init(_ link: VirtualLink, _ packets: consuming RepeatedPackets, novatrace: String, folder: String) {
        self.link = link
        self.packets = packets
        self.folder = folder
        let (interface, file) = (link.receiving, folder + "/live.pcap")
        text = .novatrace(novatrace, on: interface, "capture", [])
        others = [
            .novatrace(novatrace, on: interface, "capture -w", ["-w", file], file: file),
            .novatrace(novatrace, on: interface, "capture --format jsonl", ["--format", "jsonl"]),
        ]
        tcpdump = .tcpdump(on: interface, file: file)
    }

    mutating func run() throws -> [Bar] {
        let results = try measureRates()
        try printLimits(results)
        let atWanted = results[0].first { $0.rate == Self.wantedRate }
        let memory = try measureMemory()
        let bars = [
            Bar(
                what: "packets lost at 20,000 messages a second",
                figure: atWanted.flatMap { $0.isAtRate ? Double($0.dropped + $0.missed) : nil }, side: .atMost,
                first: 0, goal: 0, unit: ""),
            Bar(
                what: "messages not understood of those",
                figure: atWanted.flatMap { $0.isAtRate ? Double($0.sent - ($0.understood ?? 0)) : nil }, side: .atMost,
                first: 0, goal: 0, unit: ""),
            Bar(
                what: "processor time for a million messages", figure: memory.result.processor, side: .atMost,
                first: 50, goal: 20, unit: " s"),
            Bar(
                what: "peak memory of a million messages", figure: Double(memory.result.peakMemory) / 1e6,
                side: .atMost, first: 160, goal: 128, unit: " MB"),
            Bar(
                what: "its growth after 200,000", figure: Double(memory.growth) / 1e6, side: .atMost, first: 8, goal: 1,
                unit: " MB"),
        ]
        printTable([["what", "figure", "first bar", "goal", ""]] + bars.map(\.cells))
        return bars
    }

    // MARK: Rates

    /// For each program the results at rising rates, until the sender cannot go faster.
    private mutating func measureRates() throws -> [[WatcherResult]] {
        var all: [[WatcherResult]] = []
        for watcher in [text] + others + [tcpdump] {
            var rows = [Self.heading]
            var results: [WatcherResult] = []
            for rate in Self.rates {
                let result = try measure(watcher, rate: rate)
                results.append(result)
                rows.append([watcher.title] + cells(of: result))
                // Beyond this everything is lost, or nothing is learned.
                if !result.isAtRate || result.dropped + result.missed > result.sent { break }
            }
            all.append(results)
            printTable(rows)
            print()
        }
        return all
    }

    private func cells(of result: WatcherResult) -> [String] {
        [
            String(result.rate), decimal(result.sentRate, 0) + (result.isAtRate ? "" : " (all the sender can do)"),
            String(result.sent), result.understood.map { String($0) } ?? "–", String(result.dropped),
            String(result.missed), decimal(result.processor, 2) + " s",
            decimal(Double(result.peakMemory) / 1e6, 1) + " MB",
        ]
    }

    private mutating func measure(_ watcher: Watcher, rate: Int) throws -> WatcherResult {
        let run = try WatcherRun(watcher, on: link, folder: folder)
        try packets.restart()
        var result = WatcherResult(rate: rate)
        result.sentRate = try packets.send(messages: rate * Self.seconds, rate: rate)
        result.sent = packets.messages
        return try run.end(result)
    }

    // MARK: Where drops begin

    private mutating func printLimits(_ results: [[WatcherResult]]) throws {
        let (ours, theirs) = (
            try limit(of: text, results[0]), try limit(of: tcpdump, results[results.count - 1])
        )
        print("drops begin at messages a second: novatrace capture \(ours), tcpdump -w \(theirs)\n")
    }

    /// Between a rate at which nothing was lost and one at which something was.
    private mutating func limit(of watcher: Watcher, _ results: [WatcherResult]) throws -> String {
        var good = results.filter { $0.isWhole && $0.isAtRate }.map(\.rate).max() ?? 0
        guard var bad = results.filter({ !$0.isWhole }).map(\.reachedRate).min() else {
            return "above \(decimal(results.map(\.sentRate).max() ?? 0, 0)), the most that can be sent"
        }
        good = min(good, bad)
        while bad - good > max(500, bad / 25) {
            let result = try measure(watcher, rate: (good + bad) / 2)
            if result.isWhole { good = result.rate } else { bad = min(bad - 1, result.reachedRate) }
        }
        return String(bad)
    }

    // MARK: A million messages

    /// A value: a long run, and by how much its memory grew after the first fifth. What a burst takes for a while is in the
    /// peak.
    private struct LongRun {
        var result: WatcherResult
        var growth: Int
    }

    private mutating func measureMemory() throws -> LongRun {
        let run = try WatcherRun(text, on: link, folder: folder)
        try packets.restart()
        var result = WatcherResult(rate: Self.wantedRate)
        var sizes: [Int: Int] = [:]
        var marks = Self.memoryMarks[...]
        var rows = [["messages", "memory", "peak"]]
        result.sentRate = try packets.send(messages: Self.memoryMarks[3], rate: Self.wantedRate) { sent in
            guard let mark = marks.first, sent >= mark else { return }
            marks.removeFirst()
            let memory = run.memory
            sizes[mark] = memory.now
            rows.append([String(mark)] + [memory.now, memory.peak].map { decimal(Double($0) / 1e6, 1) + " MB" })
        }
        result.sent = packets.messages
        result = try run.end(result)
        printTable([Self.heading, [text.title] + cells(of: result)])
        print()
        printTable(rows)
        print()
        let growth = (sizes[Self.memoryMarks[3]] ?? 0) - (sizes[Self.memoryMarks[1]] ?? 0)
        return LongRun(result: result, growth: growth)
    }
}
