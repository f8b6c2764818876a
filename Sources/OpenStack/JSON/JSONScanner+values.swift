import Bytes

extension JSONScanner {
    /// Reads over a string whose opening quote has been seen.
    @inline(__always)
    mutating func readString(_ text: RawSpan) -> JSONSlot {
        offset &+= quoteWidth
        let start = offset
        let hasEscapes = isNested ? skipNestedString(text) : skipPlainString(text)
        guard fault == .none else { return JSONSlot() }
        return JSONSlot(.string, start..<offset &- quoteWidth, isNested: isNested, hasEscapes: hasEscapes)
    }

    /// Steps over the rest of a string and its closing quote; returns whether it holds escapes.
    @inline(__always)
    private mutating func skipPlainString(_ text: RawSpan) -> Bool {
        var hasEscapes = false
        while true {
            offset = text.nextQuoteOrBackslash(from: offset, to: end)
            guard offset < end else { break }
            if text.byte(offset) == .quote {
                offset &+= 1
                return hasEscapes
            }
            hasEscapes = true
            offset &+= 2
        }
        fail(.ended)
        return hasEscapes
    }

    /// As `skipPlainString`: `\"` is the closing quote, `\\` the backslash of an escape, whose next character may be
    /// `\"` or `\\` again.
    @inline(__always)
    private mutating func skipNestedString(_ text: RawSpan) -> Bool {
        var hasEscapes = false
        while true {
            offset = text.nextQuoteOrBackslash(from: offset, to: end)
            guard offset &+ 1 < end else { break }
            guard text.byte(offset) == .backslash else {
                fail(.malformed)
                return hasEscapes
            }
            let next = text.byte(offset &+ 1)
            if next == .quote {
                offset &+= 2
                return hasEscapes
            }
            hasEscapes = true
            guard next == .backslash else {
                fail(.escape)
                return hasEscapes
            }
            guard skipNestedEscape(text) else { return hasEscapes }
        }
        fail(offset < end && text.byte(offset) == .quote ? .malformed : .ended)
        return hasEscapes
    }

    /// Steps over `\\` and the character that it escapes.
    @inline(__always)
    private mutating func skipNestedEscape(_ text: RawSpan) -> Bool {
        guard offset &+ 3 < end else {
            fail(.ended)
            return false
        }
        switch text.byte(offset &+ 2) {
        case .backslash:
            let escaped = text.byte(offset &+ 3)
            guard escaped == .quote || escaped == .backslash else {
                fail(.escape)
                return false
            }
            offset &+= 4
        case .quote:
            fail(.malformed)
            return false
        default:
            offset &+= 3
        }
        return true
    }

    /// Reads over an object or array, without recursion, by counting brackets.
    @inline(never)
    mutating func readContainer(_ text: RawSpan, _ kind: JSONSlot.Kind) -> JSONSlot {
        let start = offset
        var depth = 0
        while offset < end {
            switch text.byte(offset) {
            case .openBrace, .openBracket:
                depth &+= 1
                offset &+= 1
                guard depth <= Limits.jsonDepth else {
                    fail(.tooDeep)
                    return JSONSlot()
                }
            case .closeBrace, .closeBracket:
                depth &-= 1
                offset &+= 1
                if depth == 0 { return slot(kind, from: start) }
            case .quote, .backslash:
                // Sets the fault where no string begins.
                guard peek(text) == .quote else {
                    fail(.malformed)
                    return JSONSlot()
                }
                offset &+= quoteWidth
                _ = isNested ? skipNestedString(text) : skipPlainString(text)
            default:
                offset &+= 1
            }
        }
        fail(.ended)
        return JSONSlot()
    }

    /// Reads over a number or a word.
    mutating func readScalar(_ text: RawSpan) -> JSONSlot {
        let start = offset
        while offset < end, text.byte(offset).isScalarByte { offset &+= 1 }
        guard offset < end else {
            fail(.ended)
            return JSONSlot()
        }
        let kind: JSONSlot.Kind =
            switch text.byte(start) {
            case UInt8(ascii: "n") where isWord("null", text, start): .null
            case UInt8(ascii: "t") where isWord("true", text, start): .true
            case UInt8(ascii: "f") where isWord("false", text, start): .false
            case UInt8(ascii: "N") where isWord("NaN", text, start): .number
            case UInt8(ascii: "I") where isWord("Infinity", text, start): .number
            case UInt8(ascii: "-") where isWord("-Infinity", text, start): .number
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                isNumber(text, start) ? .number : .absent
            default: .absent
            }
        guard kind != .absent else {
            fail(.malformed)
            return JSONSlot()
        }
        return slot(kind, from: start)
    }

    private func isWord(_ word: StaticString, _ text: RawSpan, _ start: Int) -> Bool {
        offset &- start == word.utf8CodeUnitCount && text.has(word, at: start)
    }

    private func isNumber(_ text: RawSpan, _ start: Int) -> Bool {
        for index in start..<offset {
            switch text.byte(index) {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
                UInt8(ascii: "e"), UInt8(ascii: "E"):
                continue
            default: return false
            }
        }
        return offset > start
    }
}

extension RawSpan {
    /// Where the next `"` or `\` stands, or `end`; eight bytes a step.
    @inline(__always)
    fileprivate func nextQuoteOrBackslash(from start: Int, to end: Int) -> Int {
        var offset = start
        while offset &+ 8 <= end {
            let word = UInt64(
                littleEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
            let quotes = word ^ 0x2222_2222_2222_2222
            let backslashes = word ^ 0x5C5C_5C5C_5C5C_5C5C
            // The high bit of every byte that is zero; above the lowest of them a borrow may set others.
            let found =
                ((quotes &- 0x0101_0101_0101_0101) & ~quotes
                    | (backslashes &- 0x0101_0101_0101_0101) & ~backslashes) & 0x8080_8080_8080_8080
            if found != 0 { return offset &+ (found.trailingZeroBitCount >> 3) }
            offset &+= 8
        }
        while offset < end {
            let byte = byte(offset)
            if byte == .quote || byte == .backslash { return offset }
            offset &+= 1
        }
        // A start behind the end, after an escape that the end cuts.
        return end
    }
}

extension UInt8 {
    /// A byte of a number, or of a word like `null`.
    fileprivate var isScalarByte: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
