import Bytes

/// The escapes of JSON strings (RFC 8259, 7), undone and made.
enum JSONEscapes {
    /// Appends the text of the inside of a JSON string; half a surrogate pair becomes U+FFFD, a wrong escape stands for
    /// the character after the backslash, an escape that is cut off is dropped.
    static func appendUnescaped(_ text: RawSpan, _ range: Range<Int>, to bytes: inout [UInt8]) {
        bytes.reserveCapacity(bytes.count + range.count)
        var offset = range.lowerBound
        let end = min(range.upperBound, text.byteCount)
        while offset < end {
            var plainEnd = offset
            while plainEnd < end, text.byte(plainEnd) != UInt8(ascii: "\\") { plainEnd += 1 }
            if plainEnd > offset {
                text.extracting(offset..<plainEnd).withUnsafeBytes { bytes.append(contentsOf: $0) }
                offset = plainEnd
            }
            guard offset < end else { return }
            offset = appendEscape(text, at: offset, end: end, to: &bytes)
        }
    }

    /// Appends what the escape at `offset` stands for, and returns where the text goes on.
    private static func appendEscape(_ text: RawSpan, at offset: Int, end: Int, to bytes: inout [UInt8]) -> Int {
        guard offset + 1 < end else { return end }
        let letter = text.byte(offset + 1)
        switch letter {
        case UInt8(ascii: "b"): bytes.append(0x08)
        case UInt8(ascii: "f"): bytes.append(0x0C)
        case UInt8(ascii: "n"): bytes.append(0x0A)
        case UInt8(ascii: "r"): bytes.append(0x0D)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "u"): return appendCodeUnit(text, at: offset, end: end, to: &bytes)
        default: bytes.append(letter)
        }
        return offset + 2
    }

    private static func appendCodeUnit(_ text: RawSpan, at offset: Int, end: Int, to bytes: inout [UInt8]) -> Int {
        guard let first = codeUnit(text, at: offset, end: end) else {
            append("\u{FFFD}", to: &bytes)
            return min(offset + 2, end)
        }
        if UTF16.isLeadSurrogate(first), let second = codeUnit(text, at: offset + 6, end: end),
            UTF16.isTrailSurrogate(second)
        {
            append(UTF16.decode(UTF16.EncodedScalar([first, second])), to: &bytes)
            return offset + 12
        }
        append(Unicode.Scalar(first) ?? "\u{FFFD}", to: &bytes)
        return offset + 6
    }

    /// The number in `\uXXXX` at `offset`; `nil` where no such escape stands.
    private static func codeUnit(_ text: RawSpan, at offset: Int, end: Int) -> UInt16? {
        guard offset + 6 <= end, text.byte(offset) == UInt8(ascii: "\\"), text.byte(offset + 1) == UInt8(ascii: "u")
        else { return nil }
        var value: UInt16 = 0
        for index in offset + 2..<offset + 6 {
            guard let digit = Character(Unicode.Scalar(text.byte(index))).hexDigitValue else { return nil }
            value = value << 4 | UInt16(digit)
        }
        return value
    }

    private static func append(_ scalar: Unicode.Scalar, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }

    /// Appends `text` as a JSON string with its quotes; control characters are escaped.
    static func appendQuoted(_ text: [UInt8], to bytes: inout [UInt8]) {
        bytes.append(.quote)
        var copied = 0
        for (index, byte) in text.enumerated() where byte < 0x20 || byte == .quote || byte == .backslash || byte == 0x7F
        {
            bytes.append(contentsOf: text[copied..<index])
            copied = index + 1
            appendEscaped(byte, to: &bytes)
        }
        bytes.append(contentsOf: text[copied...])
        bytes.append(.quote)
    }

    private static func appendEscaped(_ byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(.backslash)
        switch byte {
        case .quote, .backslash: bytes.append(byte)
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        default:
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(hexDigit(byte >> 4))
            bytes.append(hexDigit(byte & 15))
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}

extension RawSpan {
    /// The byte at `offset`, which the caller has held against the end.
    @inline(__always)
    func byte(_ offset: Int) -> UInt8 {
        unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    }

    /// Whether the bytes at `offset` are those of `text`, which is compared eight bytes a step.
    @inline(__always)
    func has(_ text: StaticString, at offset: Int) -> Bool {
        offset >= 0 && text.utf8CodeUnitCount <= byteCount &- offset && holds(text, at: offset)
    }

    /// As `has`, of bytes that the caller has held against the end.
    @inline(__always)
    func holds(_ text: StaticString, at offset: Int) -> Bool {
        let count = text.utf8CodeUnitCount
        let expected = UnsafeRawPointer(text.utf8Start)
        var index = 0
        while index &+ 8 <= count {
            if unsafeLoadUnaligned(fromUncheckedByteOffset: offset &+ index, as: UInt64.self)
                != expected.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            {
                return false
            }
            index &+= 8
        }
        if index &+ 4 <= count {
            if unsafeLoadUnaligned(fromUncheckedByteOffset: offset &+ index, as: UInt32.self)
                != expected.loadUnaligned(fromByteOffset: index, as: UInt32.self)
            {
                return false
            }
            index &+= 4
        }
        while index < count {
            if byte(offset &+ index) != expected.load(fromByteOffset: index, as: UInt8.self) { return false }
            index &+= 1
        }
        return true
    }
}
