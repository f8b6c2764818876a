import Bytes

/// The header of IPv4 (RFC 791, 3.1).
///
/// ```
/// |version|  IHL  |type of service|          total length         |
/// |         identification        |flags|     fragment offset     |
/// | time to live  |   protocol    |        header checksum        |
/// |                        source address                         |
/// |                      destination address                      |
/// |                           options …                           |
/// ```
/// The checksum is not verified: captures on a sending host see it before the network card has written it.
enum IPv4Header {
    static let minimumLength = 20

    /// Reads the header at `start` of a packet that had `wireLength` bytes.
    ///
    /// A total length of 0 is that of a segment which the network card was to split: it reaches to the packet's end.
    @inline(__always)
    static func payload(_ bytes: RawSpan, at start: Int, wireLength: Int) throws(PacketDefect) -> IPPayload {
        try bytes.requireCaptured(minimumLength, at: start)
        let first = bytes.uint32(at: start)
        let headerLength = Int(first >> 24 & 0x0F) * 4
        let totalLength = Int(first & 0xFFFF)
        let end = totalLength == 0 ? wireLength : start + totalLength
        guard first >> 28 == 4, headerLength >= minimumLength, end - start >= headerLength else { throw .malformed }
        let addresses = bytes.uint64(at: start + 12)
        var payload = IPPayload(
            source: IPAddress(v4: UInt32(addresses >> 32)),
            destination: IPAddress(v4: UInt32(truncatingIfNeeded: addresses)),
            protocolNumber: bytes.uint8(at: start + 9), start: start + headerLength, end: end)
        let fragmentation = bytes.uint16(at: start + 6)
        if fragmentation & 0x3FFF != 0 {
            payload.fragment = FragmentPlace(
                identification: UInt32(bytes.uint16(at: start + 4)), offset: Int(fragmentation & 0x1FFF) * 8,
                moreFollow: fragmentation & 0x2000 != 0)
        }
        return payload
    }
}
