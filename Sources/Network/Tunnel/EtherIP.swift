import Bytes

/// Ethernet in IP (RFC 3378, 3): four bits of version, which is 3, and twelve that are 0.
enum EtherIP {
    static func open(_ bytes: RawSpan, at start: Int) throws(PacketDefect) -> Carried {
        try bytes.requireCaptured(2, at: start)
        guard bytes.uint8(at: start) >> 4 == 3 else { throw .malformed }
        return Carried(.ethernet, at: start + 2)
    }
}
