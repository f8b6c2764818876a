/// Values in commands.
extension TextRedactor {
    /// Masks the value of the option at `start` that follows a secret's name, `node.session.auth.password -v …`.
    mutating func maskOptionValue(at start: Int) -> Bool {
        let letters = bytes.skip(from: start) { $0 == UInt8(ascii: "-") }
        let end = bytes.skip(from: letters) { $0.isOptionLetter }
        guard letters - start <= 2, end > letters else { return false }
        let whole = bytes.endOfWord(from: start)
        // Another secret's name, with signs in it that no option has.
        if whole > end, SecretNames.kindInText(bytes.span.bytes, start..<whole) == .secret { return false }
        let next = bytes.skipContinued(from: end)
        guard next < bytes.count else {
            // Nothing follows: `-v` and the value may be one word.
            guard letters - start == 1, end - letters > 1 else { return false }
            move(to: letters + 1)
            mask(to: end)
            return true
        }
        move(to: next > end ? next : bytes.skip(from: end) { $0 == UInt8(ascii: "=") || $0 == .colon })
        let value = offset
        let behind = valueBehindNumber(value..<bytes.endOfRun(from: value), digits: 3)
        maskValue()
        if let behind {
            // The option tells whose it is.
            move(to: behind)
            maskValue()
        }
        if offset == value {
            // Signs that end values elsewhere.
            let run = bytes.endOfRun(from: value)
            if !Self.isHarmless(bytes[value..<run]) { mask(to: run) }
        }
        return true
    }

    /// Masks the end of a word that seems to be a name and its value in one, `password-Xy12z`.
    mutating func maskGlued(_ word: Range<Int>) {
        guard let dash = bytes[word].lastIndex(of: UInt8(ascii: "-")), dash > word.lowerBound + 2 else { return }
        let tail = bytes[(dash + 1)..<word.upperBound]
        guard dash >= copied, tail.count >= 6, tail.contains(where: { $0.isUpper }),
            tail.contains(where: { $0.isDigit }),
            SecretNames.kindInText(bytes.span.bytes, word.lowerBound..<dash) == .secret
        else { return }
        move(to: dash + 1)
        mask(to: word.upperBound)
    }

    /// Masks what is written into a command that sets a password, `echo 'root:…' | chpasswd`.
    mutating func maskPiped(before word: Range<Int>) -> Bool {
        guard bytes.matches("passwd", at: word.upperBound - 6) || bytes.matches("stdin", at: word.upperBound - 5) else {
            return false
        }
        return maskInput(before: word) || maskEchoed(before: word)
    }

    /// Masks what `echo` or `printf` writes into the command that `word` stands in.
    mutating func maskEchoed(before word: Range<Int>) -> Bool {
        var pipe = word.lowerBound
        let floor = max(0, pipe - Limits.nameDistance)
        func skipBack(_ condition: (UInt8) -> Bool) {
            while pipe > floor, condition(bytes[pipe - 1]) { pipe -= 1 }
        }
        // Its path, and `sudo` and its options.
        skipBack { $0.isWordByte || $0 == 0x20 || $0 == UInt8(ascii: "/") }
        guard pipe > floor, bytes[pipe - 1] == UInt8(ascii: "|") else { return false }
        let end = pipe - 1
        var line = end
        while line > floor, bytes[line - 1] != 0x0A { line -= 1 }
        for index in line..<end where bytes.matches("echo ", at: index) || bytes.matches("printf ", at: index) {
            let start = max(copied, bytes.skip(from: index) { $0 != 0x20 } + 1)
            var last = end
            while last > start, bytes[last - 1] == 0x20 { last -= 1 }
            guard last > start else { return false }
            offset = start
            mask(to: last)
            return true
        }
        return false
    }

    /// Masks what prose says is written into such a command, `'root:…' to chpasswd`.
    private mutating func maskInput(before word: Range<Int>) -> Bool {
        guard bytes.matches(" to chpasswd", at: word.lowerBound - 4) else { return false }
        let end = word.lowerBound - 4
        let floor = max(copied, end - Limits.nameDistance)
        guard end > floor else { return false }
        let last = bytes[end - 1].isQuote ? end - 1 : end
        let isInside: (UInt8) -> Bool = { [bytes] in last < end ? $0 != bytes[last] && $0 != 0x0A : $0 > 0x20 }
        var start = last
        while start > floor, isInside(bytes[start - 1]) { start -= 1 }
        guard let colon = bytes[start..<last].firstIndex(of: .colon), colon + 1 < last else { return false }
        offset = colon + 1
        mask(to: last)
        return true
    }

    /// Masks the password in an option of a client, `mysql -u root -p…`, and reads what stands before that.
    mutating func maskGluedOption(behind client: Int) -> Bool {
        let limit = min(bytes.count, client + Limits.nameDistance)
        var index = client
        while index + 2 < limit, bytes[index] != 0x0A || bytes[index - 1] == .backslash,
            bytes[index] != UInt8(ascii: "|"), bytes[index] != UInt8(ascii: ";")
        {
            if bytes[index] <= 0x20 || bytes[index].isQuote, bytes.matches("-p", at: index + 1), index + 3 < limit,
                bytes[index + 3] > 0x20, !bytes[index + 3].endsValue || bytes[index + 3].isQuote && bytes[index] <= 0x20
            {
                readApart(client..<(index + 1))
                move(to: index + 3)
                maskValue()
                return true
            }
            index += 1
        }
        return false
    }
}
