import Trace

/// A machine that reads one capture file: pcap or pcapng, plain or compressed with gzip.
///
/// It is always one packet ahead, so that files can be merged by time. A class because an array of files cannot hold
/// what is not copyable.
final class CaptureFile {
    private(set) var source: CaptureSource
    /// Set when the file ended before its time.
    private(set) var damage: CaptureDamage?
    /// The time of the packet that comes next; `nil` at the end.
    private(set) var nextTime: Timestamp?
    private let index: Int
    private let linkType: LinkType
    private var handle: PcapHandle

    init(path: String, index: Int) throws(CaptureError) {
        let handle = try Self.open(path)
        linkType = handle.linkType
        source = CaptureSource(path: path, linkType: linkType.name)
        self.index = index
        self.handle = handle
        readAhead()
        if source.packets == 0, nextTime == nil, let damage, let refusal = Self.refusal(path, damage.cause) {
            throw refusal
        }
    }

    /// Hands on the next packet; `false` at the end.
    @inline(__always)
    func nextPacket(_ body: (PacketHeader, RawSpan) -> Void) -> Bool {
        guard let time = nextTime else { return false }
        source.packets += 1
        source.bytes += handle.capturedLength
        if source.first.map({ time < $0 }) ?? true { source.first = time }
        if source.last.map({ time > $0 }) ?? true { source.last = time }
        let header = PacketHeader(
            stamp: PacketStamp(time: time, source: Int32(truncatingIfNeeded: index), number: Int64(source.packets)),
            linkType: linkType, wireLength: handle.wireLength)
        handle.withBytes { body(header, $0) }
        readAhead()
        return true
    }

    private func readAhead() {
        switch handle.read() {
        case .packet:
            nextTime = handle.time
        case .end:
            nextTime = nil
        case .failed(let cause):
            nextTime = nil
            damage = CaptureDamage(source: index, sentence: sentence(for: cause), cause: cause)
        }
    }

    private func sentence(for cause: String) -> String {
        let (title, count) = (CaptureError.title(source.path), source.packets)
        let kept = count == 0 ? "no packet was read" : "the \(count) before it \(count == 1 ? "was" : "were") read"
        if handle.hasStreamError {
            return "\(title) cannot be decompressed to its end: at packet \(count + 1), \(kept)"
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
        if let handle = stream.hand(to: { PcapHandle($0, error: &cause) }) { return handle }
        let sentence =
            stream.format == .capture
            ? "\(title) is a capture file without a whole header" : "\(title) is neither a pcap nor a pcapng file"
        throw CaptureError(.notACapture, path: path, sentence, cause: cause)
    }

    /// The error for a file that libpcap refuses as a whole.
    private static func refusal(_ path: String, _ cause: String) -> CaptureError? {
        guard cause.contains("different from the") else { return nil }
        return CaptureError(
            .notACapture, path: path,
            "\(CaptureError.title(path)) holds packets of different link types, which libpcap does not read from one file",
            cause: cause)
    }
}
