import Bytes
import CSigns

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

    /// Steps over the rest of a string and its closing quote.
    @inline(__always)
    mutating func skipString(_ text: RawSpan) {
        _ = isNested ? skipNestedString(text) : skipPlainString(text)
    }

    /// As `skipString`; returns whether it holds escapes.
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

    /// Reads over a number or a word.
    mutating func readScalar(_ text: RawSpan) -> JSONSlot {
        let start = offset
        if let kind = readUsualScalar(text) { return slot(kind, from: start) }
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

    /// Reads over `null`, `true`, `false` or a number of digits, which nearly all are; `nil`, and nothing moves, where
    /// none stands.
    @inline(__always)
    private mutating func readUsualScalar(_ text: RawSpan) -> JSONSlot.Kind? {
        guard offset < end else { return nil }
        var next = offset
        let kind: JSONSlot.Kind
        switch text.byte(offset) {
        case UInt8(ascii: "n") where text.has("null", at: offset): (kind, next) = (.null, offset &+ 4)
        case UInt8(ascii: "t") where text.has("true", at: offset): (kind, next) = (.true, offset &+ 4)
        case UInt8(ascii: "f") where text.has("false", at: offset): (kind, next) = (.false, offset &+ 5)
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            kind = .number
            while next < end, text.byte(next) &- UInt8(ascii: "0") < 10 { next &+= 1 }
        default: return nil
        }
        guard next < end, !text.byte(next).isScalarByte else { return nil }
        offset = next
        return kind
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
    /// Where the next `"` or `\` stands, or `end`; 16 bytes a step.
    @inline(__always)
    fileprivate func nextQuoteOrBackslash(from start: Int, to end: Int) -> Int {
        var offset = start
        while offset &+ 16 <= end {
            let count = withUnsafeBytes { bytes in
                bytes.baseAddress.map { Int(truncatingIfNeeded: signs_quote_or_backslash($0 + offset)) } ?? 16
            }
            offset &+= count
            if count < 16 { return offset }
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
