import Bytes

/// Text in which signs are spelled out by their numbers or names: percent-encoding (RFC 3986, 2.1), `\u0022` and `\x22`,
/// the references of XML and HTML.
enum SpelledText {
    /// One sign, of a text or of what spells it: where it ends, and what it stands for.
    private struct Sign {
        let end: Int
        let bytes: Unicode.UTF8.EncodedScalar?
        var byte: UInt8 = 0

        var count: Int { bytes?.count ?? 1 }

        /// - Parameter number: of a character of Unicode.
        init(end: Int, number: UInt32) {
            self.end = end
            bytes = Unicode.UTF8.encode(Unicode.Scalar(number) ?? "\u{FFFD}")
        }

        init(end: Int, byte: UInt8) {
            self.end = end
            self.byte = byte
            bytes = nil
        }
    }

    /// The text with all signs as themselves.
    static func decoded(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        let span = text.span.bytes
        var index = 0
        while index < text.count {
            if let sign = sign(span, at: index, text.count) {
                if let bytes = sign.bytes { result.append(contentsOf: bytes) } else { result.append(sign.byte) }
                index = sign.end
            } else {
                result.append(text[index])
                index += 1
            }
        }
        return result
    }

    /// Where in `text` those signs stand that stand in `ranges` of what it decodes to.
    static func places(of ranges: [Range<Int>], in text: [UInt8]) -> [Range<Int>] {
        var places: [Range<Int>] = []
        let span = text.span.bytes
        var (index, offset) = (0, 0)
        var start: Int?
        for range in ranges {
            while index < text.count, offset < range.upperBound {
                if start == nil, offset >= range.lowerBound { start = index }
                let sign = sign(span, at: index, text.count)
                let count = sign?.count ?? 1
                if start == nil, offset + count > range.lowerBound { start = index }
                index = sign?.end ?? index + 1
                offset += count
            }
            if let start { places.append(start..<index) }
            start = nil
        }
        return places
    }

    /// Whether a sign is spelled out at `index`.
    static func begins(_ text: RawSpan, at index: Int, _ end: Int) -> Bool {
        sign(text, at: index, end) != nil
    }

    private static func sign(_ text: RawSpan, at index: Int, _ end: Int) -> Sign? {
        switch text.byte(index) {
        case UInt8(ascii: "%"):
            return byte(text, from: index + 1, end)
        case .backslash where index + 1 < end && text.byte(index + 1) == UInt8(ascii: "x"):
            return byte(text, from: index + 2, end)
        case .backslash where index + 1 < end && text.byte(index + 1) == UInt8(ascii: "u"):
            return number(text, from: index + 2, min(index + 6, end), radix: 16).flatMap {
                $0.end == index + 6 ? Sign(end: $0.end, number: $0.number) : nil
            }
        case UInt8(ascii: "&"): return reference(text, at: index, end)
        default: return nil
        }
    }

    /// Where the sign of ASCII ends that a reference at `index` spells, and which it is; `nil` where none stands.
    static func reference(_ text: RawSpan, at index: Int) -> (byte: UInt8, end: Int)? {
        guard text.byte(index) == UInt8(ascii: "&"), let sign = reference(text, at: index, text.byteCount) else {
            return nil
        }
        if let bytes = sign.bytes { return bytes.count == 1 ? bytes.first.map { ($0, sign.end) } : nil }
        return (sign.byte, sign.end)
    }

    /// Two digits that are a byte.
    private static func byte(_ text: RawSpan, from start: Int, _ end: Int) -> Sign? {
        guard start + 2 <= end, let high = digit(text.byte(start), 16), let low = digit(text.byte(start + 1), 16)
        else { return nil }
        return Sign(end: start + 2, byte: UInt8(truncatingIfNeeded: high << 4 | low))
    }

    private static func reference(_ text: RawSpan, at index: Int, _ end: Int) -> Sign? {
        guard index + 3 < end else { return nil }
        if text.byte(index + 1) == UInt8(ascii: "#") {
            let isHex = text.byte(index + 2) | 0x20 == UInt8(ascii: "x")
            let start = index + (isHex ? 3 : 2)
            guard let (number, digits) = number(text, from: start, min(start + 7, end), radix: isHex ? 16 : 10)
            else { return nil }
            // Browsers do without the `;`.
            let isEnded = digits < end && text.byte(digits) == UInt8(ascii: ";")
            return Sign(end: isEnded ? digits + 1 : digits, number: number)
        }
        for (name, byte) in names where text.matches(name, at: index) && index + name.utf8CodeUnitCount <= end {
            return Sign(end: index + name.utf8CodeUnitCount, byte: byte)
        }
        return nil
    }

    /// Those of XML, and of HTML those of ASCII (HTML Standard, 13.5).
    private static let names: [(StaticString, UInt8)] = [
        ("&quot;", .quote), ("&apos;", UInt8(ascii: "'")), ("&lt;", UInt8(ascii: "<")), ("&gt;", UInt8(ascii: ">")),
        ("&amp;", UInt8(ascii: "&")), ("&QUOT;", .quote), ("&LT;", UInt8(ascii: "<")), ("&GT;", UInt8(ascii: ">")),
        ("&AMP;", UInt8(ascii: "&")), ("&equals;", UInt8(ascii: "=")), ("&colon;", .colon), ("&comma;", .comma),
        ("&semi;", UInt8(ascii: ";")), ("&sol;", UInt8(ascii: "/")), ("&bsol;", .backslash),
        ("&lbrace;", .openBrace), ("&lcub;", .openBrace), ("&rbrace;", .closeBrace), ("&rcub;", .closeBrace),
        ("&lbrack;", .openBracket), ("&lsqb;", .openBracket), ("&rbrack;", .closeBracket), ("&rsqb;", .closeBracket),
        ("&lpar;", UInt8(ascii: "(")), ("&rpar;", UInt8(ascii: ")")), ("&lowbar;", UInt8(ascii: "_")),
        ("&commat;", UInt8(ascii: "@")), ("&num;", UInt8(ascii: "#")), ("&percnt;", UInt8(ascii: "%")),
        ("&dollar;", UInt8(ascii: "$")), ("&period;", UInt8(ascii: ".")), ("&quest;", UInt8(ascii: "?")),
        ("&excl;", UInt8(ascii: "!")), ("&plus;", UInt8(ascii: "+")), ("&ast;", UInt8(ascii: "*")),
        ("&vert;", UInt8(ascii: "|")), ("&grave;", UInt8(ascii: "`")), ("&Hat;", UInt8(ascii: "^")),
        ("&Tab;", 0x09), ("&NewLine;", 0x0A), ("&nbsp;", 0x20),
    ]

    /// The number whose digits begin at `start`, and where they end.
    private static func number(
        _ text: RawSpan, from start: Int, _ end: Int, radix: UInt32
    ) -> (number: UInt32, end: Int)? {
        var (number, index) = (UInt32(0), start)
        while index < end, let digit = digit(text.byte(index), radix) {
            number = number &* radix &+ digit
            index += 1
        }
        return index > start ? (number, index) : nil
    }

    private static func digit(_ byte: UInt8, _ radix: UInt32) -> UInt32? {
        let lower = byte | 0x20
        if byte.isDigit { return UInt32(byte &- UInt8(ascii: "0")) }
        guard radix == 16, lower >= UInt8(ascii: "a"), lower <= UInt8(ascii: "f") else { return nil }
        return UInt32(lower &- UInt8(ascii: "a")) + 10
    }
}

extension TextRedactor {
    /// Masks what is secret once the signs of a text are no longer spelled out; `nil` where that is nothing.
    static func redactSpelled(_ text: [UInt8], nesting: Int, looksAtAll: Bool) -> [UInt8]? {
        let mask = Array(Redaction.mask.utf8)
        var (result, copied): ([UInt8], Int) = ([], 0)
        for range in secretPlaces(text, nesting: nesting, looksAtAll: looksAtAll, spellings: 0)
        where range.lowerBound >= copied && text[range] != mask[...] {
            result.append(contentsOf: text[copied..<range.lowerBound])
            result.append(contentsOf: mask)
            copied = range.upperBound
        }
        return copied == 0 ? nil : result + text[copied...]
    }

    /// Where secrets stand in what a text spells, be it spelled a few times over.
    private static func secretPlaces(
        _ text: [UInt8], nesting: Int, looksAtAll: Bool, spellings: Int
    ) -> [Range<Int>] {
        let decoded = SpelledText.decoded(text)
        guard decoded.count < text.count else { return [] }
        var redactor = TextRedactor(bytes: decoded, nesting: nesting, looksAtAll: looksAtAll, keepsPlaces: true)
        redactor.readAll()
        var ranges = redactor.masked
        if redactor.isSpelled, spellings < Limits.encodings {
            ranges += secretPlaces(decoded, nesting: nesting, looksAtAll: looksAtAll, spellings: spellings + 1)
        }
        ranges.sort { $0.lowerBound < $1.lowerBound }
        var merged: [Range<Int>] = []
        for range in ranges where !range.isEmpty {
            if let last = merged.last, last.upperBound > range.lowerBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        return SpelledText.places(of: merged, in: text)
    }
}
