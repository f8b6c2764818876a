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

    mutating func validate() throws {
        guard files.filter({ $0 == "-" }).count <= 1 else {
            throw ValidationError("standard input (-) can be read once only")
        }
    }
}
