import Bytes

/// The header of IPv6 and its extension headers (RFC 8200, 3 and 4).
///
/// ```
/// |version| traffic class |              flow label               |
/// |        payload length         |  next header  |   hop limit   |
/// |                     source address (16)                       |
/// |                   destination address (16)                    |
/// ```
enum IPv6Header {
    static let length = 40

    /// Reads the header at `start` of a packet that had `wireLength` bytes, and its extension headers.
    ///
    /// A payload length of 0 is that of a jumbogram (RFC 2675) or of a segment which the network card was to split: it
    /// reaches to the packet's end.
    static func payload(_ bytes: RawSpan, at start: Int, wireLength: Int) throws(PacketDefect) -> IPPayload {
        try bytes.requireCaptured(length, at: start)
        let payloadLength = Int(bytes.uint16(at: start + 4))
        let end = payloadLength == 0 ? wireLength : start + length + payloadLength
        guard bytes.uint8(at: start) >> 4 == 6, end >= start + length else { throw .malformed }
        var payload = IPPayload(
            source: IPAddress(high: bytes.uint64(at: start + 8), low: bytes.uint64(at: start + 16)),
            destination: IPAddress(high: bytes.uint64(at: start + 24), low: bytes.uint64(at: start + 32)),
            protocolNumber: bytes.uint8(at: start + 6), start: start + length, end: end)
        try skipExtensionHeaders(bytes, of: &payload)
        return payload
    }

    /// Steps over extension headers to the transport header, or to the first byte of a fragment.
    static func skipExtensionHeaders(_ bytes: RawSpan, of payload: inout IPPayload) throws(PacketDefect) {
        while let unit = lengthUnit(of: payload.protocolNumber) {
            guard payload.end - payload.start >= 8 else { throw .malformed }
            try bytes.requireCaptured(8, at: payload.start)
            if payload.protocolNumber == IPProtocol.fragment, isFragment(bytes, readInto: &payload) { return }
            let length = unit.base + Int(bytes.uint8(at: payload.start + 1)) * unit.factor
            payload.protocolNumber = bytes.uint8(at: payload.start)
            payload.start += length
            guard payload.start <= payload.end else { throw .malformed }
        }
    }

    /// Whether a number is that of an extension header.
    static func isExtension(_ protocolNumber: UInt8) -> Bool {
        lengthUnit(of: protocolNumber) != nil
    }

    /// How the second byte of an extension header gives its length in bytes; `nil` for what is none.
    private static func lengthUnit(of protocolNumber: UInt8) -> (base: Int, factor: Int)? {
        switch protocolNumber {
        case IPProtocol.hopByHop, IPProtocol.routing, IPProtocol.destinationOptions, IPProtocol.mobility,
            IPProtocol.hostIdentity, IPProtocol.shim6:
            (8, 8)
        case IPProtocol.authentication: (8, 4)
        case IPProtocol.fragment: (8, 0)
        default: nil
        }
    }

    /// Reads a fragment header; `false` when the datagram is whole in spite of it (RFC 6946).
    private static func isFragment(_ bytes: RawSpan, readInto payload: inout IPPayload) -> Bool {
        let place = bytes.uint16(at: payload.start + 2)
        guard place & 0xFFF9 != 0 else { return false }
        payload.fragment = FragmentPlace(
            identification: bytes.uint32(at: payload.start + 4), offset: Int(place & 0xFFF8), moreFollow: place & 1 != 0
        )
        payload.protocolNumber = bytes.uint8(at: payload.start)
        payload.start += 8
        return true
    }
}
