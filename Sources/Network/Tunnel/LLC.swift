import Bytes

/// IEEE 802.2 with the subnetwork access protocol (RFC 1042): what names the protocol in a frame that has a length where
/// Ethernet II has a type.
///
/// ```
/// | DSAP AA | SSAP AA | control 03 | organisation (3) | type (2) |
/// ```
enum LLC {
    static func open(_ bytes: RawSpan, at start: Int) throws(PacketDefect) -> Carried {
        try bytes.requireCaptured(3, at: start)
        switch (bytes.uint16(at: start), bytes.uint8(at: start + 2)) {
        case (0xAAAA, 0x03):
            try bytes.requireCaptured(8, at: start)
            switch bytes.uint32(at: start + 2) & 0x00FF_FFFF {
            // RFC 1042, and bridges that follow IEEE 802.1H.
            case 0, 0xF8: return Carried(.etherType(bytes.uint16(at: start + 6)), at: start + 8)
            default: return Carried(.control, at: start + 8)
            }
        case (0x0606, 0x03): return Carried(.ipv4, at: start + 3)
        default: return Carried(.control, at: start)
        }
    }
}
