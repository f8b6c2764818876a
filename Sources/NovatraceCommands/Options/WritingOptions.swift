import ArgumentParser
import Capture

/// The options that say where captured packets are written.
struct WritingOptions: ParsableArguments {
    @Option(
        name: [.customShort("w"), .customLong("write")],
        help: ArgumentHelp(
            "Write the packets to this file too: pcapng where it is so named, else pcap; - is standard output. "
                + "Packets are not redacted.", valueName: "file"))
    var path: String?

    @Option(
        name: [.customShort("C"), .customLong("file-size")],
        parsing: .unconditional,
        help: ArgumentHelp("Begin another file before one grows beyond so many millions of bytes.", valueName: "MB"))
    var fileSize: Int?

    @Option(
        name: [.customShort("W"), .customLong("file-count")],
        parsing: .unconditional, help: ArgumentHelp("Keep so many files, replacing the oldest.", valueName: "number"))
    var fileCount: Int?

    @Flag(help: "Replace files that exist; never what a link leads to, nor a stranger's in a folder open to all.")
    var force = false

    mutating func validate() throws {
        guard path != nil || (fileSize == nil && fileCount == nil && !force) else {
            throw ValidationError("--file-size, --file-count and --force need a file to write: -w FILE")
        }
        if let fileSize, !(1...1_000_000).contains(fileSize) {
            throw ValidationError("--file-size is between 1 and 1000000 millions of bytes, not \(fileSize)")
        }
        if let fileCount, !(1...1_000_000).contains(fileCount) {
            throw ValidationError("--file-count is between 1 and 1000000, not \(fileCount)")
        }
        guard fileCount == nil || fileSize != nil else {
            throw ValidationError("--file-count needs --file-size")
        }
    }

    /// Whether standard output is taken by packets.
    var takesStandardOutput: Bool { path.flatMap(OutputGuard.inherited) == 1 }

    /// The folder of the file, open; `nil` where nothing is written, or to what the shell has opened.
    ///
    /// To be called while the rights to go there are held.
    func folder(of identity: CaptureIdentity, isSandboxed: Bool) throws -> OutputFolder? {
        guard let path, OutputGuard.inherited(path) == nil else { return nil }
        let folder = try OutputFolder(of: path, owner: identity.owner)
        guard let ring, identity.user?.isOther == true, !identity.keepsRoot else { return folder }
        return try folder.withOpener(for: path, ring: ring, overwrites: force, isSandboxed: isSandboxed)
    }

    private var ring: RingOptions? { fileSize.map { RingOptions(bytesPerFile: $0 * 1_000_000, files: fileCount) } }

    /// The writer of what `capture` captures; `nil` where nothing is to be written.
    func recorder(
        of capture: LiveCapture, _ options: CaptureOptions, in folder: OutputFolder?
    ) throws -> PacketRecorder? {
        guard let path else { return nil }
        let interfaces = zip(capture.names, capture.linkTypes).map { name, linkType in
            WrittenInterface(
                name: name, linkType: linkType, snapLength: options.snaplen,
                filter: options.liveOptions.filter.expression)
        }
        let writer = try PacketWriter(
            path: path, interfaces: interfaces, ring: ring, overwrites: force, folder: folder)
        return PacketRecorder(writer, reading: capture.reader())
    }
}
