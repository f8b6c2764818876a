import Bytes

/// The network service header (RFC 8300, 2.2).
///
/// ```
/// |Ver|O|U|    TTL    |   length  |U|U|U|U|MD type| next protocol |
/// |                service path               |  service index    |
/// |                          context …                            |
/// ```
enum ServiceHeader {
    static func open(_ bytes: RawSpan, at start: Int) throws(PacketDefect) -> Carried {
        try bytes.requireCaptured(8, at: start)
        let first = bytes.uint16(at: start)
        let length = Int(first & 0x3F) * 4
        guard first >> 14 == 0, length >= 8 else { throw .malformed }
        guard first & 0x2000 == 0 else { return Carried(.control, at: start + length) }
        return Carried(try layer(bytes.uint8(at: start + 3)), at: start + length)
    }

    /// What a next protocol is; VXLAN-GPE has the same numbers.
    static func layer(_ nextProtocol: UInt8) throws(PacketDefect) -> Layer {
        switch nextProtocol {
        case 1: .ipv4
        case 2: .ipv6
        case 3: .ethernet
        case 4: .tunnel(.serviceHeader)
        case 5: .tunnel(.mpls)
        default: throw .malformed
        }
    }
}
