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

/// The numbers of the protocols that are told apart (IANA, Protocol Numbers).
enum IPProtocol {
    static let hopByHop: UInt8 = 0
    static let tcp: UInt8 = 6
    static let routing: UInt8 = 43
    static let fragment: UInt8 = 44
    static let authentication: UInt8 = 51
    static let destinationOptions: UInt8 = 60
    static let mobility: UInt8 = 135
    static let hostIdentity: UInt8 = 139
    static let shim6: UInt8 = 140
}
