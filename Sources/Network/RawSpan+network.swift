import Bytes

extension RawSpan {
    /// Throws when fewer than `count` bytes are captured from `offset` on.
    @inline(__always)
    func requireCaptured(_ count: Int, at offset: Int) throws(PacketDefect) {
        guard byteCount - offset >= count else { throw .cut }
    }
}
