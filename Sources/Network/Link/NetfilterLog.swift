import Bytes

/// Packets that netfilter logs, `NFLOG` (libpcap's `LINKTYPE_NFLOG`).
///
/// ```
/// | address family (1) | version 0 (1) | resource (2) | length (2) | type (2) | value … | length …
/// ```
/// Lengths and types are in the byte order of the machine that captured, which libpcap makes this one's; a length counts
/// its own four bytes, and each value ends at a multiple of four. The value of type 9 is the packet.
enum NetfilterLog {
    private static let payload: UInt16 = 9

    static func networkHeader(_ bytes: RawSpan) throws(PacketDefect) -> NetworkHeader {
        try bytes.requireCaptured(8, at: 0)
        guard bytes.uint8(at: 1) == 0 else { throw .malformed }
        // Of some programs' files the order is that of the network: no first value is that long.
        let isNetworkOrder = hostOrder(bytes.uint16(at: 4)) > bytes.byteCount
        func number(at place: Int) -> UInt16 {
            let number = bytes.uint16(at: place)
            return isNetworkOrder ? number : hostOrder(number)
        }
        var place = 4
        while true {
            try bytes.requireCaptured(4, at: place)
            let length = Int(number(at: place))
            guard length >= 4 else { throw .malformed }
            if number(at: place + 2) & 0x7FFF == payload { return try packet(bytes, at: place + 4) }
            place += (length + 3) & ~3
        }
    }

    /// What was read in network order, in this machine's.
    private static func hostOrder(_ number: UInt16) -> UInt16 { number.bigEndian }

    private static func packet(_ bytes: RawSpan, at start: Int) throws(PacketDefect) -> NetworkHeader {
        try bytes.requireCaptured(1, at: start)
        switch bytes.uint8(at: start) >> 4 {
        case 4: return .ipv4(start)
        case 6: return .ipv6(start)
        default: throw .malformed
        }
    }
}
