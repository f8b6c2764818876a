import Trace

/// A value: the format that a capture is written in, chosen by the file's name and by what is captured.
///
/// A name that ends in `.pcapng` or `.ntar` is pcapng. One interface is pcap otherwise. Several are pcapng, since only
/// that says which packet is whose; where the name ends in `.pcap` they share a pcap file if their link types are equal.
enum PacketEncoder {
    case pcap(PcapEncoder)
    case pcapng(PcapngEncoder)

    /// libpcap's `MAXIMUM_SNAPLEN`: files that announce more cannot be read by it.
    private static let longestPacket = 262_144

    init(path: String, interfaces: [WrittenInterface]) throws(CaptureError) {
        let title = CaptureError.outputTitle(path)
        let name = path.lowercased()
        let snapLength =
            interfaces.map { (1...Self.longestPacket).contains($0.snapLength) ? $0.snapLength : Self.longestPacket }
            .max() ?? Self.longestPacket
        guard let first = interfaces.first else {
            throw CaptureError(
                .unwritable, path: path, "\(title) cannot be written: there is no interface to capture on")
        }
        let isNamedPcapng = name.hasSuffix(".pcapng") || name.hasSuffix(".ntar")
        guard !isNamedPcapng, interfaces.count == 1 || name.hasSuffix(".pcap") else {
            self = .pcapng(PcapngEncoder(interfaces: interfaces, snapLength: snapLength))
            return
        }
        if let other = interfaces.first(where: { $0.linkType != first.linkType }) {
            throw CaptureError(
                .unwritable, path: path,
                "\(title) cannot hold packets of two link types, \(first.linkType.name) of \(first.name) and "
                    + "\(other.linkType.name) of \(other.name): give it a name that ends in .pcapng")
        }
        self = .pcap(PcapEncoder(linkType: first.linkType, snapLength: snapLength))
    }

    var fileHeader: [UInt8] {
        switch self {
        case .pcap(let encoder): encoder.fileHeader
        case .pcapng(let encoder): encoder.fileHeader
        }
    }

    /// No more of a packet is written.
    var snapLength: Int {
        switch self {
        case .pcap(let encoder): encoder.snapLength
        case .pcapng(let encoder): encoder.snapLength
        }
    }

    /// Bytes of a packet's record.
    @inline(__always)
    func recordLength(captured: Int) -> Int {
        switch self {
        case .pcap(let encoder): encoder.recordLength(captured: captured)
        case .pcapng(let encoder): encoder.recordLength(captured: captured)
        }
    }

    @inline(__always)
    func appendPacket(_ stamp: PacketStamp, _ bytes: RawSpan, wireLength: Int, to buffer: inout [UInt8]) {
        switch self {
        case .pcap(let encoder):
            encoder.appendPacket(stamp.time, bytes, wireLength: wireLength, to: &buffer)
        case .pcapng(let encoder):
            encoder.appendPacket(
                stamp.time, bytes, wireLength: wireLength, interface: Int(stamp.source), to: &buffer)
        }
    }
}
