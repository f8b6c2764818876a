import Bytes

/// The header of VXLAN (RFC 7348, 5), with the flags of its group policy option (draft-smith-vxlan-group-policy).
///
/// ```
/// |G R R R I P R R|R D R R A R R R|        group policy id        |
/// |                     VNI                       |   reserved    |
/// ```
enum VXLAN {
    static let length = 8
    private static let hasNetwork: UInt8 = 0x08
    private static let hasProtocol: UInt8 = 0x04
    private static let hasPolicy: UInt8 = 0x80

    static func open(_ bytes: RawSpan, at start: Int) throws(PacketDefect) -> Carried {
        try bytes.requireCaptured(length, at: start)
        let flags = bytes.uint8(at: start)
        // The generic extension is also spoken on VXLAN's own port, where both ends know of it.
        if flags & hasProtocol != 0, bytes.uint8(at: start + 3) != 0 { return try VXLANGPE.open(bytes, at: start) }
        guard flags & hasNetwork != 0 else { throw .malformed }
        return Carried(.ethernet, at: start + length).within(.vxlan, bytes.uint32(at: start + 4) >> 8)
    }

    /// Whether the payload of a UDP datagram to any port is plainly VXLAN: its header has no bit that it must not have,
    /// and a frame with a whole IP header follows.
    static func isPlain(_ bytes: RawSpan, at start: Int, end: Int) -> Bool {
        guard bytes.byteCount - start >= length + Ethernet.length else { return false }
        let flags = bytes.uint8(at: start)
        guard flags & ~hasPolicy == hasNetwork, bytes.uint8(at: start + 7) == 0 else { return false }
        let policy = bytes.uint32(at: start) & 0x00FF_FFFF
        guard flags & hasPolicy != 0 ? policy & 0x00B7_0000 == 0 : policy == 0 else { return false }
        return Plausibility.ethernet(bytes, at: start + length, end: end)
    }
}
