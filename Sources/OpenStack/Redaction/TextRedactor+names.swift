/// Values that are secret by the name before them.
extension TextRedactor {
    /// Stands behind a secret's name: copies what separates it from its value and masks that; does nothing where no value
    /// follows.
    mutating func maskSecret(named word: Range<Int>, _ kind: NameKind) {
        if maskElement(word) { return }
        if kind == .secret { maskGlued(word) }
        var next = word.upperBound
        let isQuoted = skipQuote(&next)
        if isQuoted, next < bytes.count, bytes[next] == .closeBracket || bytes[next] == UInt8(ascii: ")") { next += 1 }
        let gap = next
        next = bytes.skipSpace(from: gap)
        guard next < bytes.count else { return }
        if let value = valueStart(at: next, behind: word, kind, isQuoted: isQuoted) {
            move(to: value)
            if bytes[next] == UInt8(ascii: "|") { return maskCell() }
            if kind == .content, value < bytes.count, bytes[value].opensBracket { return }
            return maskValue(isHeader: isHeaderName(word))
        }
        guard kind != .content else { return }
        if maskPaired(from: gap, isQuoted: isQuoted) { return }
        if isQuoted, bytes[next] == .comma { return maskListed(after: next + 1) }
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
        case UInt8(ascii: "-") where bytes.matches("->", at: start):
            return bytes.skipSpace(from: start + 2)
        case UInt8(ascii: "+") where start == word.upperBound && kind == .secret:
            // A space in a query.
            return start + 1
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

    // MARK: Elements

    /// Masks what stands between `<name>` and `</name>`, the tags as they are or as text; `false` where no tag is.
    private mutating func maskElement(_ word: Range<Int>) -> Bool {
        let before = word.lowerBound - 1
        guard before >= 0, word.upperBound < bytes.count else { return false }
        let isEscaped = bytes.matches("&lt;", at: before - 3)
        guard bytes[before] == UInt8(ascii: "<") || bytes[before] == .colon || isEscaped else { return false }
        let open: Int
        var attributes: Range<Int>?
        if bytes.matches("&gt;", at: word.upperBound) {
            open = word.upperBound + 4
        } else if bytes[word.upperBound] == UInt8(ascii: ">") {
            open = word.upperBound + 1
        } else if bytes[word.upperBound] <= 0x20, beginsTag(before) {
            let end = bytes.skip(from: word.upperBound) { $0 != UInt8(ascii: ">") && $0 != UInt8(ascii: "<") }
            guard end < bytes.count, bytes[end] == UInt8(ascii: ">"), bytes[end - 1] != UInt8(ascii: "/") else {
                return false
            }
            open = end + 1
            attributes = word.upperBound..<end
        } else {
            return false
        }
        if let attributes { readApart(attributes) }
        move(to: open)
        let end: Int
        if bytes.matches("<![CDATA[", at: open) {
            var index = open
            while index < bytes.count, !bytes.matches("]]>", at: index) { index += 1 }
            end = min(index + 3, bytes.count)
        } else if isEscaped {
            var index = open
            while index < bytes.count, !bytes.matches("&lt;", at: index) { index += 1 }
            end = index
        } else {
            end = bytes.skip(from: open) { $0 != UInt8(ascii: "<") }
        }
        if end > open { mask(to: end) }
        return true
    }

    /// Whether a tag begins at `<`, or with the prefix of a namespace before `:`.
    private func beginsTag(_ before: Int) -> Bool {
        if bytes[before] == UInt8(ascii: "<") { return true }
        var start = before
        while start > 0, before - start < 32, bytes[start - 1].isWordByte { start -= 1 }
        return start > 0 && start < before && bytes[start - 1] == UInt8(ascii: "<")
    }

    // MARK: Pairs and lists

    /// Masks the value where the name is itself one: `{'name': 'password', 'value': '…'}`, `name=password value=…`,
    /// `<name>password</name><value>…`.
    private mutating func maskPaired(from start: Int, isQuoted: Bool) -> Bool {
        var next = start
        if bytes.matches("</", at: next) {
            next = bytes.skip(from: next + 2) { $0.isWordByte || $0 == .colon }
            guard bytes.matches(">", at: next) else { return false }
            next = bytes.skipSpace(from: next + 1)
            guard next < bytes.count, bytes[next] == UInt8(ascii: "<") else { return false }
            let end = bytes.endOfWord(from: next + 1)
            guard bytes.matches(">", at: end), SecretNames.find(bytes.span.bytes, (next + 1)..<end).isValue else {
                return false
            }
            move(to: end + 1)
            mask(to: bytes.skip(from: end + 1) { $0 != UInt8(ascii: "<") })
            return true
        }
        next = bytes.skip(from: next) { $0 <= 0x20 || $0 == .comma || $0 == UInt8(ascii: ";") }
        guard next > start else { return false }
        if next < bytes.count, bytes[next].isStringPrefix, next + 1 < bytes.count, bytes[next + 1].isQuote { next += 1 }
        let hasQuote = skipQuote(&next)
        let end = bytes.endOfWord(from: next)
        guard end > next, end - next <= 16, SecretNames.find(bytes.span.bytes, next..<end).isValue else { return false }
        next = end
        if hasQuote { _ = skipQuote(&next) }
        next = bytes.skipSpace(from: next)
        guard next < bytes.count, bytes[next] == .colon || bytes[next] == UInt8(ascii: "=") else { return false }
        move(to: bytes.skipSpace(from: next + 1))
        maskValue()
        return true
    }

    /// Masks the element behind a secret's name in a list, `['--password', '…']`, or the one behind an option,
    /// `('node.session.auth.password', '-v', '…')`; not where it is the name of a field, in a list of names.
    private mutating func maskListed(after comma: Int) {
        var start = bytes.skipSpace(from: comma)
        for _ in 0..<3 {
            guard start < bytes.count else { return }
            if bytes[start].isDigit {
                move(to: start)
                return mask(to: endOfBare(from: start))
            }
            var content = bytes.skip(from: start) { $0.isStringPrefix }
            guard content - start <= 2 else { return }
            let prefixEnd = content
            guard skipQuote(&content) else { return }
            let end = endOfQuoted(from: content, backslashes: content - 1 - prefixEnd)
            guard end > content else { return }
            guard PairNames.isOption(bytes.span.bytes, content..<end) else {
                if end - content <= 64, HarmlessNames.isField(bytes.span.bytes, content..<end) { return }
                move(to: start)
                return maskValue()
            }
            var next = end
            _ = skipQuote(&next)
            next = bytes.skipSpace(from: next)
            guard next < bytes.count, bytes[next] == .comma else { return }
            start = bytes.skipSpace(from: next + 1)
        }
    }

    // MARK: Commands

    /// Masks the value of the option at `start` that follows a secret's name, `node.session.auth.password -v …`.
    private mutating func maskOptionValue(at start: Int) -> Bool {
        let letters = bytes.skip(from: start) { $0 == UInt8(ascii: "-") }
        let end = bytes.skip(from: letters) { $0.isOptionLetter }
        guard letters - start <= 2, end > letters else { return false }
        let whole = bytes.endOfWord(from: start)
        // Another secret's name, with signs in it that no option has.
        if whole > end, SecretNames.kind(bytes, start..<whole) == .secret { return false }
        let next = bytes.skipSpace(from: end)
        guard next < bytes.count else {
            // Nothing follows: `-v` and the value may be one word.
            guard letters - start == 1, end - letters > 1 else { return false }
            move(to: letters + 1)
            mask(to: end)
            return true
        }
        move(to: next > end ? next : bytes.skip(from: end) { $0 == UInt8(ascii: "=") || $0 == .colon })
        let value = offset
        maskValue()
        if offset == value {
            // Signs that end values elsewhere.
            let run = bytes.endOfRun(from: value)
            if !Self.isHarmless(bytes[value..<run]) { mask(to: run) }
        }
        return true
    }

    /// Masks the end of a word that seems to be a name and its value in one, `password-Xy12z`.
    private mutating func maskGlued(_ word: Range<Int>) {
        guard let dash = bytes[word].lastIndex(of: UInt8(ascii: "-")), dash > word.lowerBound + 2 else { return }
        let tail = bytes[(dash + 1)..<word.upperBound]
        guard dash >= copied, tail.count >= 6, tail.contains(where: { $0.isUpper }),
            tail.contains(where: { $0.isDigit }),
            SecretNames.kind(bytes, word.lowerBound..<dash) == .secret
        else { return }
        move(to: dash + 1)
        mask(to: word.upperBound)
    }
}

extension UInt8 {
    var opensBracket: Bool {
        self == .openBracket || self == .openBrace || self == UInt8(ascii: "(")
    }
}
