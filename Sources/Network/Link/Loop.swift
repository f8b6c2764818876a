import Bytes

/// OpenBSD loopback, `LOOP`: an address family of four bytes in network byte order.
enum Loop {
    static func networkHeader(_ bytes: RawSpan) throws(PacketDefect) -> NetworkHeader {
        try bytes.requireCaptured(4, at: 0)
        return NullLoopback.networkHeader(family: bytes.uint32(at: 0))
    }
}
