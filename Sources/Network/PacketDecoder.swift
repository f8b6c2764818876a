import Trace

/// A machine that finds the TCP segment in a packet: link header, IP, TCP.
///
/// It keeps nothing from packet to packet but the fragments of IP datagrams. Packets in which no segment is found are
/// counted by reason in `statistics`. Checksums are not verified.
package struct PacketDecoder {
    package private(set) var statistics = DecodeStatistics()
    private var fragments: FragmentTable
    /// No packet is longer: what a damaged packet header says beyond it is not believed.
    private static let longestPacket = 1 << 20

    package init(limits: NetworkLimits = NetworkLimits()) {
        fragments = FragmentTable(limits: limits)
    }

    /// Whether packets of a link type (libpcap's `DLT_…`) are decoded; `LinkLayer` lists those that are.
    package static func decodes(linkType: Int32) -> Bool {
        LinkLayer(rawValue: linkType) != nil
    }

    /// Decodes one packet and hands its segment, if it holds one, to `body` together with the captured payload.
    ///
    /// `bytes` is what was captured of a packet that had `wireLength` bytes on the wire.
    package mutating func decode(
        _ bytes: RawSpan, linkType: Int32, wireLength: Int, at stamp: PacketStamp,
        _ body: (borrowing TCPSegment, RawSpan) -> Void
    ) {
        statistics.packets &+= 1
        guard let link = LinkLayer(rawValue: linkType) else {
            statistics.unknownLinkType &+= 1
            return
        }
        let wireLength = max(min(wireLength, Self.longestPacket), bytes.byteCount)
        do {
            switch try link.networkHeader(bytes) {
            case .ipv4(let start):
                let payload = try IPv4Header.payload(bytes, at: start, wireLength: wireLength)
                try decode(payload, of: bytes, at: stamp, body)
            case .ipv6(let start):
                let payload = try IPv6Header.payload(bytes, at: start, wireLength: wireLength)
                try decode(payload, of: bytes, at: stamp, body)
            case .other:
                statistics.notIP &+= 1
            }
        } catch {
            switch error {
            case .cut: statistics.cut &+= 1
            case .malformed: statistics.malformed &+= 1
            }
        }
    }

    private mutating func decode(
        _ payload: IPPayload, of bytes: RawSpan, at stamp: PacketStamp,
        _ body: (borrowing TCPSegment, RawSpan) -> Void
    ) throws(PacketDefect) {
        guard payload.fragment == nil else {
            return try reassemble(payload, of: bytes, at: stamp, body)
        }
        guard payload.protocolNumber == IPProtocol.tcp else {
            statistics.notTCP &+= 1
            return
        }
        let (segment, range) = try TCPHeader.segment(bytes, payload)
        statistics.segments &+= 1
        body(segment, bytes.extracting(range))
    }

    /// Takes a fragment in and decodes the datagram that it completes.
    private mutating func reassemble(
        _ payload: IPPayload, of bytes: RawSpan, at stamp: PacketStamp,
        _ body: (borrowing TCPSegment, RawSpan) -> Void
    ) throws(PacketDefect) {
        guard let place = payload.fragment else { return }
        guard payload.protocolNumber == IPProtocol.tcp || IPv6Header.isExtension(payload.protocolNumber) else {
            statistics.notTCP &+= 1
            return
        }
        let key = FragmentTable.Key(
            source: payload.source, destination: payload.destination, identification: place.identification,
            protocolNumber: payload.protocolNumber)
        let datagram = try fragments.receive(
            key, place, length: payload.end - payload.start,
            captured: bytes.extracting(payload.captured(of: bytes)), at: stamp.time)
        guard let datagram else {
            statistics.fragments &+= 1
            return
        }
        var whole = IPPayload(
            source: payload.source, destination: payload.destination, protocolNumber: payload.protocolNumber,
            start: 0, end: datagram.wireLength)
        let span = datagram.bytes.span.bytes
        if !payload.source.isIPv4 { try IPv6Header.skipExtensionHeaders(span, of: &whole) }
        guard whole.fragment == nil else { throw .malformed }
        try decode(whole, of: span, at: stamp, body)
    }
}
