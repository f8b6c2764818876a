import Bytes

/// A machine that walks a JSON text (RFC 8259) without building anything: it gives slots, ranges of the text.
///
/// It reads two kinds of text. A plain one, and one that is itself the inside of a JSON string, as the text of an
/// `oslo.message` is: there a quote is `\"` and a backslash `\\`, and it is read where it stands, several times faster
/// than undoing the escapes first. Where such a text has its structure or its strings written with other escapes
/// (`\u0022`, `\n`), the fault is `.escape`, and the caller undoes the escapes and scans the result as a plain text.
///
/// It is lenient: Python's `NaN` and `Infinity` are numbers, what is stepped over is only held to its quotes and
/// brackets. The first fault stays, and every later read gives nothing, so that what was found before it can be used.
struct JSONScanner {
    enum Fault: Sendable {
        case none
        /// The text ends before the value does.
        case ended
        case malformed
        /// An escape in a nested text that only undoing the escapes first can read.
        case escape
        case tooDeep
    }

    private(set) var offset: Int
    let end: Int
    let isNested: Bool
    private(set) var fault = Fault.none

    /// Covers `range` of `text`, cut to it.
    init(_ text: RawSpan, _ range: Range<Int>, isNested: Bool = false) {
        end = min(range.upperBound, text.byteCount)
        offset = min(range.lowerBound, end)
        self.isNested = isNested
    }

    private var quoteWidth: Int { isNested ? 2 : 1 }

    mutating func fail(_ reason: Fault) {
        if fault == .none { fault = reason }
        offset = end
    }

    /// The next byte that is not white space, without stepping over it; 0 at the end, which is then a fault.
    @inline(__always)
    mutating func peek(_ text: RawSpan) -> UInt8 {
        while offset < end {
            let byte = text.byte(offset)
            if byte > 0x20 {
                return isNested && (byte == .backslash || byte == .quote) ? peekNestedQuote(text, byte) : byte
            }
            offset &+= 1
        }
        fail(.ended)
        return 0
    }

    /// A quote that opens a string of a nested text; a bare one ends the text.
    private mutating func peekNestedQuote(_ text: RawSpan, _ byte: UInt8) -> UInt8 {
        if byte == .quote {
            fail(.malformed)
        } else if offset &+ 1 >= end {
            fail(.ended)
        } else if text.byte(offset &+ 1) == .quote {
            return .quote
        } else {
            fail(.escape)
        }
        return 0
    }

    /// Steps into an object; `false`, and nothing moves, where none stands.
    mutating func beginObject(_ text: RawSpan) -> Bool {
        guard peek(text) == .openBrace else { return false }
        offset &+= 1
        return true
    }

    /// Steps into an array; `false`, and nothing moves, where none stands.
    mutating func beginArray(_ text: RawSpan) -> Bool {
        guard peek(text) == .openBracket else { return false }
        offset &+= 1
        return true
    }

    /// The next key of the object stepped into, the value to be read next; `nil` after the last.
    @inline(__always)
    mutating func nextKey(_ text: RawSpan) -> JSONSlot? {
        var next = peek(text)
        if next == .comma {
            offset &+= 1
            next = peek(text)
        }
        guard next == .quote else {
            if next == .closeBrace { offset &+= 1 } else { fail(.malformed) }
            return nil
        }
        let key = readString(text)
        guard peek(text) == .colon else {
            fail(.malformed)
            return nil
        }
        offset &+= 1
        return key
    }

    /// Whether the array stepped into has another element, to be read next.
    mutating func nextElement(_ text: RawSpan) -> Bool {
        var next = peek(text)
        if next == .comma {
            offset &+= 1
            next = peek(text)
        }
        if next == .closeBracket {
            offset &+= 1
            return false
        }
        return fault == .none
    }

    /// Reads over the next value and says where it stands.
    @inline(__always)
    @discardableResult
    mutating func readValue(_ text: RawSpan) -> JSONSlot {
        switch peek(text) {
        case .quote: return readString(text)
        case .openBrace: return readContainer(text, .object)
        case .openBracket: return readContainer(text, .array)
        default: return readScalar(text)
        }
    }

    /// The slot of a value that began at `start` and has just been read by parts.
    func slot(_ kind: JSONSlot.Kind, from start: Int) -> JSONSlot {
        JSONSlot(kind, start..<max(start, offset), isNested: isNested)
    }

    /// Whether nothing but white space is left.
    mutating func isAtEnd(_ text: RawSpan) -> Bool {
        guard fault == .none else { return false }
        while offset < end, text.byte(offset) <= 0x20 { offset &+= 1 }
        return offset == end
    }

    /// Steps over the bare quote that ends the JSON string a nested text stands in; `false` where none stands.
    mutating func endNesting(_ text: RawSpan) -> Bool {
        guard fault == .none else { return false }
        while offset < end, text.byte(offset) <= 0x20 { offset &+= 1 }
        guard offset < end, text.byte(offset) == .quote else { return false }
        offset &+= 1
        return true
    }

    /// Goes on behind a value that another scanner has read.
    mutating func move(to offset: Int) {
        self.offset = min(max(offset, self.offset), end)
    }
}

extension JSONScanner {
    @inline(__always)
    private mutating func readString(_ text: RawSpan) -> JSONSlot {
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

    @inline(never)
    private mutating func readContainer(_ text: RawSpan, _ kind: JSONSlot.Kind) -> JSONSlot {
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

    private mutating func readScalar(_ text: RawSpan) -> JSONSlot {
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
        offset &- start == word.utf8CodeUnitCount && text.matches(word, at: start)
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
    static var quote: UInt8 { UInt8(ascii: "\"") }
    static var backslash: UInt8 { UInt8(ascii: "\\") }
    static var comma: UInt8 { UInt8(ascii: ",") }
    static var colon: UInt8 { UInt8(ascii: ":") }
    static var openBrace: UInt8 { UInt8(ascii: "{") }
    static var closeBrace: UInt8 { UInt8(ascii: "}") }
    static var openBracket: UInt8 { UInt8(ascii: "[") }
    static var closeBracket: UInt8 { UInt8(ascii: "]") }

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
