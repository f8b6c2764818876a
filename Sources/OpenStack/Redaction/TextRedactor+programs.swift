import Bytes

/// Values in the command lines of programs that are known (`SecretProgram`).
extension TextRedactor {
    /// Masks what is secret in the command line behind a program's name, and reads what stands between; `false` where
    /// nothing is.
    mutating func maskCommand(_ word: Range<Int>) -> Bool {
        guard let program = SecretProgram.find(bytes.span.bytes, word) else { return false }
        let limit = min(bytes.count, word.upperBound + Limits.nameDistance)
        let isList = isElement(word)
        if program.isVerb, !isCall(behind: word, isList: isList, limit) { return false }
        var reader = CommandReader(program)
        var next = word.upperBound
        if !isList { _ = skipQuote(&next) }
        var (from, found) = (word.upperBound, false)
        // Between a subcommand and its secret names stand, whatever the subcommand is called.
        var named: Int?
        if reader.awaitsOperand { named = from }
        while let token = token(from: next, limit, isList: isList) {
            next = token.end
            let secret = reader.read(bytes.span.bytes, token.content)
            if let secret, !Self.isHarmless(bytes[secret]), secret.lowerBound >= from,
                !program.quotes || bytes[secret.lowerBound - 1].isQuote
            {
                readApart(from..<(named ?? secret.lowerBound))
                move(to: secret.lowerBound)
                mask(to: secret.upperBound)
                (from, found, named) = (offset, true, nil)
                maskedName = nil
                next = max(next, offset)
            } else if reader.awaitsOperand {
                named = named ?? token.content.lowerBound
            } else if SecretProgram.find(path: bytes.span.bytes, token.content).map({ !$0.isVerb }) ?? false {
                // A command of its own, which is read when it is come to.
                break
            }
        }
        if let named, !found, !program.quotes {
            readApart(from..<named)
            move(to: max(next, named))
            return true
        }
        return found
    }

    /// Masks the passwords in the lines `user:password` that a command reads, `chpasswd <<EOF`.
    mutating func maskLines(behind word: Range<Int>) -> Bool {
        guard bytes.matches("chpasswd", at: word.lowerBound), word.count == 8 else { return false }
        var index = bytes.skip(from: word.upperBound) { $0 == 0x20 || $0.isWordByte }
        guard bytes.matches("<<", at: index), !bytes.matches("<<<", at: index) else { return false }
        let limit = min(bytes.count, index + Limits.nameDistance)
        while index < limit, bytes.lineBreakLength(at: index) == 0 { index += 1 }
        var found = false
        while index < bytes.count, case let length = bytes.lineBreakLength(at: index), length > 0 {
            let user = index + length
            let colon = bytes.skip(from: user) { $0.isWordByte || $0 == UInt8(ascii: ".") }
            guard colon > user, colon < bytes.count, bytes[colon] == .colon else { break }
            index = colon + 1
            while index < bytes.count, bytes.lineBreakLength(at: index) == 0 { index += 1 }
            move(to: colon + 1)
            mask(to: index)
            maskedName = nil
            index = offset
            found = true
        }
        return found
    }

    /// Whether a word is an element of a list, `'curl', '-u', …`.
    private func isElement(_ word: Range<Int>) -> Bool {
        var next = word.upperBound
        return skipQuote(&next) && bytes.matches(",", at: bytes.skip(from: next) { $0 == 0x20 })
    }

    /// Whether two words and nothing else follow, none of a sentence.
    private func isCall(behind word: Range<Int>, isList: Bool, _ limit: Int) -> Bool {
        var next = word.upperBound
        var count = 0
        while let token = token(from: next, limit, isList: isList) {
            let isMasked = bytes[token.content].elementsEqual(Redaction.mask.utf8)
            guard count < 2, isList || isMasked || !isOfSentence(token.content) else { return false }
            (next, count) = (token.end, count + 1)
        }
        return count == 2
    }

    /// The next word of a command line, without its quotes, and where it ends.
    private func token(from start: Int, _ limit: Int, isList: Bool) -> (content: Range<Int>, end: Int)? {
        var index = start
        if isList {
            _ = skipQuote(&index)
            index = bytes.skip(from: index) { $0 == 0x20 }
            guard bytes.matches(",", at: index) else { return nil }
            index = bytes.skipSpace(from: index + 1)
            let prefixEnd = bytes.skip(from: index) { $0.isStringPrefix }
            var content = prefixEnd
            guard prefixEnd - index <= 2, content < limit, skipQuote(&content) else { return nil }
            let end = endOfQuoted(from: content, backslashes: content - 1 - prefixEnd)
            return end < bytes.count ? (content..<end, end) : nil
        }
        index = bytes.skip(from: index) { $0 == 0x20 || $0 == 0x09 }
        guard index > start || start > 0 && bytes[start - 1].isQuote, index < limit else { return nil }
        switch bytes[index] {
        case UInt8(ascii: "|"), UInt8(ascii: ";"), UInt8(ascii: "&"), UInt8(ascii: ")"), UInt8(ascii: ">"), 0x0A, 0x0D:
            return nil
        default: break
        }
        guard bytes.lineBreakLength(at: index) == 0 else { return nil }
        // Where quotes begin, be it behind an option: `-u'admin:…'`, `--user="admin:…"`.
        let quote = bytes.skip(from: index) { $0.isWordByte || $0 == UInt8(ascii: "=") }
        var content = quote
        if quote == index || bytes[index] == UInt8(ascii: "-"), skipQuote(&content) {
            let end = endOfQuoted(from: content, backslashes: content - 1 - quote)
            if end < bytes.count { return ((quote == index ? content : index)..<end, end + content - quote) }
        }
        let end = endOfBare(from: index)
        return end > index ? (index..<end, end) : nil
    }
}
