import Glibc

/// A value: the body of one block of a pcapng file, in the byte order of its section.
struct PcapngBlock {
    private(set) var type: UInt32 = 0
    private(set) var bytes: [UInt8] = []
    private(set) var isBigEndian = false

    static let sectionHeader: UInt32 = 0x0A0D_0D0A
    /// libpcap's limit: no packet comes near it.
    private static let longest = 16 << 20
    private static let byteOrderMagic: UInt32 = 0x1A2B_3C4D

    enum Reading {
        case block
        case end
        /// libpcap's words for the same, so that one sentence fits both.
        case failed(String)
    }

    var count: Int { bytes.count }

    /// Reads the next block in place of this one (draft-ietf-opsawg-pcapng, 3.1).
    mutating func read(_ file: UnsafeMutablePointer<FILE>) -> Reading {
        bytes.removeAll(keepingCapacity: true)
        let count = append(8, from: file)
        guard count > 0 else { return ferror(file) == 0 ? .end : .failed("error reading dump file") }
        guard count == 8 else { return .failed("truncated pcapng dump file") }
        type = uint32(0)
        if type == Self.sectionHeader {
            guard append(4, from: file) == 4 else { return .failed("truncated pcapng dump file") }
            isBigEndian = false
            if uint32(8) != Self.byteOrderMagic { isBigEndian = true }
            guard uint32(8) == Self.byteOrderMagic else { return .failed("unknown byte order in pcapng dump file") }
        }
        let (length, had) = (Int(uint32(4)), bytes.count)
        guard length >= had + 4, length % 4 == 0, length <= Self.longest else {
            return .failed("block in pcapng dump file has a bad length of \(length)")
        }
        guard append(length - had, from: file) == length - had else { return .failed("truncated pcapng dump file") }
        guard Int(uint32(length - 4)) == length else {
            return .failed("block total length mismatch in pcapng dump file")
        }
        bytes.removeLast(4)
        bytes.removeFirst(8)
        return .block
    }

    /// Appends up to `count` bytes; room is made as they come, not as they are announced.
    private mutating func append(_ count: Int, from file: UnsafeMutablePointer<FILE>) -> Int {
        var got = 0
        while got < count {
            let (start, step) = (bytes.count, min(count - got, 64 << 10))
            bytes.append(contentsOf: repeatElement(0, count: step))
            let read = bytes.withUnsafeMutableBytes { fread($0.baseAddress?.advanced(by: start), 1, step, file) }
            got += read
            if read < step {
                bytes.removeLast(step - read)
                break
            }
        }
        return got
    }

    func uint8(_ offset: Int) -> UInt8 { bytes[offset] }

    func uint16(_ offset: Int) -> UInt16 {
        let value = bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self)
        return isBigEndian ? UInt16(bigEndian: value) : UInt16(littleEndian: value)
    }

    func uint32(_ offset: Int) -> UInt32 {
        let value = bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)
        return isBigEndian ? UInt32(bigEndian: value) : UInt32(littleEndian: value)
    }

    func uint64(_ offset: Int) -> UInt64 {
        let value = bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
        return isBigEndian ? UInt64(bigEndian: value) : UInt64(littleEndian: value)
    }
}
