/// Values that are secret by the name before them.
extension TextRedactor {
    /// Stands behind a secret's name: copies what separates it from its value and masks that; does nothing where no value
    /// follows.
    mutating func maskSecret(named word: Range<Int>, _ kind: NameKind) {
        if maskElement(word) { return }
        if kind == .secret,
            maskPiped(before: word) || maskLines(behind: word) || maskStatement(word) || maskTable(word)
        {
            return
        }
        if maskCommand(word) { return }
        if kind == .secret { maskGlued(word) }
        var next = word.upperBound
        let isQuoted = skipQuote(&next)
        if isQuoted, next < bytes.count, bytes[next] == .closeBracket || bytes[next] == UInt8(ascii: ")") { next += 1 }
        let gap = next
        next = bytes.skipContinued(from: gap)
        guard next < bytes.count else { return }
        if next > gap, let sign = endOfAccount(at: next) { next = sign }
        if let value = valueStart(at: next, behind: word, kind, isQuoted: isQuoted) {
            move(to: value)
            if bytes[next] == UInt8(ascii: "|") { return maskCell() }
            if kind == .content, value < bytes.count, bytes[value].opensBracket { return }
            if bytes[next] == .colon, let block = block(from: value, behind: word) {
                move(to: block.lowerBound)
                return mask(to: block.upperBound)
            }
            if !isQuoted, bytes[next] == .colon || kind == .mixed, tells(value, behind: word, kind) { return }
            // A line of a program, and the number by which Open vSwitch knows a flow.
            if bytes.matches("self.", at: value) || bytes.matches("0x", at: value) && isHeaderName(word) { return }
            if tellsPath(value, behind: word) { return }
            if let block = blockOfName(at: value) { return mask(to: block.upperBound) }
            return maskValue(isHeader: isHeaderName(word), joinsLiterals: isQuoted)
        }
        guard kind != .content || SecretNames.isSecretInPair(bytes.span.bytes, word) else { return }
        if isQuoted, maskNamedElement(word, from: gap) { return }
        if maskPaired(word, from: gap, isQuoted: isQuoted) || kind == .content { return }
        if isQuoted, bytes[next] == .comma { return maskListed(after: next + 1) }
        // Its own command line was read.
        if bytes[next] == UInt8(ascii: "-"), SecretProgram.find(bytes.span.bytes, word)?.options.isEmpty == false {
            return
        }
        if bytes[next] == UInt8(ascii: "-"), kind == .secret, maskOptionValue(at: next) { return }
        if next > gap { maskSpaced(at: next, behind: word, kind) }
    }

    // MARK: Separators

    /// Where the value begins whose separator stands at `start`; `nil` where none does.
    private func valueStart(at start: Int, behind word: Range<Int>, _ kind: NameKind, isQuoted: Bool) -> Int? {
        switch bytes[start] {
        case UInt8(ascii: "="):
            return bytes.skipSpace(from: bytes.skip(from: start) { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ">") })
        case .colon:
            // `password://` is a scheme; of a content's name prose speaks (`auth: failed`).
            if bytes.matches("://", at: start) || kind == .content && !isQuoted { return nil }
            let end = bytes.skip(from: start) { $0 == .colon || $0 == UInt8(ascii: "=") }
            return isQuoted ? bytes.skipSpace(from: end) : bytes.skip(from: end) { $0 == 0x20 || $0 == 0x09 }
        case UInt8(ascii: "%"):
            return encodedSeparatorEnd(at: start)
        case UInt8(ascii: "|") where kind != .content:
            return bytes.skip(from: start + 1) { $0 == 0x20 }
        case UInt8(ascii: "<") where bytes.matches("<<<", at: start):
            return bytes.skipSpace(from: start + 3)
        case UInt8(ascii: "-") where bytes.matches("->", at: start):
            return bytes.skipSpace(from: start + 2)
        case UInt8(ascii: "+") where start == word.upperBound && kind == .secret:
            // A space in a query, and no scheme: `trust+http://…`.
            return bytes.matches("://", at: bytes.endOfWord(from: start + 1)) ? nil : start + 1
        case UInt8(ascii: "/") where start == word.upperBound && endsInToken(word):
            // Keystone's `/v2.0/tokens/…`.
            return start + 1
        default:
            return bytes.isWideSeparator(at: start) ? bytes.skipSpace(from: start + 3) : nil
        }
    }

    /// Behind a separator in percent-encoding (RFC 3986, 2.1) with its quotes and spaces; `nil` where it is none.
    private func encodedSeparatorEnd(at start: Int) -> Int? {
        var index = start
        var separates = false
        while index + 2 < bytes.count, bytes[index] == UInt8(ascii: "%") {
            switch String(decoding: bytes[index + 1...index + 2], as: UTF8.self).uppercased() {
            case "3D", "3A": separates = true
            case "20", "22", "27", "5C", "0A", "09": break
            default: return separates ? index : nil
            }
            index += 3
        }
        return separates ? index : nil
    }

    private func endsInToken(_ word: Range<Int>) -> Bool {
        let name = FoldedName.string(bytes, word)
        return name.hasSuffix("token") || name.hasSuffix("tokens")
    }

    /// A header whose value goes on to the end of the line.
    private func isHeaderName(_ word: Range<Int>) -> Bool {
        let name = FoldedName.string(bytes, word)
        return name.hasSuffix("authorization") || name.hasSuffix("cookie")
    }

    /// Masks the cell of a table of the clients, `| name | value |`.
    private mutating func maskCell() {
        var end = bytes.skip(from: offset) { $0 != UInt8(ascii: "|") && $0 != 0x0A && $0 != 0x0D }
        while end > offset, bytes[end - 1] == 0x20 { end -= 1 }
        if Self.isHarmless(bytes[offset..<end]) { move(to: end) } else { mask(to: end) }
    }
}

extension UInt8 {
    var opensBracket: Bool {
        self == .openBracket || self == .openBrace || self == UInt8(ascii: "(")
    }
}
