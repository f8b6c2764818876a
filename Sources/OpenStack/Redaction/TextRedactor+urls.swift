extension TextRedactor {
    /// Masks the password of `scheme://user:password@host`; where no `:` stands the whole before `@`, unless it looks like
    /// the name of a user.
    mutating func readUserInformation() {
        let start = offset + 3
        move(to: start)
        if start >= run.end { run = self.run(from: start) }
        let authorityEnd = bytes.skip(from: start) { $0 > 0x20 && !$0.isQuote && !$0.endsAuthority }
        let colon = bytes[start..<authorityEnd].firstIndex(of: .colon)
        if let at = bytes[start..<authorityEnd].lastIndex(of: UInt8(ascii: "@")) {
            // The colon behind it is that of a port.
            let password = colon.flatMap { $0 < at ? $0 + 1 : nil }
            if password == nil, isUserName(start..<at) { return }
            move(to: password ?? start)
            mask(to: at)
        } else if let colon, run.lastAt >= authorityEnd,
            !bytes[(colon + 1)..<authorityEnd].allSatisfy({ $0.isDigit })
        {
            // A password with a `/` in it: no port looks like that.
            move(to: colon + 1)
            mask(to: run.lastAt)
        }
    }

    /// Whether a text is a name and no token: short, of letters, without digits or capitals in their midst.
    private func isUserName(_ range: Range<Int>) -> Bool {
        (1...20).contains(range.count) && !looksGenerated(range)
            && SecretNames.kindInText(bytes.span.bytes, range) == .plain
            && range.allSatisfy { bytes[$0].isWordByte || bytes[$0] == UInt8(ascii: ".") }
            && range.contains { !bytes[$0].isDigit }
    }

    /// The run of bytes without white space, quotes and angle brackets that `start` stands in, and its last `@`.
    private func run(from start: Int) -> (end: Int, lastAt: Int) {
        let end = bytes.skip(from: start) {
            $0 > 0x20 && !$0.isQuote && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">")
        }
        return (end, bytes[start..<end].lastIndex(of: UInt8(ascii: "@")) ?? -1)
    }

    /// Masks the password of `user:password@host` without a scheme; `false` where that does not stand at this word.
    mutating func maskBareUserInformation(_ word: Range<Int>) -> Bool {
        let colon = word.upperBound
        guard colon + 1 < bytes.count, bytes[colon] == .colon, !bytes.matches("://", at: colon),
            !bytes[word].allSatisfy({ $0.isDigit })
        else { return false }
        if colon >= bareRun.end { bareRun = bareRun(from: colon + 1) }
        let at = bareRun.lastAt
        guard at > colon + 1, isHost(at: at + 1) else { return false }
        move(to: colon + 1)
        mask(to: at)
        return true
    }

    /// Masks the password of Oracle's `jdbc:oracle:thin:user/password@host`.
    mutating func maskOracleUser(_ word: Range<Int>) -> Bool {
        guard bytes.matches("oracle:", at: word.lowerBound - 7) else { return false }
        let start = word.upperBound + 1
        let end = bytes.skip(from: start) { $0 > 0x20 && !$0.isQuote }
        guard let slash = bytes[start..<end].firstIndex(of: UInt8(ascii: "/")),
            let at = bytes[slash..<end].lastIndex(of: UInt8(ascii: "@")), at > slash + 1
        else { return false }
        move(to: slash + 1)
        mask(to: at)
        return true
    }

    private func bareRun(from start: Int) -> (end: Int, lastAt: Int) {
        let end = bytes.skip(from: start) {
            switch $0 {
            case 0...0x20, UInt8(ascii: "/"), UInt8(ascii: "?"), .comma, UInt8(ascii: ";"), UInt8(ascii: "("),
                UInt8(ascii: ")"), .closeBracket, .openBrace, .closeBrace, UInt8(ascii: "|"), .quote,
                UInt8(ascii: "'"), UInt8(ascii: "<"), UInt8(ascii: ">"), .backslash:
                false
            default: true
            }
        }
        return (max(end, start), bytes[start..<max(end, start)].lastIndex(of: UInt8(ascii: "@")) ?? -1)
    }

    /// Whether the name of a host stands at `start` and nothing of another kind follows it; of cinder's
    /// `host@backend#pool` it does.
    private func isHost(at start: Int) -> Bool {
        let end = bytes.skip(from: start) {
            $0.isWordByte || $0 == UInt8(ascii: ".") || $0 == .openBracket || $0 == .closeBracket
        }
        return end > start && (end == bytes.count || bytes[end] != UInt8(ascii: "#"))
    }
}
