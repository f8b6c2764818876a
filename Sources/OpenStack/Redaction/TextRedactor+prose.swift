/// Values that nothing but white space stands before: options, and sentences.
extension TextRedactor {
    /// Masks what follows a secret's name after white space: a quoted string, an option's value, a word that is none of a
    /// sentence.
    mutating func maskSpaced(at start: Int, behind word: Range<Int>, _ kind: NameKind) {
        var content = bytes.skip(from: start) { $0.isStringPrefix }
        if content - start <= 2, skipQuote(&content) {
            move(to: start)
            return maskValue(joinsLiterals: bytes[word.lowerBound] != UInt8(ascii: "-"))
        }
        guard kind == .secret, !isPathOrClass(word) else { return }
        if bytes[word.lowerBound] == UInt8(ascii: "-") {
            move(to: start)
            return maskValue()
        }
        let name = start..<bytes.endOfWord(from: start)
        if !name.isEmpty, name.upperBound < bytes.count, bytes.spaceLength(at: name.upperBound) == 0,
            SecretNames.kindInText(bytes.span.bytes, name) == .secret
        {
            // Another name, with its own value.
            return
        }
        // What a URL has of secrets is told by its own form.
        if bytes.matches("http://", at: start) || bytes.matches("https://", at: start) { return }
        var value = start..<bytes.endOfRun(from: start)
        if "0456789".utf8.contains(bytes[start]), FoldedName.string(bytes, word) != "pass",
            let encrypted = valueBehindNumber(value, digits: 1)
        {
            move(to: encrypted)
            return maskValue()
        }
        if Self.joins.contains(lowercased(value)) {
            let next = bytes.skipSpace(from: value.upperBound)
            value = next..<bytes.endOfRun(from: next)
            guard !value.isEmpty, bytes[next].isQuote || looksGenerated(value) else { return }
        } else if !looksGenerated(value) {
            guard !isEnglish(word), !isOfSentence(value) else { return }
        }
        move(to: value.lowerBound)
        maskValue()
    }

    /// Where the value begins that a number stands before: a digit that says how it is encrypted, as in the settings of
    /// switches, `password 7 …`.
    func valueBehindNumber(_ number: Range<Int>, digits: Int) -> Int? {
        guard (1...digits).contains(number.count), bytes[number].allSatisfy({ $0.isDigit }) else { return nil }
        let next = bytes.skip(from: number.upperBound) { $0 == 0x20 }
        let value = next..<bytes.endOfRun(from: next)
        guard !value.isEmpty, bytes[next].isWordByte || bytes[next].isQuote, bytes[next] != UInt8(ascii: "-"),
            !isWordOfSentence(value)
        else { return nil }
        return next
    }

    /// Whether a name is also a word of the language: much is said about passwords, nothing about `auth_token`.
    private func isEnglish(_ word: Range<Int>) -> Bool {
        Self.english.contains(FoldedName.string(bytes, word)) && !bytes[word].contains(UInt8(ascii: "_"))
    }

    /// Whether a word looks as if nobody had thought of it: letters with digits, capitals or signs in their midst.
    func looksGenerated(_ value: Range<Int>) -> Bool {
        let text = bytes[value]
        guard text.count >= 5, text.first?.isWordByte == true else { return false }
        // `Secret 2672…-… could not be found` speaks of an id.
        if bytes.isUUID(value.lowerBound..<min(value.upperBound, value.lowerBound + 36)) { return false }
        let letters = text.contains { $0.isLower || $0.isUpper }
        let digits = text.contains { $0.isDigit }
        let capitals = text.dropFirst().contains { $0.isUpper } && text.contains { $0.isLower }
        return letters && (digits || capitals)
    }

    /// Whether a word behind a name goes on with a sentence.
    func isOfSentence(_ value: Range<Int>) -> Bool {
        guard let first = bytes[value].first, first.isLower || first.isUpper else { return true }
        return isWordOfSentence(value)
    }

    func isWordOfSentence(_ value: Range<Int>) -> Bool {
        let word = lowercased(value).trimmingPunctuation()
        return Self.sentence.contains(word) || word.hasSuffix("ed") || word.hasSuffix("ing")
    }

    private func lowercased(_ range: Range<Int>) -> String {
        range.count <= 24 ? String(decoding: bytes[range], as: UTF8.self).lowercased() : ""
    }

    private static let english: Set<String> = [
        "password", "passwords", "passwd", "passphrase", "token", "tokens", "secret", "secrets", "credential",
        "credentials", "cookie", "cookies", "authorization", "keyring", "keyrings", "pass", "signature", "community",
        "catalog", "trust", "trusts", "personality", "blob", "cert", "otp", "totp", "dek", "kek", "psk",
    ]

    private static let joins: Set<String> = ["is", "was", "is:", "was:", "of", "to"]

    private static let sentence: Set<String> = [
        "a", "again", "already", "an", "and", "are", "argument", "as", "at", "attempts", "attribute", "be", "because",
        "before", "but", "by", "bytes", "can", "cannot", "characters", "column", "config", "configuration", "could",
        "data", "days", "did", "do", "does", "during", "error", "exceeds", "expires", "fails", "failure", "field",
        "file", "files", "for", "from", "group", "had", "has", "have", "header", "headers", "hours", "if", "in", "into",
        "invalid", "is", "key", "length", "may", "middleware", "minutes", "missing", "must", "no", "not", "object",
        "of", "on", "option", "options", "or", "parameter", "parameters", "policy", "property", "provider", "raise",
        "return", "seconds", "section", "setting", "settings", "should", "size", "than", "that", "the", "then", "this",
        "times", "to", "too", "type", "unknown", "value", "values", "via", "was", "were", "when", "which", "while",
        "will", "with", "without", "would", "wrong",
    ]

    // MARK: Words that are no names

    /// What the words below begin with.
    private static let starts = Array("Bb-C".utf8)

    /// Masks what some words that are no names of secrets are known to stand before; else goes on behind the word.
    mutating func readPlainWord(_ word: Range<Int>) {
        let end = word.upperBound
        guard end < bytes.count else { return }
        if maskCommand(word) { return }
        if bytes[end] == .colon, maskHiddenDefault(word) { return }
        if bytes[end] == .colon, maskBareUserInformation(word) || maskOracleUser(word) { return }
        if bytes[end].isQuote || bytes[end] == .backslash, isQuotedValue(word), maskValueBeforeName(word) { return }
        if bytes[end] == 0x20 || bytes[end].isQuote, bytes[word].span.bytes.isPasswordClient,
            maskGluedOption(behind: end)
        {
            return
        }
        guard bytes[end] == 0x20, word.count <= 6, Self.starts.contains(bytes[word.lowerBound]) else { return }
        let next = bytes.skipBlanks(from: end)
        let value = next..<bytes.endOfRun(from: next)
        guard !value.isEmpty else { return }
        switch String(decoding: bytes[word], as: UTF8.self) {
        case "Bearer", "Basic", "bearer", "basic":
            guard value.count >= 16 || looksGenerated(value) else { return }
            move(to: next)
            mask(to: endOfBare(from: next))
        case "-P", "-W":
            // ipmitool and others; a port is no password.
            guard !bytes[value].allSatisfy({ $0.isDigit }), bytes[next] != UInt8(ascii: "-") else { return }
            move(to: next)
            maskValue()
        case "-u", "--user":
            // curl
            guard let colon = bytes[value].firstIndex(of: .colon), colon + 1 < value.upperBound,
                !bytes[value.lowerBound..<colon].contains(UInt8(ascii: "/"))
            else { return }
            move(to: colon + 1)
            mask(to: endOfBare(from: colon + 1))
        case "CHAP":
            maskChallenge(next)
        default: break
        }
    }

    /// Masks `CHAP user password` where it stands by itself (cinder's `provider_auth`).
    private mutating func maskChallenge(_ start: Int) {
        let before = offset - 5
        guard before < 0 || bytes[before].isQuote else { return }
        let user = bytes.skip(from: start) { $0 > 0x20 && !$0.isQuote }
        let password = bytes.skip(from: user) { $0 == 0x20 }
        let end = bytes.skip(from: password) { $0 > 0x20 && !$0.isQuote }
        guard password > user, end > password, end == bytes.count || bytes[end].isQuote || bytes[end] == .backslash
        else { return }
        move(to: start)
        mask(to: end)
    }

    private func isQuotedValue(_ word: Range<Int>) -> Bool {
        word.lowerBound > 0 && bytes[word.lowerBound - 1].isQuote && word.count <= 48
            && SecretNames.find(bytes.span.bytes, word).mayBeValue
    }

    /// Masks the value of `{'value': '…', 'name': 'password'}`, where the name comes after it.
    private mutating func maskValueBeforeName(_ word: Range<Int>) -> Bool {
        var next = word.upperBound
        guard skipQuote(&next) else { return false }
        next = bytes.skipSpace(from: next)
        guard next < bytes.count, bytes[next] == .colon else { return false }
        let value = bytes.skipSpace(from: next + 1)
        var content = bytes.skip(from: value) { $0.isStringPrefix }
        let limit = min(bytes.count, value + Limits.nameDistance)
        guard skipQuote(&content), content < limit else { return false }
        let quote = bytes[content - 1]
        var end = (bytes[content..<limit].firstIndex(of: quote) ?? limit) + 1
        while end < limit, let member = member(from: end) {
            guard let next = endOfMember(member, limit) else { return false }
            var name = bytes.skip(from: member.value) { $0.isStringPrefix }
            if skipQuote(&name), SecretNames.find(bytes.span.bytes, member.key).mayName {
                let nameEnd = bytes.skip(from: name) { !$0.isQuote && $0 != .backslash }
                if PairNames.isSecretPath(bytes.span.bytes, name..<min(nameEnd, limit)) {
                    move(to: value)
                    maskValue()
                    return true
                }
            }
            end = next
        }
        return false
    }
}

extension String {
    fileprivate func trimmingPunctuation() -> String {
        var text = self[...]
        while let last = text.last, ".,:;!?)".contains(last) { text.removeLast() }
        return String(text)
    }
}
