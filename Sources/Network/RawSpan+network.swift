extension RawSpan {
    /// The byte at `offset`, which must lie within the span.
    @inline(__always)
    func uint8(at offset: Int) -> UInt8 {
        unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    /// The two bytes at `offset`, big-endian; they must lie within the span.
    @inline(__always)
    func uint16(at offset: Int) -> UInt16 {
        UInt16(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    /// The four bytes at `offset`, big-endian; they must lie within the span.
    @inline(__always)
    func uint32(at offset: Int) -> UInt32 {
        UInt32(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    /// The eight bytes at `offset`, big-endian; they must lie within the span.
    @inline(__always)
    func uint64(at offset: Int) -> UInt64 {
        UInt64(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// Throws when fewer than `count` bytes are captured from `offset` on.
    @inline(__always)
    func requireCaptured(_ count: Int, at offset: Int) throws(PacketDefect) {
        guard byteCount - offset >= count else { throw .cut }
    }
}
