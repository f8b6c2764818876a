import ArgumentParser

/// The capture files that a command reads.
struct InputOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "Capture files: pcap or pcapng, gzip-compressed or not; - reads standard input. Several are merged by time.",
            valueName: "file"))
    var files: [String]

    @Flag(help: "Take the times of several files as they are, although the clocks of their hosts differ.")
    var noClockCorrection = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Messages kept of a large capture, the newest, and as many again of background traffic; else as many as fit "
                + "into 300 MB of memory.",
            valueName: "messages"))
    var keep: Int?

    mutating func validate() throws {
        guard keep.map({ (1...100_000_000).contains($0) }) ?? true else {
            throw ValidationError("--keep is between 1 and 100000000, not \(keep ?? 0)")
        }
        guard files.filter({ $0 == "-" }).count <= 1 else {
            throw ValidationError("standard input (-) can be read once only")
        }
    }
}
