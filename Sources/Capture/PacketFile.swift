import Glibc
import Trace

/// A machine that reads the packets of one capture file as they stand in it.
///
/// pcapng and what nearly all pcap files are is read in large pieces and not copied; other pcap files are left to libpcap.
struct PacketFile: ~Copyable {
    /// What reading on has come to.
    enum Next: Equatable {
        case packet
        case end
        /// In libpcap's words.
        case failed(String)
    }

    private var stream: CaptureStream
    private let record: PcapRecord?
    private var pcapng: PcapngReader?
    private let other: PcapHandle?
    /// Bytes of the packet's record, that are passed over when the next one is read.
    private var passed = 0

    /// The packet that was read last; its bytes stay where they are until the next is read.
    private(set) var packet: FilePacket

    /// Opens `path`; `-` is standard input.
    init(_ path: String) throws(CaptureError) {
        var stream = try CaptureStream.open(path)
        let title = CaptureError.title(path)
        switch stream.format {
        case .empty:
            throw CaptureError(.notACapture, path: path, "\(title) is empty")
        case .foreign(let name, let advice):
            throw CaptureError(.notACapture, path: path, "\(title) is \(name): \(advice)")
        case .capture, .gzip, .unknown:
            break
        }
        var cause = ""
        let head = stream.bytes(at: 0, count: stream.need(PcapRecord.fileHeaderLength))
        let record = PcapRecord(head)
        let isPcapng = head.first == UInt8(truncatingIfNeeded: PcapngFormat.Block.sectionHeader)
        let pcapng = isPcapng ? PcapngReader(&stream, error: &cause) : nil
        let other = record == nil && !isPcapng ? stream.handOver().flatMap { PcapHandle($0, error: &cause) } : nil
        if record != nil { stream.skip(PcapRecord.fileHeaderLength) }
        guard let known = record?.linkType ?? pcapng?.linkType ?? other?.linkType else {
            let sentence =
                stream.format == .capture
                ? "\(title) is a capture file without a whole header" : "\(title) is neither a pcap nor a pcapng file"
            throw CaptureError(.notACapture, path: path, sentence, cause: cause)
        }
        packet = FilePacket(linkType: known)
        (self.record, self.pcapng, self.other) = (record, pcapng, other)
        self.stream = stream
    }

    /// Whether what lies below failed, as compressed data that end too early or are damaged.
    var hasStreamError: Bool { other?.hasStreamError ?? stream.hasFailed }
    /// Packets that the file says were lost; `nil` where it says nothing.
    var dropped: Int? { pcapng?.dropped }
    /// Sections begun: files may have been put one behind the other.
    var sections: Int { pcapng?.sections ?? 1 }

    /// Hands on the comments on the first section of the file, once.
    mutating func takeComments() -> [String] { pcapng?.takeComments() ?? [] }

    /// Reads the next packet.
    @inline(__always)
    mutating func read() -> Next {
        if let record { readRecord(record) } else { readOther() }
    }

    @inline(__always)
    private mutating func readRecord(_ record: PcapRecord) -> Next {
        stream.skip(passed)
        passed = 0
        let had = stream.need(PcapRecord.headerLength)
        guard had == PcapRecord.headerLength else { return ended(inHeader: had) }
        switch record.header(stream.bytes(at: 0, count: had)) {
        case .failure(let length): return .failed(length.cause)
        case .success(let header):
            let whole = PcapRecord.headerLength + header.length
            let there = stream.need(whole)
            guard there == whole else { return ended(inPacketOf: header.length, had: there - had) }
            passed = whole
            (packet.time, packet.wireLength) = (header.time, header.wireLength)
            packet.bytes = stream.bytes(at: had, count: header.captured)
            return .packet
        }
    }

    private func ended(inHeader had: Int) -> Next {
        if stream.hasFailed { return .failed("error reading dump file") }
        guard had > 0 else { return .end }
        return .failed("truncated dump file; tried to read \(PcapRecord.headerLength) header bytes, only got \(had)")
    }

    private func ended(inPacketOf length: Int, had: Int) -> Next {
        stream.hasFailed
            ? .failed("error reading dump file")
            : .failed("truncated dump file; tried to read \(length) captured bytes, only got \(had)")
    }

    private mutating func readOther() -> Next {
        if let next = pcapng?.read(&stream, &packet) { return next }
        guard let other else { return .end }
        let next = other.read()
        if next == .packet {
            (packet.time, packet.wireLength, packet.bytes) = (other.time, other.wireLength, other.packet)
        }
        return next
    }
}

/// A value: a packet where it stands in its file.
struct FilePacket {
    /// When it was captured.
    var time = Timestamp(nanoseconds: 0)
    /// Before the first one is read, that of the first interface.
    var linkType: LinkType
    /// The interface that it was captured on, by its place in the section; 0 where the file knows of one.
    var interface = 0
    /// Bytes that it had on the wire.
    var wireLength = 0
    /// What was captured of them.
    var bytes = UnsafeRawBufferPointer(start: nil, count: 0)

    init(linkType: LinkType) {
        self.linkType = linkType
    }
}
