/// A machine that walks a region of bytes: an offset and an end, the bytes handed in at every read.
///
/// The bytes are not stored, because a struct that holds a span cannot be made without experimental flags: hand in those
/// that the cursor was made for at every call. Integers are big-endian (network order). A `read` moves the cursor; a read
/// past `end`, which never lies beyond those bytes, throws and moves nothing.
package struct ByteCursor: Sendable {
    /// Bytes from the start of the span to the next byte to be read.
    @usableFromInline package var offset: Int
    /// One past the last byte that may be read.
    @usableFromInline package let end: Int
    /// The layer named in errors.
    @usableFromInline package let layer: StaticString

    /// Covers all of `bytes`.
    @inlinable
    package init(_ bytes: borrowing RawSpan, layer: StaticString) {
        offset = 0
        end = bytes.byteCount
        self.layer = layer
    }

    /// Covers `range` of `bytes`; a range that reaches beyond them is cut to them.
    @inlinable
    package init(_ bytes: borrowing RawSpan, _ range: Range<Int>, layer: StaticString) {
        end = min(range.upperBound, bytes.byteCount)
        offset = min(max(range.lowerBound, 0), end)
        self.layer = layer
    }

    /// Bytes left to read.
    @inlinable package var remaining: Int { end &- offset }

    /// Whether every byte has been read.
    @inlinable package var isAtEnd: Bool { offset >= end }

    /// Throws when fewer than `count` bytes are left.
    @inlinable @inline(__always)
    package func require(_ count: Int) throws(DecodeError) {
        guard count >= 0, count <= end &- offset else {
            throw DecodeError("ends before its last field", layer: layer, offset: offset)
        }
    }

    /// Reads one byte.
    @inlinable
    package mutating func readUInt8(_ bytes: borrowing RawSpan) throws(DecodeError) -> UInt8 {
        try require(1)
        defer { offset &+= 1 }
        return bytes.uint8(at: offset)
    }

    /// Reads two bytes, big-endian.
    @inlinable
    package mutating func readUInt16(_ bytes: borrowing RawSpan) throws(DecodeError) -> UInt16 {
        try require(2)
        defer { offset &+= 2 }
        return bytes.uint16(at: offset)
    }

    /// Reads four bytes, big-endian.
    @inlinable
    package mutating func readUInt32(_ bytes: borrowing RawSpan) throws(DecodeError) -> UInt32 {
        try require(4)
        defer { offset &+= 4 }
        return bytes.uint32(at: offset)
    }

    /// Reads eight bytes, big-endian.
    @inlinable
    package mutating func readUInt64(_ bytes: borrowing RawSpan) throws(DecodeError) -> UInt64 {
        try require(8)
        defer { offset &+= 8 }
        return bytes.uint64(at: offset)
    }

    /// Steps over `count` bytes and returns where they lie.
    @inlinable
    package mutating func readRange(_ count: Int) throws(DecodeError) -> Range<Int> {
        try require(count)
        let start = offset
        offset &+= count
        return start..<offset
    }

    /// Steps over `count` bytes.
    @inlinable
    package mutating func skip(_ count: Int) throws(DecodeError) {
        try require(count)
        offset &+= count
    }

    /// The byte `distance` bytes ahead, without moving; `nil` past the end.
    @inlinable
    package func peekUInt8(_ bytes: borrowing RawSpan, ahead distance: Int = 0) -> UInt8? {
        guard distance >= 0, distance < end &- offset else { return nil }
        return bytes.uint8(at: offset &+ distance)
    }
}
