import Bytes

/// The session header of PPPoE (RFC 2516, 4).
///
/// ```
/// |  Ver  | Type  |     code      |           session             |
/// |            length             |
/// ```
enum PPPoE {
    static func open(_ bytes: RawSpan, at start: Int) throws(PacketDefect) -> Carried {
        try bytes.requireCaptured(6, at: start)
        guard bytes.uint8(at: start) == 0x11 else { throw .malformed }
        guard bytes.uint8(at: start + 1) == 0 else { return Carried(.control, at: start + 6) }
        return Carried(.tunnel(.ppp), at: start + 6)
    }
}
