import Glibc

/// A value: a program that captures on the link, and how to read its report.
struct Watcher {
    let title: String
    /// The program and its options.
    let arguments: [String]
    /// What stands behind the numbers in its report: messages, packets that the kernel dropped, packets that it missed
    /// itself.
    let messages: String?
    let drops: String
    let misses: [String]
    /// Exit status that says that packets were lost to the file it writes.
    var lossStatus: Int32 = 0
    /// A file that it writes, to be removed.
    var file: String?

    /// `novatrace capture` with further options.
    static func novatrace(
        _ program: String, on interface: String, _ title: String, _ options: [String], file: String? = nil
    )
        -> Watcher
    {
        Watcher(
            title: title, arguments: [program, "capture", "-i", interface, "--buffer", String(bufferSize)] + options,
            messages: " message", drops: " dropped by the kernel",
            misses: [" packets were captured but not read", " packets were not written"], lossStatus: EX_IOERR,
            file: file)
    }

    static func tcpdump(on interface: String, file: String) -> Watcher {
        Watcher(
            title: "tcpdump -w",
            arguments: [
                "tcpdump", "-i", interface, "-n", "-B", String(bufferSize * 1024), "-Z", "root", "-w", file,
                "tcp port 5672",
            ], messages: nil, drops: " packets dropped by kernel", misses: [], file: file)
    }

    /// MiB of the kernel's buffer, the same for all.
    private static let bufferSize = 32
}

/// A value: what one run came to.
struct WatcherResult {
    var rate = 0
    /// Messages a second that were sent, and how many in all.
    var sentRate = 0.0
    var sent = 0
    /// `nil` where the program counts none.
    var understood: Int?
    var dropped = 0
    var missed = 0
    var processor = 0.0
    var peakMemory = 0

    /// Whether the program took everything in.
    var isWhole: Bool { dropped == 0 && missed == 0 && (understood ?? sent) == sent }
    /// The rate that was asked for, as far as the sender could do it.
    var reachedRate: Int { min(rate, Int(sentRate)) }
    /// Whether the sender was as fast as it should have been.
    var isAtRate: Bool { sentRate >= Double(rate) * 0.98 }
}

/// A machine that runs a watcher on one processor while messages are sent.
struct WatcherRun {
    private let watcher: Watcher
    private let report: String
    private let process: pid_t

    /// Starts the program, and waits until it captures.
    init(_ watcher: Watcher, on link: VirtualLink, folder: String) throws(BenchmarkFailure) {
        self.watcher = watcher
        report = folder + "/report"
        let arguments = ["taskset", "-c", String(VirtualLink.captureProcessor)] + watcher.arguments
        process = try ChildProcess.start(arguments, errors: report)
        let end = MonotonicClock.now + 10
        while !link.isCaptured {
            var status: Int32 = 0
            guard MonotonicClock.now < end, waitpid(process, &status, WNOHANG) == 0 else {
                kill(process, SIGKILL)
                throw BenchmarkFailure(
                    description: "\(watcher.title) does not capture: \(TextFile.read(report) ?? "nothing said")")
            }
            usleep(10_000)
        }
        // The filter is set after the socket is made.
        usleep(200_000)
    }

    /// Bytes of memory it has now, and the most it had.
    var memory: (now: Int, peak: Int) {
        let status = TextFile.read("/proc/\(process)/status") ?? ""
        func kilobytes(_ name: String) -> Int {
            let line = status.split(separator: "\n").first { $0.hasPrefix(name) }
            return line.flatMap { $0.split(whereSeparator: { " \t".contains($0) }).dropFirst().first }.flatMap {
                Int($0)
            }
                ?? 0
        }
        return (kilobytes("VmRSS:") * 1024, kilobytes("VmHWM:") * 1024)
    }

    /// Ends the program as Ctrl-C does, once it had the time to take in what was sent.
    func end(_ result: WatcherResult) throws(BenchmarkFailure) -> WatcherResult {
        var result = result
        usleep(500_000)
        result.peakMemory = memory.peak
        kill(process, SIGINT)
        result.processor = try ChildProcess.wait(
            for: process, watcher.title, orStatus: [watcher.lossStatus]
        ).processor
        let text = TextFile.read(report) ?? ""
        if let messages = watcher.messages { result.understood = Self.number(before: messages, in: text) }
        guard let dropped = Self.number(before: watcher.drops, in: text) else {
            throw BenchmarkFailure(description: "\(watcher.title) does not say what was dropped: \(text)")
        }
        result.dropped = dropped
        result.missed = watcher.misses.reduce(0) { $0 + (Self.number(before: $1, in: text) ?? 0) }
        unlink(report)
        if let file = watcher.file { unlink(file) }
        return result
    }

    /// The number that stands before a text.
    private static func number(before phrase: String, in text: String) -> Int? {
        text.firstRange(of: phrase).flatMap { found in
            Int(String(text[..<found.lowerBound].reversed().prefix(while: \.isNumber).reversed()))
        }
    }
}
