import Trace

/// A machine that reads one capture file: pcap or pcapng, plain or compressed with gzip.
///
/// It is always one packet ahead, so that files can be merged by time.
struct CaptureFileReader: ~Copyable {
    private(set) var source: CaptureSource
    /// Set when the file ended before its time.
    private(set) var damage: CaptureDamage?
    /// The time of the packet that comes next; `nil` at the end.
    private(set) var nextTime: Timestamp?
    /// Of the first interface.
    let linkType: LinkType
    private let index: Int
    private var handle: PcapHandle
    /// Reads on where libpcap stopped.
    private var mixedReader: PcapngReader?

    init(path: String, index: Int) throws(CaptureError) {
        let handle = try Self.open(path)
        linkType = handle.linkType
        source = CaptureSource(path: path, linkType: linkType.name)
        source.excerpt = handle.isPcapng ? ExcerptReader.excerpt(of: path) : nil
        self.index = index
        self.handle = handle
        readAhead()
    }

    /// Hands on the next packet; `false` at the end.
    @inline(__always)
    mutating func nextPacket(_ body: (PacketHeader, RawSpan) -> Void) -> Bool {
        guard let time = nextTime else { return false }
        let number = source.count(time, bytes: mixedReader?.capturedLength ?? handle.capturedLength)
        let stamp = PacketStamp(time: time, source: Int32(truncatingIfNeeded: index), number: Int64(number))
        if let mixedReader {
            let header = PacketHeader(stamp: stamp, linkType: mixedReader.linkType, wireLength: mixedReader.wireLength)
            mixedReader.withBytes { body(header, $0) }
        } else {
            let header = PacketHeader(stamp: stamp, linkType: linkType, wireLength: handle.wireLength)
            handle.withBytes { body(header, $0) }
        }
        readAhead()
        return true
    }

    private mutating func readAhead() {
        switch mixedReader?.read() ?? handle.read() {
        case .packet:
            nextTime = mixedReader?.time ?? handle.time
        case .end:
            nextTime = nil
            source.concludeExcerpt()
        case .failed(let cause):
            if mixedReader == nil, PcapHandle.refusesInterface(cause), readOn() { return readAhead() }
            nextTime = nil
            damage = CaptureDamage(source: index, sentence: sentence(for: cause), cause: cause)
            source.excerpt = nil
        }
    }

    /// Opens the file once more, at the packet that libpcap refuses to read; `false` where that cannot be done.
    private mutating func readOn() -> Bool {
        guard CaptureStream.isRepeatable(source.path), var stream = try? CaptureStream.open(source.path),
            let reader = stream.hand(to: { PcapngReader($0, $1) })
        else { return false }
        for _ in 0..<source.packets where reader.read() != .packet { return false }
        mixedReader = reader
        source.linkType += " and others"
        return true
    }

    private func sentence(for cause: String) -> String {
        let (title, count) = (CaptureError.title(source.path), source.packets)
        let kept = count == 0 ? "no packet was read" : "the \(count) before it \(count == 1 ? "was" : "were") read"
        if mixedReader?.hasStreamError ?? handle.hasStreamError {
            return "\(title) cannot be decompressed to its end: at packet \(count + 1), \(kept)"
        }
        if PcapHandle.refusesInterface(cause) {
            return
                "\(title) describes a second kind of interface at packet \(count + 1), which can be read from a file but "
                + "not from a pipe, \(kept)"
        }
        if cause.hasPrefix("truncated") { return "\(title) is cut off inside packet \(count + 1), \(kept)" }
        return "\(title) is damaged at packet \(count + 1), \(kept)"
    }

    private static func open(_ path: String) throws(CaptureError) -> PcapHandle {
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
        if let handle = stream.hand(to: { PcapHandle($0, $1, error: &cause) }) { return handle }
        let sentence =
            stream.format == .capture
            ? "\(title) is a capture file without a whole header" : "\(title) is neither a pcap nor a pcapng file"
        throw CaptureError(.notACapture, path: path, sentence, cause: cause)
    }
}

extension CaptureSource {
    /// Counts a packet; returns its number.
    mutating func count(_ time: Timestamp, bytes count: Int) -> Int {
        packets += 1
        bytes += count
        if first.map({ time < $0 }) ?? true { first = time }
        if last.map({ time > $0 }) ?? true { last = time }
        return packets
    }

    /// At the end of an excerpt: it covers the time of its capture. One that lost packets since it was made is a capture
    /// like others, with gaps.
    fileprivate mutating func concludeExcerpt() {
        guard let told = excerpt else { return }
        guard told.packets == packets else { return excerpt = nil }
        first = told.first ?? first
        last = told.last ?? last
        kernelDropped = told.kernelDropped
    }
}
