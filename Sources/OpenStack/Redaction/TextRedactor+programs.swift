import Bytes

/// Values in the command lines of programs that are known (`SecretProgram`).
extension TextRedactor {
    /// Masks what is secret in the command line behind a program's name, and reads what stands between; `false` where
    /// nothing is.
    mutating func maskCommand(_ word: Range<Int>) -> Bool {
        guard let program = SecretProgram.find(bytes.span.bytes, word) else { return false }
        if !program.settings.isEmpty { return maskSetting(of: program, in: word) }
        if let flags = program.inputFlags { return maskInput(behind: word, flags) }
        let limit = min(bytes.count, word.upperBound + Limits.nameDistance)
        let isList = isElement(word)
        var reader = CommandReader(program)
        var next = word.upperBound
        if !isList { _ = skipQuote(&next) }
        if bytes.matches("=", at: next) {
            guard bytes[word.lowerBound] == UInt8(ascii: "-") else { return false }
            next += 1
        }
        var (from, found) = (word.upperBound, false)
        // Between a subcommand and its secret names stand, whatever the subcommand is called; an option may have its own.
        var named: Int?
        var hasOption = false
        if reader.awaitsOperand { named = from }
        var isProse = false
        while let token = token(from: next, limit, isList: isList) {
            next = token.end
            let secret = reader.read(bytes.span.bytes, token.content)
            let isQuoted = bytes[token.content.lowerBound - 1].isQuote
            if program.isSpoken, !isList, isWordOfSentence(token.content) { isProse = true }
            if let secret, !Self.isHarmless(bytes[secret]), secret.lowerBound >= from, !program.quotes || isQuoted,
                !isProse || isQuoted || looksGenerated(secret)
            {
                readApart(from..<((hasOption ? nil : named) ?? secret.lowerBound))
                move(to: secret.lowerBound)
                mask(to: secret.upperBound)
                (from, found, named, hasOption) = (offset, true, nil, false)
                if keepSeparatedName() { break }
                next = max(next, offset)
            } else if reader.awaitsOperand {
                named = named ?? token.content.lowerBound
                if bytes[token.content].contains(UInt8(ascii: "=")) { hasOption = true }
            } else if isProgram(token.content) || bytes[token.content].elementsEqual(bytes[word]) {
                // A command of its own, which is read when it is come to.
                break
            }
        }
        if let named, !hasOption, !found, !program.quotes, !program.isSpoken, reader.awaitsOperand {
            readApart(from..<named)
            move(to: max(next, named))
            return true
        }
        return found
    }

    /// Masks what a program reads as a password where it has one of the options: what is written into it before it, or
    /// behind `<<<`.
    private mutating func maskInput(behind word: Range<Int>, _ flags: String) -> Bool {
        let limit = min(bytes.count, word.upperBound + Limits.nameDistance)
        var (next, isAsked) = (word.upperBound, flags.isEmpty)
        while !isAsked, let token = token(from: next, limit, isList: false) {
            let option = bytes[token.content]
            isAsked = option.first == UInt8(ascii: "-") && option.contains(where: flags.utf8.contains)
            next = token.end
        }
        guard isAsked else { return false }
        if maskEchoed(before: word) { return true }
        for index in word.upperBound..<limit {
            if [0x0A, UInt8(ascii: "|"), UInt8(ascii: ";")].contains(bytes[index]) { break }
            if bytes.matches("<<<", at: index) {
                // With the word, which may be the name of what stands behind it.
                readApart(word.lowerBound..<index)
                move(to: bytes.skip(from: index + 3) { $0 == 0x20 })
                maskValue()
                return true
            }
        }
        return false
    }

    /// Masks what only the section makes secret that it stands in, `[p11_crypto_plugin]\nlogin = …`.
    private mutating func maskSetting(of program: SecretProgram, in section: Range<Int>) -> Bool {
        let isCall = bytes.matches("Connection(", at: section.lowerBound)
        guard bytes.matches("]", at: section.upperBound) || isCall else { return false }
        let limit = min(bytes.count, section.upperBound + Limits.nameDistance)
        var index = section.upperBound + 1
        while index < limit, bytes[index] != .openBracket, !isCall || bytes[index] != UInt8(ascii: ")") {
            let end = bytes.endOfWord(from: index)
            let sign = bytes.skip(from: end) { $0 == 0x20 }
            if end > index, sign < bytes.count, bytes[sign] == UInt8(ascii: "=") || bytes[sign] == .colon,
                program.settings.contains(where: { bytes[index..<end].elementsEqual($0.utf8) })
            {
                readApart(section.upperBound..<index)
                move(to: bytes.skip(from: sign + 1) { $0 == 0x20 })
                maskValue()
                return true
            }
            index = max(end, index + 1)
        }
        return false
    }

    /// Masks the passwords in the lines `user:password` that a command reads, `chpasswd <<EOF`, `cat <<EOF | chpasswd`, or
    /// that cloud-init has made.
    mutating func maskLines(behind word: Range<Int>) -> Bool {
        let isCommand = word.count == 8 && bytes.matches("chpasswd", at: word.lowerBound)
        guard isCommand || word.count == 9 && bytes.matches("passwords", at: word.lowerBound) else { return false }
        let (floor, limit) = (max(0, word.lowerBound - 256), min(bytes.count, word.upperBound + 256))
        var index = word.upperBound
        while index < limit, bytes.lineBreakLength(at: index) == 0 { index += 1 }
        var line = word.lowerBound
        while line > floor, bytes[line - 1] != 0x0A { line -= 1 }
        let reads = (line..<index).contains { bytes.matches("<<", at: $0) && !bytes.matches("<<<", at: $0) }
        guard
            isCommand ? reads : (line..<word.lowerBound).contains(where: { bytes.matches("Set the following", at: $0) })
        else { return false }
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

    /// Whether a word of a command line is the name or path of a program.
    private func isProgram(_ word: Range<Int>) -> Bool {
        guard bytes[word.lowerBound] != UInt8(ascii: "-"), !bytes[word].contains(.colon) else { return false }
        return SecretProgram.find(path: bytes.span.bytes, word).map { !$0.isSpoken && $0.isCommand } ?? false
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
        index = bytes.skipBlanks(from: index)
        guard index < limit, index > start || bytes[start - 1].isQuote || bytes[start - 1] == UInt8(ascii: "=") else {
            return nil
        }
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
        var end = endOfBare(from: index)
        // A shell parts words by white space alone: `cn=admin,dc=example`, `x=1,y=2`.
        while end > index, end + 1 < limit, bytes[end] == .comma, bytes[end + 1].isWordByte {
            end = endOfBare(from: end + 1)
        }
        return end > index ? (index..<end, end) : nil
    }
}
