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

    /// Where the next byte is read.
    var offset: Int
    let end: Int
    let isNested: Bool
    private(set) var fault = Fault.none

    /// Covers `range` of `text`, cut to it.
    init(_ text: RawSpan, _ range: Range<Int>, isNested: Bool = false) {
        end = min(range.upperBound, text.byteCount)
        offset = min(range.lowerBound, end)
        self.isNested = isNested
    }

    var quoteWidth: Int { isNested ? 2 : 1 }

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
                guard isNested, byte == .backslash || byte == .quote else { return byte }
                let isQuoted = byte == .backslash && offset &+ 1 < end && text.byte(offset &+ 1) == .quote
                return isQuoted ? .quote : failNestedQuote(byte)
            }
            offset &+= 1
        }
        fail(.ended)
        return 0
    }

    /// In a nested text neither a bare quote, which ends it, nor another escape than that of a quote begins anything.
    @inline(never)
    private mutating func failNestedQuote(_ byte: UInt8) -> UInt8 {
        fail(byte == .quote ? .malformed : offset &+ 1 >= end ? .ended : .escape)
        return 0
    }

    /// As `peek`, past a comma.
    @inline(__always)
    private mutating func peekBehindComma(_ text: RawSpan) -> UInt8 {
        if stands(.comma, text) {
            offset &+= 2
            return peek(text)
        }
        let next = peek(text)
        guard next == .comma else { return next }
        offset &+= 1
        return peek(text)
    }

    /// Whether `sign` comes next and a space behind it, as Python writes JSON.
    @inline(__always)
    private func stands(_ sign: UInt8, _ text: RawSpan) -> Bool {
        offset &+ 2 <= end
            && text.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt16.self)
                == UInt16(littleEndian: 0x2000 | UInt16(sign))
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
        let next = peekBehindComma(text)
        guard next == .quote else {
            if next == .closeBrace { offset &+= 1 } else { fail(.malformed) }
            return nil
        }
        let key = readString(text)
        if stands(.colon, text) {
            offset &+= 2
        } else if peek(text) == .colon {
            offset &+= 1
        } else {
            fail(.malformed)
            return nil
        }
        return key
    }

    /// Whether the array stepped into has another element, to be read next.
    mutating func nextElement(_ text: RawSpan) -> Bool {
        let next = peekBehindComma(text)
        if next == .closeBracket {
            offset &+= 1
            return false
        }
        return fault == .none
    }

    /// Reads over the next value and says where it stands.
    @inline(__always)
    mutating func readValue(_ text: RawSpan) -> JSONSlot {
        switch peek(text) {
        case .quote: return readString(text)
        case .openBrace: return readContainer(text, .object)
        case .openBracket: return readContainer(text, .array)
        default: return readScalar(text)
        }
    }

    /// Reads over the next value.
    @inline(never)
    mutating func skipValue(_ text: RawSpan) {
        switch peek(text) {
        case .quote:
            offset &+= quoteWidth
            skipString(text)
        case .openBrace: _ = readContainer(text, .object)
        case .openBracket: _ = readContainer(text, .array)
        default: _ = readScalar(text)
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

extension UInt8 {
    static var quote: UInt8 { UInt8(ascii: "\"") }
    static var backslash: UInt8 { UInt8(ascii: "\\") }
    static var comma: UInt8 { UInt8(ascii: ",") }
    static var colon: UInt8 { UInt8(ascii: ":") }
    static var openBrace: UInt8 { UInt8(ascii: "{") }
    static var closeBrace: UInt8 { UInt8(ascii: "}") }
    static var openBracket: UInt8 { UInt8(ascii: "[") }
    static var closeBracket: UInt8 { UInt8(ascii: "]") }
}
