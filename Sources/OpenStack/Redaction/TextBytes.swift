/// The classes of bytes that redaction goes by.
extension UInt8 {
    var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
    var isUpper: Bool { self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") }
    var isLower: Bool { self >= UInt8(ascii: "a") && self <= UInt8(ascii: "z") }

    var isWordByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// What oslo.utils takes for a letter of an option, `[A-z]`.
    var isOptionLetter: Bool { self >= UInt8(ascii: "A") && self <= UInt8(ascii: "z") && self != .backslash }

    var isQuote: Bool { self == .quote || self == UInt8(ascii: "'") }
    var assigns: Bool { self == .colon || self == UInt8(ascii: "=") }

    /// `u'…'`, `b'…'`, `r'…'` of Python.
    var isStringPrefix: Bool {
        self == UInt8(ascii: "u") || self == UInt8(ascii: "b") || self == UInt8(ascii: "r")
    }

    /// A digit of base64 in either alphabet (RFC 4648, 4 and 5).
    var isBase64: Bool { isWordByte || self == UInt8(ascii: "+") || self == UInt8(ascii: "/") }

    var endsValue: Bool {
        switch self {
        case .comma, UInt8(ascii: ";"), UInt8(ascii: "&"), UInt8(ascii: ")"), .closeBracket, .closeBrace, .quote,
            UInt8(ascii: "'"), UInt8(ascii: "<"), UInt8(ascii: ">"):
            true
        default: false
        }
    }

    var endsAuthority: Bool {
        switch self {
        case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "<"), UInt8(ascii: ">"): true
        default: false
        }
    }
}

/// Looking about in a text.
extension [UInt8] {
    func skip(from start: Int, while condition: (UInt8) -> Bool) -> Int {
        var index = start
        while index < count, condition(self[index]) { index += 1 }
        return index
    }

    func matches(_ text: StaticString, at start: Int) -> Bool {
        let length = text.utf8CodeUnitCount
        guard start >= 0, start + length <= count else { return false }
        for index in 0..<length where self[start + index] != text.utf8Start[index] { return false }
        return true
    }

    /// How many bytes the white space at `index` takes, 0 where none stands: what `\s` of Python matches.
    @inline(__always)
    func spaceLength(at index: Int) -> Int {
        let byte = self[index]
        if byte < 0x80 { return byte <= 0x20 && byte != 0 ? 1 : 0 }
        return wideSpaceLength(at: index)
    }

    private func wideSpaceLength(at index: Int) -> Int {
        let second = index + 1 < count ? self[index + 1] : 0
        let third = index + 2 < count ? self[index + 2] : 0
        switch (self[index], second, third) {
        case (0xC2, 0xA0, _), (0xC2, 0x85, _): return 2
        case (0xE1, 0x9A, 0x80), (0xE2, 0x81, 0x9F), (0xE3, 0x80, 0x80), (0xE2, 0x80, 0x80...0x8A),
            (0xE2, 0x80, 0xA8...0xA9), (0xE2, 0x80, 0xAF):
            return 3
        default: return 0
        }
    }

    /// How many bytes the end of a line at `index` takes, be it written as `\n`; 0 where none stands.
    func lineBreakLength(at index: Int) -> Int {
        guard index < count else { return 0 }
        switch self[index] {
        case 0x0A: return 1
        case 0x0D: return index + 1 < count && self[index + 1] == 0x0A ? 2 : 1
        case .backslash where matches("\\r\\n", at: index): return 4
        case .backslash where matches("\\n", at: index): return 2
        default: return 0
        }
    }

    /// Behind the blanks at `start`, and the ends of lines among them that a backslash continues, as a shell reads them; in
    /// a text that is spelled out itself, that is `\\\n`.
    func skipBlanks(from start: Int) -> Int {
        var index = start
        while index < count {
            let end = skip(from: index) { $0 == .backslash }
            let slashes = end - index
            if slashes == 0 {
                guard self[index] == 0x20 || self[index] == 0x09 else { break }
                index += 1
            } else {
                guard slashes == 1 || slashes > 2 && !slashes.isMultiple(of: 2) else { break }
                let length = lineBreakLength(at: slashes == 1 ? end : end - 1)
                guard length > 0 else { break }
                index = (slashes == 1 ? end : end - 1) + length
            }
        }
        return index
    }

    /// The same, behind ends of lines without a backslash, too.
    func skipContinued(from start: Int) -> Int {
        let index = skipSpace(from: start)
        return index < count && self[index] == .backslash ? skipSpace(from: skipBlanks(from: index)) : index
    }

    func skipSpace(from start: Int) -> Int {
        var index = start
        while index < count {
            let length = spaceLength(at: index)
            if length == 0 { break }
            index += length
        }
        return index
    }

    /// Behind the run without white space that `start` stands in.
    func endOfRun(from start: Int) -> Int {
        var index = start
        while index < count, spaceLength(at: index) == 0 { index += 1 }
        return index
    }

    /// Behind the word at `start`: ASCII letters, digits, `_`, `-`, and all beyond ASCII but white space and the full
    /// width `:` and `=`, so that nothing without a width hides a name.
    func endOfWord(from start: Int) -> Int {
        var index = start
        while index < count {
            let byte = self[index]
            if byte < 0x80 {
                guard byte.isWordByte else { break }
            } else if spaceLength(at: index) > 0 || isWideSeparator(at: index) {
                break
            }
            index += 1
        }
        return index
    }

    /// `：` or `＝`.
    func isWideSeparator(at index: Int) -> Bool {
        matches("：", at: index) || matches("＝", at: index)
    }

    /// Whether a uuid is all that stands in `range`.
    func isUUID(_ range: Range<Int>) -> Bool {
        guard range.count == 36 else { return false }
        for (place, byte) in self[range].enumerated() {
            switch place {
            case 8, 13, 18, 23: guard byte == UInt8(ascii: "-") else { return false }
            default:
                guard byte.isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20) else {
                    return false
                }
            }
        }
        return true
    }
}
