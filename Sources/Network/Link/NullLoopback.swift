import Bytes

/// BSD loopback, `NULL`: an address family of four bytes in the byte order of the machine that captured.
enum NullLoopback {
    static func networkHeader(_ bytes: RawSpan) throws(PacketDefect) -> NetworkHeader {
        try bytes.requireCaptured(4, at: 0)
        let family = bytes.uint32(at: 0)
        return networkHeader(family: family > 0xFFFF ? family.byteSwapped : family)
    }

    /// The header behind an address family of four bytes; `AF_INET6` has a number of its own in every system.
    static func networkHeader(family: UInt32) -> NetworkHeader {
        switch family {
        case 2: .ipv4(4)
        case 10, 23, 24, 28, 30: .ipv6(4)
        default: .other(.control, 4)
        }
    }
}
