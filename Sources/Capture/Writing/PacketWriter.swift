import Glibc
import Trace

/// A machine that writes packets to a capture file, or to one after the other, while they are captured.
///
/// One thread owns it. Records are gathered in memory and written whole, so that a file never ends inside one, however
/// the program ends. Without room on the disk packets are lost, and counted; after a second of packet time it is tried
/// again, so that writing goes on when there is room. The format is told by `PacketEncoder`, the names of several files
/// by `FileNames`. The program must ignore `SIGXFSZ` and `SIGPIPE`.
///
/// Without `overwrites` no file is replaced that this capture did not write: the names that are known at the start are
/// refused where they exist, later ones stepped over. With it, each is replaced when its turn comes.
package struct PacketWriter: ~Copyable {
    /// Names of the files written, the oldest first; of more than a thousand the last thousand. A file that was
    /// replaced stands once.
    package private(set) var files: [String] = []
    /// Set when packets could not be written, or a file not be closed.
    package private(set) var loss: WriteLoss?

    private let title: String
    private let encoder: PacketEncoder
    private let interfaceCount: Int
    private let bytesPerFile: Int?
    private let overwrites: Bool
    private var names: FileNames
    /// With a limited ring the names that may be replaced.
    private var own: Set<String> = []
    private var file: OutputFile
    private var holdsPackets = false
    /// Records that are not written yet, and where each of them ends.
    private var buffer: [UInt8] = []
    private var ends: [Int] = []
    private var lastTime = Timestamp(nanoseconds: 0)
    /// `nil` while packets can be written.
    private var failure: (time: Timestamp, cause: String)?

    /// Larger steps are not faster, and a reader of the pipe waits for them.
    private static let bufferSize = 256 << 10
    private static let retryInterval = Nanoseconds.seconds(1)
    private static let mostNamesKept = 1000
    /// Names looked at when the capture begins, and stepped over when a file ends.
    private static let mostNamesTried = 10_000

    /// Opens the file and writes its header. `-` is standard output; opening a FIFO waits for its reader.
    ///
    /// - Throws: `unwritable`, for a path that cannot be written, a file that exists where `overwrites` is not set, a
    ///   name that ends in `.pcap` for several link types, and several files where there can be only one stream.
    package init(
        path: String, interfaces: [WrittenInterface], ring: RingOptions? = nil, overwrites: Bool = false
    ) throws(CaptureError) {
        let encoder = try PacketEncoder(path: path, interfaces: interfaces)
        let names = FileNames(path: path, limit: ring?.bytesPerFile == nil ? nil : ring?.files)
        if path == "-", isatty(STDOUT_FILENO) == 1 {
            throw CaptureError(
                .unwritable, path: path, "standard output is a terminal: packets are written to a file or a pipe")
        }
        if ring?.bytesPerFile != nil { try Self.check(names, path: path, overwrites: overwrites) }
        let file: OutputFile
        do throws(OutputFile.Failure) {
            file = try OutputFile.create(
                names.current, existing: overwrites ? .replaced : .refused, header: encoder.fileHeader)
        } catch {
            throw .unwritable(names.current, error.number)
        }
        title = CaptureError.outputTitle(path)
        self.encoder = encoder
        interfaceCount = interfaces.count
        bytesPerFile = ring?.bytesPerFile
        self.overwrites = overwrites
        self.names = names
        self.file = consume file
        buffer.reserveCapacity(Self.bufferSize)
        keep(names.current)
    }

    /// Writes a packet; `header.stamp.source` is the index of its interface. Never fails: what is lost is counted.
    package mutating func write(_ header: borrowing PacketHeader, _ bytes: RawSpan) {
        let stamp = header.stamp
        guard (0..<interfaceCount).contains(Int(stamp.source)) else {
            return lose(1, "it came from an interface that \(title) does not describe")
        }
        lastTime = stamp.time
        guard !isOver else { return lose(1) }
        if let failure, (stamp.time - failure.time).magnitude < Self.retryInterval.magnitude {
            return lose(1)
        }
        let captured = bytes.extracting(first: encoder.snapLength)
        let length = encoder.recordLength(captured: captured.byteCount)
        guard makeRoom(for: length) else { return lose(1) }
        encoder.appendPacket(stamp, captured, wireLength: max(header.wireLength, bytes.byteCount), to: &buffer)
        ends.append(buffer.count)
        holdsPackets = true
        if failure != nil { drain() }
    }

    /// Everything written so far reaches the file, which ends after a whole packet.
    package mutating func flush() {
        drain()
    }

    /// Ends the file: in pcapng with what the interfaces received and dropped, in their order. Nothing can be written
    /// after it.
    package mutating func finish(dropped: [(received: Int, dropped: Int)] = []) {
        drain()
        if case .pcapng(let encoder) = encoder, !isOver {
            var blocks: [UInt8] = []
            for (interface, counts) in dropped.prefix(interfaceCount).enumerated() {
                encoder.appendStatistics(
                    interface: interface, at: lastTime, received: counts.received, dropped: counts.dropped, to: &blocks)
            }
            // Where there is no room for them the file is whole all the same, and no packet is lost.
            if !blocks.isEmpty, file.length > 0 { _ = file.write(blocks, ends: [blocks.count]) }
        }
        close()
    }

    /// Nothing can be written any more: the reader of a pipe is gone, or the capture was finished.
    package var isOver: Bool { file.isOver }

    // MARK: Writing

    /// Empties the buffer or begins the next file where a record of `length` needs it; `false` where that failed.
    private mutating func makeRoom(for length: Int) -> Bool {
        if let bytesPerFile, holdsPackets, file.length + buffer.count + length > bytesPerFile {
            return drain() && beginNextFile()
        }
        return buffer.count + length <= Self.bufferSize || drain()
    }

    /// Writes what is gathered; `false` where not all of it could be written.
    @discardableResult
    private mutating func drain() -> Bool {
        guard !buffer.isEmpty else { return true }
        let (whole, error) = writeGathered()
        if let error { fail(error, losing: ends.count - whole) } else { failure = nil }
        buffer.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        return error == nil
    }

    private mutating func writeGathered() -> (whole: Int, failure: Int32?) {
        if file.length == 0, let error = file.writeHeader(encoder.fileHeader) { return (0, error) }
        return file.write(buffer, ends: ends)
    }

    private mutating func fail(_ error: Int32, losing count: Int) {
        let cause = CaptureError.unwritable(names.current, error).description
        failure = (lastTime, cause)
        if count > 0 { lose(count) }
    }

    private mutating func lose(_ count: Int, _ cause: String? = nil) {
        if loss == nil { loss = WriteLoss(packets: 0, cause: cause ?? failure?.cause ?? "\(title) is closed") }
        loss?.packets += count
    }

    private mutating func close() {
        guard let error = file.close() else { return }
        lose(0, CaptureError.unwritable(names.current, error).description)
    }

    // MARK: Several files

    /// Opens the next file in place of the current one, which is kept where that fails.
    private mutating func beginNextFile() -> Bool {
        let before = names
        var error = EEXIST
        for _ in 0..<names.count(upTo: Self.mostNamesTried) where error == EEXIST {
            names.advance()
            let name = names.current
            do throws(OutputFile.Failure) {
                var next = try OutputFile.open(name, existing: overwrites || own.contains(name) ? .replaced : .refused)
                // Without room for it now, it is written before the first packet.
                _ = next.writeHeader(encoder.fileHeader)
                close()
                file = consume next
                holdsPackets = false
                keep(name)
                return true
            } catch let failed {
                error = failed.number
            }
        }
        names = before
        fail(error, losing: 0)
        return false
    }

    private mutating func keep(_ name: String) {
        if names.isLimited { own.insert(name) }
        files.removeAll { $0 == name }
        files.append(name)
        if files.count > Self.mostNamesKept { files.removeFirst() }
    }

    private static func check(_ names: FileNames, path: String, overwrites: Bool) throws(CaptureError) {
        var status = stat()
        if path == "-" || (stat(path, &status) == 0 && ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)) {
            throw CaptureError(
                .unwritable, path: path,
                "\(CaptureError.outputTitle(path)) is one stream, which cannot be divided into several files")
        }
        for name in names.known(upTo: mostNamesTried) where !overwrites && lstat(name, &status) == 0 {
            throw .unwritable(name, status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EEXIST)
        }
    }
}
