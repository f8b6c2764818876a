import Bytes

/// The headers of mirrors over GRE (draft-foschiano-erspan, 4); type I has none.
///
/// ```
/// II   |  Ver  |         VLAN          | COS | En|T|    session      |
///      |      reserved         |              index                  |
/// III  |  Ver  |         VLAN          | COS |BSO|T|    session      |
///      |                         timestamp                           |
///      |            SGT                |P|   FT    |  Hw ID    |D|Gra|O|
///      |          platform specific (8, optional) …                  |
/// ```
/// A mirror may cut the frames that it sends (`T`): what their own headers say of their length holds.
enum ERSPAN {
    static func openSecond(_ bytes: RawSpan, at start: Int) throws(PacketDefect) -> Carried {
        try bytes.requireCaptured(8, at: start)
        // Some senders of the first type number their packets: there is no header then.
        guard bytes.uint8(at: start) >> 4 == 1 else {
            guard Plausibility.ethernet(bytes, at: start, end: .max) else { throw .malformed }
            return Carried(.ethernet, at: start)
        }
        return Carried(.ethernet, at: start + 8)
    }

    static func openThird(_ bytes: RawSpan, at start: Int, end: Int) throws(PacketDefect) -> Carried {
        try bytes.requireCaptured(12, at: start)
        guard bytes.uint8(at: start) >> 4 == 2 else { throw .malformed }
        let last = bytes.uint16(at: start + 10)
        let inside = start + (last & 1 == 0 ? 12 : 20)
        guard last >> 10 & 0x1F != 2 else {
            guard let layer = Plausibility.ip(bytes, at: inside, end: end) else { throw .malformed }
            return Carried(layer, at: inside)
        }
        return Carried(.ethernet, at: inside)
    }
}
