import CSeccomp
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
    /// `nil` for what the shell has opened, which is one file.
    private let folder: OutputFolder?
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

    /// Opens the file and writes its header. `-` is standard output; opening a FIFO waits for its reader.
    ///
    /// - Parameter folder: the folder of `path`, where it is open already.
    /// - Throws: `unwritable`, for a path that cannot be written, a file that exists where `overwrites` is not set, a
    ///   name that ends in `.pcap` for several link types, and several files where there can be only one stream.
    package init(
        path: String, interfaces: [WrittenInterface], ring: RingOptions? = nil, overwrites: Bool = false,
        folder: OutputFolder? = nil
    ) throws(CaptureError) {
        let encoder = try PacketEncoder(path: path, interfaces: interfaces)
        let names = FileNames(path: path, limit: ring?.bytesPerFile == nil ? nil : ring?.files)
        if OutputGuard.inherited(path) == STDOUT_FILENO, isatty(STDOUT_FILENO) == 1 {
            throw CaptureError(
                .unwritable, path: path, "standard output is a terminal: packets are written to a file or a pipe")
        }
        let inherited = OutputGuard.inherited(path)
        let known = inherited != nil ? nil : folder
        let folder = try inherited == nil && known == nil ? OutputFolder(of: path) : known
        if ring?.bytesPerFile != nil { try Self.check(names, path: path, in: folder, overwrites: overwrites) }
        let file: OutputFile
        do throws(OutputFile.Failure) {
            file = try Self.create(
                names, inherited, in: folder, existing: overwrites ? .replaced : .refused, encoder.fileHeader)
        } catch {
            throw .unwritable(names.current, error)
        }
        title = CaptureError.outputTitle(path)
        self.encoder = encoder
        interfaceCount = interfaces.count
        bytesPerFile = ring?.bytesPerFile
        self.overwrites = overwrites
        self.names = names
        self.folder = folder
        self.file = consume file
        buffer.reserveCapacity(Self.bufferSize)
        keep(names.current)
    }

    /// Opens the first file and writes the header; a new file without room for it is removed again.
    private static func create(
        _ names: FileNames, _ inherited: Int32?, in folder: OutputFolder?, existing: OutputFile.Existing,
        _ header: [UInt8]
    ) throws(OutputFile.Failure) -> OutputFile {
        guard let folder else {
            var file = try OutputFile.sharing(inherited ?? STDOUT_FILENO)
            if let error = file.writeHeader(header) { throw OutputFile.Failure(number: error) }
            return file
        }
        var file = try folder.openFirst(names, existing: existing)
        guard let error = file.writeHeader(header) else { return file }
        if existing == .refused, file.isRegular { folder.remove(names.current) }
        throw OutputFile.Failure(number: error)
    }

    /// Writes a packet; `header.stamp.source` is the index of its interface. Never fails: what is lost is counted.
    package mutating func write(_ header: borrowing PacketHeader, _ bytes: RawSpan) {
        let stamp = header.stamp
        guard (0..<interfaceCount).contains(Int(stamp.source)) else {
            return lose(1, "it came from an interface that \(title) does not describe")
        }
        lastTime = stamp.time
        guard !isOver else { return lose(1) }
        if let failure, (stamp.time - failure.time).magnitude < Self.retryInterval {
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
        if let error { fail(OutputFile.Failure(number: error), losing: ends.count - whole) } else { failure = nil }
        buffer.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        return error == nil
    }

    private mutating func writeGathered() -> (whole: Int, failure: Int32?) {
        if file.length == 0, let error = file.writeHeader(encoder.fileHeader) { return (0, error) }
        return file.write(buffer, ends: ends)
    }

    private mutating func fail(_ error: OutputFile.Failure, losing count: Int) {
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
        var error = OutputFile.Failure(number: EEXIST)
        for _ in 0..<names.count(upTo: Limits.namesTried) where error.isInTheWay {
            names.advance()
            let name = names.current
            do throws(OutputFile.Failure) {
                guard let folder else { throw OutputFile.Failure(number: ESPIPE) }
                var next = try folder.open(
                    names, existing: overwrites || own.contains(name) ? .replaced : .refused)
                // Without room for it now, it is written before the first packet.
                _ = next.writeHeader(encoder.fileHeader)
                close()
                file = consume next
                holdsPackets = false
                keep(name)
                return true
            } catch let failed {
                error = failed
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
        if files.count > Limits.namesKept { files.removeFirst() }
    }

    private static func check(
        _ names: FileNames, path: String, in folder: OutputFolder?, overwrites: Bool
    ) throws(CaptureError) {
        let kind = (folder?.status(path)?.st_mode).map { $0 & S_IFMT }
        guard let folder, kind.map({ [S_IFREG, S_IFDIR, S_IFLNK].contains($0) }) ?? true else {
            throw CaptureError(
                .unwritable, path: path,
                "\(CaptureError.outputTitle(path)) is one stream, which cannot be divided into several files")
        }
        for name in names.known(upTo: Limits.namesTried) where !overwrites {
            guard let status = folder.status(name) else { continue }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: throw .unwritable(name, EISDIR)
            case S_IFLNK: throw .unwritable(name, ELOOP)
            default: throw .unwritable(name, EEXIST)
            }
        }
    }
}
