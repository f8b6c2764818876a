import Bytes

/// What an IP header, or a chain of them, says of the bytes behind it.
struct IPPayload {
    let source: IPAddress
    let destination: IPAddress
    /// The number of the protocol of the payload (IANA, Protocol Numbers).
    var protocolNumber: UInt8
    /// Where the payload begins.
    var start: Int
    /// Where it ended on the wire, which may lie beyond what was captured.
    let end: Int
    /// What part of a datagram this is; `nil` when it is whole.
    var fragment: FragmentPlace?

    /// Whether it is a TCP segment in one piece.
    @inline(__always)
    var isWholeTCP: Bool { fragment == nil && protocolNumber == IPProtocol.tcp }

    /// The captured part of the payload, without what the link layer padded.
    func captured(of bytes: RawSpan) -> Range<Int> {
        let captured = min(end, bytes.byteCount)
        return min(start, captured)..<captured
    }
}

/// The place of a fragment in its datagram.
struct FragmentPlace {
    /// Shared by the fragments of a datagram; 16 bits in IPv4, 32 in IPv6.
    let identification: UInt32
    /// Bytes from the start of the fragmented part.
    let offset: Int
    let moreFollow: Bool
}
