import Bytes

/// A machine that reads one block of a pcapng file after the other: its body, in the byte order of its section.
struct PcapngBlock {
    private(set) var type: UInt32 = 0
    private(set) var isBigEndian = false
    /// Bytes of the body.
    private(set) var count = 0
    /// The block where it was read, until the next is read; the body begins behind type and length.
    private var storage = UnsafeRawBufferPointer(start: nil, count: 0)
    /// Bytes of the whole block, that are passed over when the next one is read.
    private var passed = 0

    private static let headLength = 8

    enum Next {
        case block
        case end
        /// libpcap's words for the same, so that one sentence fits both.
        case failed(String)
    }

    /// Reads the next block in place of this one (draft-ietf-opsawg-pcapng, 3.1).
    mutating func read(_ stream: inout CaptureStream) -> Next {
        stream.skip(passed)
        (passed, count) = (0, 0)
        let had = stream.need(Self.headLength)
        guard had > 0 else { return stream.hasFailed ? .failed("error reading dump file") : .end }
        guard had == Self.headLength else { return .failed("truncated pcapng dump file") }
        storage = stream.bytes(at: 0, count: had)
        var start = Self.headLength
        type = word(at: 0)
        if type == PcapngFormat.Block.sectionHeader {
            guard stream.need(start + 4) == start + 4 else { return .failed("truncated pcapng dump file") }
            storage = stream.bytes(at: 0, count: start + 4)
            isBigEndian = false
            if word(at: start) != PcapngFormat.byteOrderMagic { isBigEndian = true }
            guard word(at: start) == PcapngFormat.byteOrderMagic else {
                return .failed("unknown byte order in pcapng dump file")
            }
            start += 4
        }
        let length = Int(word(at: 4))
        guard length >= start + 4, length % 4 == 0, length <= Limits.pcapngBlockBytes else {
            return .failed("block in pcapng dump file has a bad length of \(length)")
        }
        guard stream.need(length) == length else { return .failed("truncated pcapng dump file") }
        storage = stream.bytes(at: 0, count: length)
        guard Int(word(at: length - 4)) == length else {
            return .failed("block total length mismatch in pcapng dump file")
        }
        count = length - Self.headLength - 4
        passed = length
        return .block
    }

    /// Bytes of the body, until the next block is read.
    func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        let start = Self.headLength + range.lowerBound
        return UnsafeRawBufferPointer(rebasing: storage[start..<start + range.count])
    }

    /// Bytes of the body as text.
    func text(_ range: Range<Int>) -> String { String(decoding: bytes(range), as: UTF8.self) }

    /// Visits the options from `start` on, until they end or contradict the block's length (3.5): `(code, place, length)`.
    func visitOptions(from start: Int, _ visit: (UInt16, Int, Int) -> Void) {
        var place = start
        while count - place >= 4 {
            let (code, length) = (uint16(place), Int(uint16(place + 2)))
            place += 4
            guard code != 0, count - place >= length else { return }
            visit(code, place, length)
            place += (length + 3) & ~3
        }
    }

    func uint8(_ offset: Int) -> UInt8 { storage[Self.headLength + offset] }
    func uint16(_ offset: Int) -> UInt16 { inOrder(storage.bytes.uint16(at: Self.headLength + offset)) }
    @inline(__always)
    func uint32(_ offset: Int) -> UInt32 { word(at: Self.headLength + offset) }
    func uint64(_ offset: Int) -> UInt64 { inOrder(storage.bytes.uint64(at: Self.headLength + offset)) }

    @inline(__always)
    private func word(at place: Int) -> UInt32 { inOrder(storage.bytes.uint32(at: place)) }

    /// What was read in network order, in the section's.
    @inline(__always)
    private func inOrder<Number: FixedWidthInteger>(_ number: Number) -> Number {
        isBigEndian ? number : number.byteSwapped
    }
}
