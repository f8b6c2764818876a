import Bytes

/// Texts that are packed into another spelling: base64 (RFC 4648) of JSON, of settings, of what a server starts with.
enum EncodedText {
    private static let starts: [StaticString] = [
        "#cloud-", "#!/", "#include", "#part-handler", "## template:", "#upstart-job", "#ps1",
        "Content-Type: multipart/", "MIME-Version: ",
    ]

    /// Whether a text is what cloud-init takes (its formats of user data): nothing of that is shown.
    static func isUserData(_ text: RawSpan, _ range: Range<Int>) -> Bool {
        guard let first = range.first else { return false }
        switch text.byte(first) {
        case UInt8(ascii: "#"), UInt8(ascii: "C"), UInt8(ascii: "M"): break
        default: return false
        }
        return starts.contains { $0.utf8CodeUnitCount <= range.count && text.matches($0, at: first) }
    }

    /// Whether sixteen signs of base64 at `start` stand for text.
    static func beginsText(_ text: RawSpan, _ start: Int) -> Bool {
        for group in 0..<4 {
            var bits: UInt32 = 0
            for index in 0..<4 {
                guard let value = value(of: text.byte(start + group * 4 + index)) else { return false }
                bits = bits << 6 | UInt32(value)
            }
            guard isText(UInt8(truncatingIfNeeded: bits >> 16)), isText(UInt8(truncatingIfNeeded: bits >> 8)),
                isText(UInt8(truncatingIfNeeded: bits))
            else { return false }
        }
        return true
    }

    /// What base64 of either alphabet stands for; ends at the first sign that is none.
    static func decoded(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var (bits, width): (UInt32, Int) = (0, 0)
        for byte in text {
            guard let value = value(of: byte) else { break }
            bits = bits << 6 | UInt32(value)
            width += 6
            if width >= 8 {
                width -= 8
                result.append(UInt8(truncatingIfNeeded: bits >> UInt32(width)))
            }
        }
        return result
    }

    private static func value(of byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }

    static func isText(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != 0x7F || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    /// Whether what was unpacked is or holds a secret.
    static func holdsSecret(_ bytes: [UInt8], nesting: Int) -> Bool {
        if isUserData(bytes.span.bytes, bytes.indices) { return true }
        // What is packed deeper than anybody packs is not looked at.
        guard nesting <= Limits.encodings else { return true }
        if let first = bytes.first(where: { $0 > 0x20 }), first == .openBrace || first == .openBracket {
            var inner = JSONRedactor(Redaction(), limit: .max, encodings: nesting)
            if inner.run(bytes.span.bytes) { return inner.hidesSomething }
        }
        return TextRedactor.redact(bytes, nesting: nesting) != nil
    }
}

extension TextRedactor {
    /// Masks base64 that begins with this word and holds a secret; `false` where it is none.
    mutating func maskEncoded(_ word: Range<Int>) -> Bool {
        let start = word.lowerBound
        guard start >= decodedTo, bytes[start] < 0x80 else { return false }
        let begins = beginsEncoded(at: start)
        guard begins || start == 0 || !bytes[start - 1].isBase64 else { return false }
        if start >= encodedEnd { encodedEnd = bytes.skip(from: start) { $0.isBase64 } }
        let end = encodedEnd
        guard end - start >= Limits.encodedBytes else { return false }
        // Nothing that is text begins otherwise; most words are sorted out here.
        guard EncodedText.beginsText(bytes.span.bytes, start) else { return false }
        decodedTo = end
        let closing = bytes.skip(from: end) { $0 == UInt8(ascii: "=") }
        if bytes.matches("LS0tLS1CRUdJTi", at: start) {
            mask(to: endOfBroken(from: closing))
            return true
        }
        // The capture may have cut it within a character.
        let text = Array(EncodedText.decoded(bytes[start..<end]).prefix(while: EncodedText.isText))
        guard EncodedText.holdsSecret(text, nesting: nesting + 1) else { return false }
        mask(to: endOfBroken(from: closing))
        return true
    }

    /// Whether base64 of an object, a list, a script or a PEM block begins here, though in the midst of other signs.
    private func beginsEncoded(at start: Int) -> Bool {
        switch bytes[start] {
        case UInt8(ascii: "e"):
            bytes.matches("eyJ", at: start) || bytes.matches("ewo", at: start) || bytes.matches("eyA", at: start)
        case UInt8(ascii: "W"): bytes.matches("W3si", at: start) || bytes.matches("Wyd", at: start)
        case UInt8(ascii: "I"): bytes.matches("I2Nsb3Vk", at: start) || bytes.matches("IyEv", at: start)
        case UInt8(ascii: "L"): bytes.matches("LS0tLS1CRUdJTi", at: start)
        default: false
        }
    }
}
