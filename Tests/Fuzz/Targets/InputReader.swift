/// A machine that takes an input apart: numbers and pieces one after the other, zeros behind its end.
struct InputReader {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { offset >= bytes.count }

    mutating func octet() -> UInt8 {
        guard offset < bytes.count else { return 0 }
        defer { offset += 1 }
        return bytes[offset]
    }

    /// Little-endian.
    mutating func short() -> UInt16 {
        let low = UInt16(octet())
        return low | UInt16(octet()) << 8
    }

    /// As many bytes, or what is left of them.
    mutating func piece(_ count: Int) -> [UInt8] {
        let end = min(bytes.count, offset + count)
        defer { offset = end }
        return Array(bytes[offset..<end])
    }

    mutating func rest() -> [UInt8] { piece(bytes.count) }
}

/// The same in the other direction, for seeds.
extension [UInt8] {
    mutating func append(short value: UInt16) {
        append(UInt8(truncatingIfNeeded: value))
        append(UInt8(truncatingIfNeeded: value >> 8))
    }
}
