import Bytes

/// The header of VXLAN's generic protocol extension (draft-ietf-nvo3-vxlan-gpe, 3).
///
/// ```
/// |R R Ver I P B O|          reserved             | next protocol |
/// |                     VNI                       |   reserved    |
/// ```
enum VXLANGPE {
    static func open(_ bytes: RawSpan, at start: Int) throws(PacketDefect) -> Carried {
        try bytes.requireCaptured(VXLAN.length, at: start)
        let flags = bytes.uint8(at: start)
        guard flags & 0x30 == 0 else { throw .malformed }
        let inside = start + VXLAN.length
        guard flags & 0x01 == 0 else { return Carried(.control, at: inside) }
        // Without its flag the next protocol is Ethernet, as in VXLAN.
        let layer = flags & 0x04 == 0 ? Layer.ethernet : try ServiceHeader.layer(bytes.uint8(at: start + 3))
        let carried = Carried(layer, at: inside)
        return flags & 0x08 == 0 ? carried : carried.within(.vxlanGPE, bytes.uint32(at: start + 4) >> 8)
    }
}
