import Bytes

/// A frame of PPP (RFC 1661, 2; RFC 1662, 3.1): address and control where they are not compressed, the protocol in two
/// bytes, or in one that is odd.
enum PPP {
    static func open(_ bytes: RawSpan, at start: Int) throws(PacketDefect) -> Carried {
        var place = start
        try bytes.requireCaptured(2, at: place)
        if bytes.uint16(at: place) == 0xFF03 {
            place += 2
            try bytes.requireCaptured(2, at: place)
        }
        let first = bytes.uint8(at: place)
        let isShort = first & 1 == 1
        let number = isShort ? UInt16(first) : bytes.uint16(at: place)
        place += isShort ? 1 : 2
        switch number {
        case 0x0021: return Carried(.ipv4, at: place)
        case 0x0057: return Carried(.ipv6, at: place)
        case 0x0281, 0x0283: return Carried(.tunnel(.mpls), at: place)
        // Bridged frames (RFC 3518, 4.2): flags, kind of network 1, the frame.
        case 0x0031: return Carried(.ethernet, at: place + 2)
        // Numbers from 0x8000 on are those of the protocols that negotiate.
        case 0x8000...: return Carried(.control, at: place)
        default: throw .malformed
        }
    }
}
