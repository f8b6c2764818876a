import ArgumentParser

/// The capture files that a command reads.
struct InputOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "Capture files: pcap or pcapng, gzip-compressed or not; - reads standard input. Several are merged by time.",
            valueName: "file"))
    var files: [String]

    mutating func validate() throws {
        guard files.filter({ $0 == "-" }).count <= 1 else {
            throw ValidationError("standard input (-) can be read once only")
        }
    }
}
