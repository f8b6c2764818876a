/// Values of pairs and lists, in which one text says what the other one is.
extension TextRedactor {
    /// Masks the value where the name is itself one: `{'name': 'password', 'value': '…'}`, `name=password value=…`,
    /// `<name>password</name><value>…`.
    mutating func maskPaired(_ word: Range<Int>, from start: Int, isQuoted: Bool) -> Bool {
        var next = start
        // The rest of a dotted name, `fs.s3a.secret.key`.
        if bytes.matches(".", at: next) {
            let end = bytes.skip(from: next) { $0.isWordByte || $0 == UInt8(ascii: ".") }
            if bytes.matches("</", at: end) { next = end }
        }
        if bytes.matches("</", at: next) {
            next = bytes.skip(from: next + 2) { $0.isWordByte || $0 == .colon }
            guard bytes.matches(">", at: next) else { return false }
            next = bytes.skipSpace(from: next + 1)
            guard next < bytes.count, bytes[next] == UInt8(ascii: "<") else { return false }
            let end = bytes.endOfWord(from: next + 1)
            guard bytes.matches(">", at: end), SecretNames.find(bytes.span.bytes, (next + 1)..<end).mayBeValue else {
                return false
            }
            move(to: end + 1)
            mask(to: bytes.skip(from: end + 1) { $0 != UInt8(ascii: "<") })
            return true
        }
        // Other members may stand between where the name is the value of one.
        let limit = isValueOfMember(word) ? min(bytes.count, start + Limits.nameDistance) : start
        var (index, isNext) = (start, true)
        while isNext || index < limit, let member = member(from: index) {
            guard member.key.lowerBound > start else { return false }
            if SecretNames.find(bytes.span.bytes, member.key).mayBeValue {
                if index > start { readApart(start..<member.key.lowerBound) }
                maskValues(from: member)
                return true
            }
            // `password x : y` is no such member.
            let isSetting = isQuoted || bytes[start] > 0x20 || bytes[member.key.upperBound] == UInt8(ascii: "=")
            guard isSetting, let end = endOfMember(member, limit) else { return false }
            (index, isNext) = (end, false)
        }
        return false
    }

    /// Masks the value of a member, and of those next to it that are values, too, `'old': '…', 'new': '…'`.
    private mutating func maskValues(from first: (key: Range<Int>, value: Int)) {
        var next: (key: Range<Int>, value: Int)? = first
        while let member = next, SecretNames.find(bytes.span.bytes, member.key).mayBeValue {
            move(to: member.value)
            maskValue()
            var end = offset
            _ = skipQuote(&end)
            next = self.member(from: end)
        }
    }

    /// Masks the element behind a secret's name in a list, `['--password', '…']`, or the one behind an option,
    /// `('node.session.auth.password', '-v', '…')`; not where it is the name of a field, in a list of names.
    mutating func maskListed(after comma: Int) {
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
                maskValue()
                // `'password', '7', '…'`: how it is encrypted.
                guard end - content == 1, bytes[content].isDigit else { return }
                var next = end
                guard skipQuote(&next), bytes.matches(",", at: next) else { return }
                start = bytes.skipSpace(from: next + 1)
                continue
            }
            var next = end
            _ = skipQuote(&next)
            next = bytes.skipSpace(from: next)
            guard next < bytes.count, bytes[next] == .comma else { return }
            start = bytes.skipSpace(from: next + 1)
        }
    }

    // MARK: Members

    /// Whether a name is the value of a member itself, `'name': 'password'`, or begins a list of settings,
    /// `secret,id=x,data=…`.
    private func isValueOfMember(_ word: Range<Int>) -> Bool {
        if bytes.matches(",", at: word.upperBound), word.upperBound + 1 < bytes.count {
            return bytes[word.upperBound + 1].isWordByte
        }
        guard bytes[word.lowerBound] != UInt8(ascii: "-") else { return false }
        let floor = max(0, word.lowerBound - 96)
        var index = word.lowerBound
        while index > floor, bytes[index - 1].isWordByte || [0x2E, 0x2F, .colon].contains(bytes[index - 1]) {
            index -= 1
        }
        while index > floor,
            bytes[index - 1].isQuote || bytes[index - 1].isStringPrefix || bytes[index - 1] == .backslash
        { index -= 1 }
        while index > floor, bytes[index - 1] == 0x20 { index -= 1 }
        return index > floor && (bytes[index - 1] == .colon || bytes[index - 1] == UInt8(ascii: "="))
    }

    /// The next member of an object, of attributes or settings: its key, and where its value begins.
    func member(from start: Int) -> (key: Range<Int>, value: Int)? {
        var next = bytes.skip(from: start) { $0 <= 0x20 || $0 == .comma || $0 == UInt8(ascii: ";") }
        guard next > start else { return nil }
        if next < bytes.count, bytes[next].isStringPrefix, next + 1 < bytes.count, bytes[next + 1].isQuote { next += 1 }
        let hasQuote = skipQuote(&next)
        let end = bytes.endOfWord(from: next)
        guard end > next, end - next <= 64 else { return nil }
        let key = next..<end
        next = end
        if hasQuote { _ = skipQuote(&next) }
        next = bytes.skipSpace(from: next)
        guard next < bytes.count, bytes[next] == .colon || bytes[next] == UInt8(ascii: "=") else { return nil }
        return (key, bytes.skipSpace(from: next + 1))
    }

    /// Behind the value of a member; `nil` where that is no word or string, or leads beyond `limit`.
    func endOfMember(_ member: (key: Range<Int>, value: Int), _ limit: Int) -> Int? {
        var content = bytes.skip(from: member.value) { $0.isStringPrefix }
        guard content - member.value <= 2, skipQuote(&content) else {
            let end = bytes.skip(from: member.value) { $0 > 0x20 && !$0.endsValue && !$0.opensBracket }
            return end > member.value && end < limit && !bytes[end].opensBracket ? end : nil
        }
        guard content < limit, let end = bytes[content..<limit].firstIndex(of: bytes[content - 1]) else { return nil }
        return end + 1
    }
}
