extension TextRedactor {
    /// Masks the value at `offset`: quoted, in brackets, or bare.
    ///
    /// - Parameter joinsLiterals: whether strings that stand side by side are one, as in Python.
    mutating func maskValue(isHeader: Bool = false, joinsLiterals: Bool = false) {
        guard offset < bytes.count else { return }
        if let content = spelledQuote(at: offset) { return maskSpelledQuotes(content) }
        let prefixEnd = bytes.skip(from: offset) { $0.isStringPrefix }
        if prefixEnd - offset <= 2 {
            var content = prefixEnd
            if skipQuote(&content) {
                maskQuoted(content, backslashes: content - 1 - prefixEnd, joinsLiterals: joinsLiterals)
                return
            }
        }
        switch bytes[offset] {
        case .openBracket, .openBrace, UInt8(ascii: "("):
            let end = endOfBracketed(from: offset)
            let goesOn = end < bytes.count && (bytes[end].isWordByte || bytes[end] >= 0x80)
            if goesOn {
                // The brackets were a part of it.
                mask(to: endOfBare(from: end))
            } else if bytes[offset..<end].dropFirst().dropLast().allSatisfy({ $0 == 0x20 }) {
                move(to: end)
            } else {
                mask(to: end)
            }
        default:
            let name = bytes.endOfWord(from: offset)
            if bytes.matches("('", at: name) || bytes.matches("(\"", at: name) || bytes.matches("(\\", at: name),
                SecretNames.kindInText(bytes.span.bytes, offset..<name) == .secret
            {
                // What is done to it: `PASSWORD('…')`.
                move(to: name + 1)
                return maskValue(joinsLiterals: joinsLiterals)
            }
            let end = endBeforeBracket(isHeader ? endOfHeader() : endOfBare(from: offset))
            if Self.isHarmless(bytes[offset..<end]) { move(to: end) } else { mask(to: end) }
        }
    }

    /// Where the value of a header ends that begins at `offset`: with the line, or before what a quote begins.
    private func endOfHeader() -> Int {
        let isDigest = bytes.matches("Digest ", at: offset) || bytes.matches("digest ", at: offset)
        var end = offset
        while end < bytes.count, bytes[end] != 0x0A, bytes[end] != 0x0D {
            if bytes[end].isQuote {
                // `Digest username="…"` goes on behind it.
                guard isDigest, let close = endOfParameter(at: end) else { break }
                end = close
            }
            end += 1
        }
        var cut = end
        while cut > offset, bytes[cut - 1].isStringPrefix { cut -= 1 }
        return end - cut > 2 || cut > offset && bytes[cut - 1].isWordByte ? end : cut
    }

    /// The quote that closes the parameter of a header that the one at `quote` opens.
    private func endOfParameter(at quote: Int) -> Int? {
        guard let sign = bytes[offset..<quote].lastIndex(where: { $0 != .backslash }), bytes[sign] == UInt8(ascii: "=")
        else { return nil }
        let backslashes = quote - 1 - sign
        let close = endOfQuoted(from: quote + 1, backslashes: backslashes) + backslashes
        guard close < bytes.count, !bytes[quote..<close].contains(0x0A) else { return nil }
        let isEnd =
            close + 1 == bytes.count || bytes[close + 1] <= 0x20 || bytes[close + 1] == .comma
            || bytes[close + 1].isQuote && (backslashes > 0 || bytes[close + 1] != bytes[quote])
            || bytes[close + 1] == .backslash
        return isEnd && secretName(from: quote, before: close) == nil ? close : nil
    }

    /// Where the value that begins at `offset` and ends at `end` leads to brackets in which another secret stands.
    private func endBeforeBracket(_ end: Int) -> Int {
        guard offset + 1 < end else { return end }
        return (offset + 1..<end).first {
            bytes[$0].opensBracket && (bytes[$0 - 1] == UInt8(ascii: "=") || bytes[$0 - 1] == .colon)
                && secretName(from: offset, before: $0) != nil
        } ?? end
    }

    /// Where the brackets end that begin behind a secret's name between `start` and `end`, when that is behind `end`.
    func endOfBracketsLeftOpen(from start: Int, to end: Int) -> Int? {
        var index = start + 1
        while index < end {
            if bytes[index].opensBracket, secretName(from: start, before: index) != nil {
                index = endOfBracketed(from: index)
                if index > end { return index }
            } else {
                index += 1
            }
        }
        return nil
    }

    /// The name of a secret that ends at `end`, or in front of a separator there and the quotes behind that, or with its
    /// closing quote in front of one behind `end`, or in front of a backslash that continues the line that ends there.
    func secretName(from start: Int, before end: Int) -> Range<Int>? {
        var nameEnd = end
        let behind = bytes.skip(from: end) { $0 == 0x20 || $0 == 0x09 }
        var separates = behind < bytes.count && (bytes[behind].assigns || bytes[behind] == .comma)
        var quotes = end
        while quotes > start, bytes[quotes - 1].isQuote { quotes -= 1 }
        let spaces = bytes[start..<quotes].reversed().prefix { $0 == 0x20 || $0 == 0x09 }.count
        let sign = quotes - spaces - 1
        if sign >= start, bytes[sign] == UInt8(ascii: "=") || bytes[sign] == .colon { nameEnd = quotes }
        if end > start, bytes[end - 1] == .backslash, bytes.lineBreakLength(at: end) > 0 { separates = true }
        while nameEnd > start {
            let byte = bytes[nameEnd - 1]
            let isSeparator = byte == UInt8(ascii: "=") || byte == .colon
            // White space may follow a separator; the name's closing quote stands before it.
            guard isSeparator || byte == 0x20 || byte == 0x09 || separates && (byte.isQuote || byte == .backslash)
            else {
                break
            }
            if isSeparator { separates = true }
            nameEnd -= 1
        }
        var nameStart = nameEnd
        while nameStart > start, bytes[nameStart - 1].isWordByte || bytes[nameStart - 1] >= 0x80 { nameStart -= 1 }
        guard nameStart < nameEnd, SecretNames.kindInText(bytes.span.bytes, nameStart..<nameEnd) == .secret
        else { return nil }
        return nameStart..<nameEnd
    }

    /// Values that say that there is no secret.
    static func isHarmless(_ value: ArraySlice<UInt8>) -> Bool {
        value.count <= 5 && harmless.contains(value)
    }

    private static let harmless: Set<ArraySlice<UInt8>> = Set(
        ["None", "null", "True", "False", "true", "false", "yes", "no", "Yes", "No", "YES", "NO", ""].map {
            Array($0.utf8)[...]
        })

    /// Behind the quote, escaped or not, at `next`; `false` where none stands.
    func skipQuote(_ next: inout Int) -> Bool {
        let quote = bytes.skip(from: next) { $0 == .backslash }
        guard quote < bytes.count, bytes[quote].isQuote else { return false }
        next = quote + 1
        return true
    }

    // MARK: Quoted

    private mutating func maskQuoted(_ content: Int, backslashes: Int, joinsLiterals: Bool) {
        let isEmpty = content < bytes.count && bytes[content] == bytes[content - 1] && !isTriple(content)
        move(to: content)
        if isEmpty {
            // Nothing secret is in an empty string; but two quotes may also begin one.
            let behind = content + 1
            if behind < bytes.count, bytes[behind].isWordByte || bytes[behind] >= 0x80 {
                mask(to: endOfBare(from: behind))
            }
            return
        }
        var end = endOfQuoted(from: content, backslashes: backslashes)
        if backslashes == 0, !isTriple(content) {
            end = endOfQuotedRest(from: end)
            // With the quotes, where they are of two kinds, or what closes it is no quote.
            if end < bytes.count, !bytes[end].isQuote {
                move(to: content - 1)
                return mask(to: end)
            }
            if end < bytes.count, let glued = endOfGlued(at: end, content) {
                move(to: content - 1)
                return mask(to: glued + 1)
            }
        }
        while let next = endOfNextLiteral(behind: end + backslashes + 1, joinsLiterals) { end = next }
        mask(to: end)
    }

    /// Where the string ends that goes on with the one before `start`, in the next line or, where strings are joined, in
    /// the same; what is a name itself goes on with none.
    func endOfNextLiteral(behind start: Int, _ joinsLiterals: Bool) -> Int? {
        var (next, breaks) = (start, 0)
        while next < bytes.count {
            let length = bytes.lineBreakLength(at: next)
            if length > 0 { breaks += 1 } else if bytes[next] != 0x20 && bytes[next] != 0x09 { break }
            next += max(length, 1)
        }
        guard next > start, breaks > 0 || joinsLiterals else { return nil }
        let prefixEnd = bytes.skip(from: next) { $0.isStringPrefix }
        var content = prefixEnd
        guard prefixEnd - next <= 2, skipQuote(&content) else { return nil }
        let backslashes = content - 1 - prefixEnd
        let end = endOfQuoted(from: content, backslashes: backslashes)
        let behind = bytes.skip(from: end + backslashes + 1) { $0 == 0x20 }
        guard behind >= bytes.count || bytes[behind] != .colon && bytes[behind] != UInt8(ascii: "=") else { return nil }
        return end
    }

    func isTriple(_ content: Int) -> Bool {
        content + 1 < bytes.count && bytes[content] == bytes[content - 1] && bytes[content + 1] == bytes[content - 1]
    }

    /// Where the string ends whose opening quote, with `backslashes` before it, stands before `content`: at its closing
    /// quote, or the end of the text.
    func endOfQuoted(from content: Int, backslashes: Int) -> Int {
        let quote = bytes[content - 1]
        let isTriple = isTriple(content)
        var index = isTriple ? content + 2 : content
        var escapes = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == .backslash {
                escapes += 1
            } else {
                let closes = backslashes == 0 ? escapes.isMultiple(of: 2) : escapes <= backslashes
                if byte == quote, closes, !isTriple, let next = quoteGoingOn(at: index, content, backslashes) {
                    (index, escapes) = (next, 0)
                    continue
                }
                if byte == quote, closes, !isTriple || self.isTriple(index + 1) {
                    return index - (closes ? min(escapes, backslashes) : 0)
                }
                escapes = 0
            }
            index += 1
        }
        return bytes.count
    }

    /// Where a string really ends whose closing quote seems to stand at `end`: a value may have quotes in it, `'a'b'`, and
    /// words behind them that lead to another one, `'it's so'`.
    private func endOfQuotedRest(from end: Int) -> Int {
        guard end + 1 < bytes.count else { return end }
        let quote = bytes[end]
        var (end, hops) = (end, 0)
        while end + 1 < bytes.count, !mayFollowQuote(end + 1), hops < 16 {
            // No separator: it goes on to the next one, or to the end of the word.
            let next = bytes.skip(from: end + 1) { $0 > 0x20 && $0 != quote && !$0.endsValue }
            guard next < bytes.count, bytes[next] == quote else { return words(from: next, to: quote) ?? next }
            (end, hops) = (next, hops + 1)
        }
        return words(from: end + 1, to: quote) ?? end
    }

    /// Whether what stands at `index` shows that the quote before it closed a string.
    private func mayFollowQuote(_ index: Int) -> Bool {
        let byte = bytes[index]
        return byte <= 0x20 || byte.endsValue || byte == .colon || byte == UInt8(ascii: "=") || byte == .backslash
            || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "|") || byte == UInt8(ascii: ".")
            || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "%") || bytes.spaceLength(at: index) > 0
    }

    /// Where a quote stands that ends a run of nothing but words, and that nothing but the end of a value follows.
    private func words(from start: Int, to quote: UInt8) -> Int? {
        let end = bytes.skip(from: start) { $0.isWordByte || $0 >= 0x80 || $0 == 0x20 || $0 == UInt8(ascii: ".") }
        guard end > start, end < bytes.count, bytes[end] == quote, end + 1 == bytes.count || closes(end + 1) else {
            return nil
        }
        return end
    }

    private func closes(_ index: Int) -> Bool {
        switch bytes[index] {
        case .comma, .closeBrace, .closeBracket, UInt8(ascii: ")"), 0x0A: true
        default: false
        }
    }

    // MARK: In brackets

    /// Behind the bracket that closes the one at `start`, or the end of the text.
    private func endOfBracketed(from start: Int) -> Int {
        var depth = 0
        var index = start
        while index < bytes.count {
            switch bytes[index] {
            case .openBracket, .openBrace, UInt8(ascii: "("): depth += 1
            case .closeBracket, .closeBrace, UInt8(ascii: ")"):
                depth -= 1
                if depth == 0 { return index + 1 }
            case .backslash, .quote, UInt8(ascii: "'"):
                var content = index
                if skipQuote(&content) {
                    let end = endOfQuoted(from: content, backslashes: content - 1 - index)
                    // On the closing quote, behind its backslashes.
                    index = min(end + (content - 1 - index), bytes.count)
                } else {
                    index = max(index, bytes.skip(from: index) { $0 == .backslash } - 1)
                }
            default: break
            }
            index += 1
        }
        return bytes.count
    }

    // MARK: Bare

    /// Behind a value without quotes: a word up to white space, or up to a sign that ends a value and is followed by
    /// what goes on with the text.
    func endOfBare(from start: Int) -> Int {
        var index = start
        while index < bytes.count {
            if bytes.spaceLength(at: index) > 0 {
                return endOfBare(afterScheme: bytes[start..<index], at: index) ?? index
            }
            guard bytes[index].endsValue else {
                index += 1
                continue
            }
            if bytes[index] == UInt8(ascii: "&"), let behind = endOfSpelledSigns(at: index) {
                if goesOn(at: behind) { return index }
                index = behind
                continue
            }
            if bytes[index].isQuote, index > start, bytes[index - 1] == UInt8(ascii: "="),
                let close = bytes[(index + 1)..<min(bytes.count, index + Limits.nameDistance)].firstIndex(
                    of: bytes[index])
            {
                // `a="b c"d` is one word, as a shell reads it.
                index = close + 1
                continue
            }
            let signs = bytes.skip(from: index) { $0.endsValue || $0 == .openBrace || $0 == .openBracket }
            if goesOn(at: signs) { return index }
            index = signs
        }
        return index
    }

    /// Behind the words that follow `Bearer`, `Basic` and the like, or the two that follow `CHAP`.
    private func endOfBare(afterScheme scheme: ArraySlice<UInt8>, at index: Int) -> Int? {
        guard scheme.count <= 6 else { return nil }
        let words: Int
        switch String(decoding: scheme, as: UTF8.self).lowercased() {
        case "bearer", "basic", "token", "digest": words = 1
        case "chap": words = 2
        default: return nil
        }
        var end = index
        for _ in 0..<words {
            let next = bytes.skip(from: end) { $0 == 0x20 }
            // What a separator follows is a name, and an option is no secret.
            if next < bytes.count, [UInt8(ascii: "-"), UInt8(ascii: "="), .colon].contains(bytes[next]) { break }
            end = bytes.skip(from: next) { $0 > 0x20 && !$0.isQuote }
        }
        return end
    }

    /// Whether what stands at `index`, behind signs that may end a value, shows that they did: the end, white space, or
    /// another `name=`.
    private func goesOn(at index: Int) -> Bool {
        guard index < bytes.count else { return true }
        if bytes[index] == .backslash || bytes.spaceLength(at: index) > 0 { return true }
        switch bytes[index - 1] {
        case .comma, UInt8(ascii: ";"), UInt8(ascii: "&"), .openBrace, .openBracket: break
        default: return false
        }
        let end = bytes.skip(from: index) { $0.isWordByte }
        guard end > index, end < bytes.count else { return false }
        return bytes[end] == UInt8(ascii: "=") || bytes.matches(": ", at: end)
    }
}
