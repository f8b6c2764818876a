import Bytes

/// IP in IP (RFC 2003, RFC 2473, RFC 4213): no header between them.
enum IPInIP {
    static func open(_ bytes: RawSpan, at start: Int) throws(PacketDefect) -> Carried {
        try bytes.requireCaptured(1, at: start)
        switch bytes.uint8(at: start) >> 4 {
        case 4: return Carried(.ipv4, at: start)
        case 6: return Carried(.ipv6, at: start)
        default: throw .malformed
        }
    }
}
