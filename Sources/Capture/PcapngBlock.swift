import Bytes
import Glibc

/// A value: the body of one block of a pcapng file, in the byte order of its section.
struct PcapngBlock {
    private(set) var type: UInt32 = 0
    private(set) var isBigEndian = false
    /// Bytes of the body.
    private(set) var count = 0
    /// The block as read; only grows, and the body begins behind type and length.
    private var storage = [UInt8](repeating: 0, count: 4096)

    private static let headLength = 8

    enum Next {
        case block
        case end
        /// libpcap's words for the same, so that one sentence fits both.
        case failed(String)
    }

    /// Reads the next block in place of this one (draft-ietf-opsawg-pcapng, 3.1).
    mutating func read(_ file: UnsafeMutablePointer<FILE>) -> Next {
        count = 0
        let had = fill(0..<Self.headLength, from: file)
        guard had > 0 else { return ferror(file) == 0 ? .end : .failed("error reading dump file") }
        guard had == Self.headLength else { return .failed("truncated pcapng dump file") }
        var start = Self.headLength
        type = word(at: 0)
        if type == PcapngFormat.Block.sectionHeader {
            guard fill(start..<start + 4, from: file) == 4 else { return .failed("truncated pcapng dump file") }
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
        guard fill(start..<length, from: file) == length - start else { return .failed("truncated pcapng dump file") }
        guard Int(word(at: length - 4)) == length else {
            return .failed("block total length mismatch in pcapng dump file")
        }
        count = length - Self.headLength - 4
        return .block
    }

    /// Reads into a range of the storage, which grows as the bytes come, not as they are announced.
    private mutating func fill(_ range: Range<Int>, from file: UnsafeMutablePointer<FILE>) -> Int {
        var place = range.lowerBound
        while place < range.upperBound {
            if place == storage.count {
                storage.append(contentsOf: repeatElement(0, count: min(storage.count, range.upperBound - place)))
            }
            let step = min(range.upperBound, storage.count) - place
            let read = storage.withUnsafeMutableBytes { fread($0.baseAddress?.advanced(by: place), 1, step, file) }
            place += read
            if read < step { break }
        }
        return place - range.lowerBound
    }

    /// Hands over bytes of the body.
    @inline(__always)
    func withBytes(_ range: Range<Int>, _ body: (RawSpan) -> Void) {
        let start = Self.headLength + range.lowerBound
        storage.withUnsafeBytes { body($0.bytes.extracting(start..<start + range.count)) }
    }

    /// Bytes of the body as text.
    func text(_ range: Range<Int>) -> String {
        let start = Self.headLength + range.lowerBound
        return String(decoding: storage[start..<start + range.count], as: UTF8.self)
    }

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
    func uint16(_ offset: Int) -> UInt16 { inOrder(storage.span.bytes.uint16(at: Self.headLength + offset)) }
    func uint32(_ offset: Int) -> UInt32 { word(at: Self.headLength + offset) }
    func uint64(_ offset: Int) -> UInt64 { inOrder(storage.span.bytes.uint64(at: Self.headLength + offset)) }

    private func word(at place: Int) -> UInt32 { inOrder(storage.span.bytes.uint32(at: place)) }

    /// What was read in network order, in the section's.
    private func inOrder<Number: FixedWidthInteger>(_ number: Number) -> Number {
        isBigEndian ? number : number.byteSwapped
    }
}
