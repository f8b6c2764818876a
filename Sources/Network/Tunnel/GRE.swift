import Bytes

/// The header of GRE (RFC 2784, 2890, 1701), of NVGRE (RFC 7637), and of PPTP's version (RFC 2637, 4.1).
///
/// ```
/// |C|R|K|S|s|Recur|A|  Flags  |Ver|         protocol type         |
/// |      checksum (optional)      |       offset (optional)       |
/// |                        key (optional)                         |
/// |                  sequence number (optional)                   |
/// |                     routing (optional) …                      |
/// ```
enum GRE {
    private static let checksum: UInt16 = 0x8000
    private static let routing: UInt16 = 0x4000
    private static let key: UInt16 = 0x2000
    private static let sequence: UInt16 = 0x1000
    private static let acknowledgment: UInt16 = 0x0080

    static func open(_ bytes: RawSpan, at start: Int) throws(PacketDefect) -> Carried {
        try bytes.requireCaptured(4, at: start)
        let flags = bytes.uint16(at: start)
        let type = bytes.uint16(at: start + 2)
        switch flags & 7 {
        case 0: return try openPlain(bytes, at: start, flags, type)
        case 1:
            guard type == EtherType.ppp, flags & key != 0 else { throw .malformed }
            guard flags & sequence != 0 else { return Carried(.control, at: start) }
            return Carried(.tunnel(.ppp), at: start + (flags & acknowledgment == 0 ? 12 : 16))
        default: throw .malformed
        }
    }

    private static func openPlain(
        _ bytes: RawSpan, at start: Int, _ flags: UInt16, _ type: UInt16
    ) throws(PacketDefect) -> Carried {
        var inside = start + 4
        if flags & (checksum | routing) != 0 { inside += 4 }
        var number: UInt32?
        if flags & key != 0 {
            try bytes.requireCaptured(4, at: inside)
            number = bytes.uint32(at: inside)
            inside += 4
        }
        if flags & sequence != 0 { inside += 4 }
        if flags & routing != 0 { inside = try routed(bytes, at: inside) }
        switch type {
        case EtherType.erspan:
            // The first type has neither a header of its own nor a sequence number.
            return Carried(.tunnel(flags & sequence == 0 ? .erspan1 : .erspan2), at: inside)
        case EtherType.erspan3: return Carried(.tunnel(.erspan3), at: inside)
        default: break
        }
        let carried = Carried(.etherType(type), at: inside)
        guard let number else { return carried }
        return isVirtualSubnet(number, flags, type)
            ? carried.within(.nvgre, number >> 8) : carried.within(.gre, number)
    }

    /// NVGRE has a key and nothing else; its lowest byte tells flows of a virtual subnet apart, whose numbers begin at
    /// 0x1000 (RFC 7637, 3.2 and 3.3).
    static func isVirtualSubnet(_ key: UInt32, _ flags: UInt16, _ type: UInt16) -> Bool {
        flags == Self.key && type == EtherType.transparentBridging && key >> 8 >= 0x1000
    }

    /// Steps over source route entries; the last is empty (RFC 1701).
    private static func routed(_ bytes: RawSpan, at start: Int) throws(PacketDefect) -> Int {
        var place = start
        while true {
            try bytes.requireCaptured(4, at: place)
            let length = Int(bytes.uint8(at: place + 3))
            let isLast = bytes.uint16(at: place) == 0 && length == 0
            place += 4 + length
            if isLast { return place }
        }
    }
}
