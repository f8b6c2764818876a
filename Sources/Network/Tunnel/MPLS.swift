import Bytes

/// A stack of MPLS labels (RFC 3032, 2.1) and the pseudowire behind it (RFC 4385, RFC 4448).
///
/// ```
/// |                label                  | exp |S|      TTL      |
/// ```
/// `S` is set in the last. What follows is not said: the first four bits are those of IP, 0 for the control word of a
/// pseudowire, 1 for a message about it; a pseudowire without a control word begins with an Ethernet address.
enum MPLS {
    static func open(_ bytes: RawSpan, at start: Int, end: Int) throws(PacketDefect) -> Carried {
        var inside = start
        while true {
            try bytes.requireCaptured(4, at: inside)
            let isLast = bytes.uint8(at: inside + 2) & 1 == 1
            inside += 4
            if isLast { break }
        }
        try bytes.requireCaptured(1, at: inside)
        let version = bytes.uint8(at: inside) >> 4
        if let layer = Plausibility.ip(bytes, at: inside, end: end) { return Carried(layer, at: inside) }
        if version == 0, Plausibility.ethernet(bytes, at: inside + 4, end: end) {
            return Carried(.ethernet, at: inside + 4)
        }
        if Plausibility.ethernet(bytes, at: inside, end: end) { return Carried(.ethernet, at: inside) }
        switch version {
        case 0: return Carried(.ethernet, at: inside + 4)
        case 1: return Carried(.control, at: inside)
        case 4: return Carried(.ipv4, at: inside)
        case 6: return Carried(.ipv6, at: inside)
        default: throw .malformed
        }
    }
}
