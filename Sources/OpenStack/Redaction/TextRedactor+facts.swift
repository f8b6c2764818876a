/// What stands behind a secret's name and is none: of it speaks prose, or a log.
extension TextRedactor {
    /// Whether a word is the end of a path, `/v3/auth/tokens`, or the class of a failure, behind which prose goes on.
    func isPathOrClass(_ word: Range<Int>) -> Bool {
        word.lowerBound > 0 && bytes[word.lowerBound - 1] == UInt8(ascii: "/") || isFailureClass(word)
    }

    /// Whether what stands at `value`, behind a name and a colon, tells of the secret and is not it.
    func tells(_ value: Int, behind word: Range<Int>, _ kind: NameKind) -> Bool {
        if isFailureClass(word) { return true }
        let run = value..<bytes.endOfRun(from: value)
        guard !run.isEmpty else { return false }
        if kind == .mixed {
            let name = FoldedName.string(bytes, word)
            return (name.hasSuffix("connector") || name.hasSuffix("connectors")) && isHostName(run)
        }
        return isPath(run, behind: word) || isState(run) || isCount(run, behind: word) || isFailure(run, behind: word)
    }

    /// Whether a failure stands behind a colon: a number of the system's, `(2) No such file`, or what went wrong with a
    /// resource of an API, `/v3/auth/tokens: …`.
    private func isFailure(_ run: Range<Int>, behind word: Range<Int>) -> Bool {
        if bytes.matches("[Errno ", at: run.lowerBound) { return true }
        if bytes[run.lowerBound] == UInt8(ascii: "("), run.count > 2, bytes[run.upperBound - 1] == UInt8(ascii: ")") {
            return bytes[(run.lowerBound + 1)..<(run.upperBound - 1)].allSatisfy { $0.isDigit }
        }
        guard word.lowerBound > 0, bytes[word.lowerBound - 1] == UInt8(ascii: "/"),
            Self.plurals.contains(where: FoldedName.string(bytes, word).hasSuffix)
        else { return false }
        return run.count < 16 || !bytes[run].allSatisfy { $0.isWordByte } || !bytes[run].contains { $0.isDigit }
    }

    /// Whether a word is how Python calls a failure, `InvalidPassword`, `exception.TokenNotFound`.
    private func isFailureClass(_ word: Range<Int>) -> Bool {
        guard word.count <= 96, bytes[word.lowerBound].isUpper, bytes[word].contains(where: { $0.isLower }),
            bytes[word].allSatisfy({ $0.isLower || $0.isUpper || $0.isDigit })
        else { return false }
        let name = String(decoding: bytes[word], as: UTF8.self)
        if Self.failureStarts.contains(where: { isFirstWord($0, of: name) })
            || Self.failureEnds.contains(where: { name.hasSuffix($0) && name.count > $0.count })
        {
            return true
        }
        let module = bytes[max(0, word.lowerBound - 16)..<word.lowerBound]
        return Self.modules.contains { module.reversed().starts(with: $0.utf8.reversed()) }
    }

    private func isFirstWord(_ start: String, of name: String) -> Bool {
        name.hasPrefix(start) && name.dropFirst(start.count).first?.isUppercase == true
    }

    private static let failureStarts = ["Invalid", "Missing", "No", "Bad", "Unknown", "Unsupported", "Expired"]
    private static let failureEnds = [
        "Error", "Exception", "NotFound", "Invalid", "Required", "Expired", "Failed", "Failure", "Exists", "Mismatch",
        "Timeout", "Fault", "Warning", "Denied", "Forbidden", "Unauthorized", "Unsupported", "NotSupported", "Disabled",
        "Conflict", "Missing", "Exceeded", "Rejected", "Unavailable",
    ]
    private static let modules = ["exception.", "exceptions.", "exc.", "error.", "errors."]

    /// Whether a path is the value of what otherwise is a certificate or a keyring, whatever stands between.
    func tellsPath(_ value: Int, behind word: Range<Int>) -> Bool {
        var start = value
        _ = skipQuote(&start)
        guard start < bytes.count, bytes[start] == UInt8(ascii: "/") else { return false }
        let name = FoldedName.string(bytes, word)
        guard name.hasSuffix("cert") || name.hasSuffix("keyring") else { return false }
        return isPath(start..<bytes.skip(from: start) { $0 > 0x20 && !$0.isQuote && $0 != .backslash }, behind: word)
    }

    /// Whether a path of a file is all that a value is; no password begins so and ends in the kind of a file.
    private func isPath(_ run: Range<Int>, behind word: Range<Int>) -> Bool {
        let slash = UInt8(ascii: "/")
        var end = run.upperBound
        while end > run.lowerBound, [.comma, UInt8(ascii: ";"), UInt8(ascii: ")"), .colon].contains(bytes[end - 1]) {
            end -= 1
        }
        let path = bytes[run.lowerBound..<end]
        guard path.first == slash, path.count <= 256, let last = path.lastIndex(of: slash), last > run.lowerBound,
            path.allSatisfy({ $0.isWordByte || $0 == slash || $0 == UInt8(ascii: ".") }),
            let dot = path[last...].lastIndex(of: UInt8(ascii: ".")), dot > last, (2...8).contains(end - dot - 1),
            bytes[(dot + 1)..<end].allSatisfy({ $0.isLower || $0.isDigit })
        else { return false }
        let name = FoldedName.string(bytes, word)
        return !["password", "passwd", "pass", "pwd", "phrase", "secret", "token"].contains { name.hasSuffix($0) }
    }

    /// Whether a word says of a secret how it is.
    private func isState(_ run: Range<Int>) -> Bool {
        guard run.count <= 16 else { return false }
        let text = bytes[run].prefix { $0.isLower || $0.isUpper }
        let rest = bytes[text.endIndex..<run.upperBound]
        guard rest.allSatisfy({ [.comma, 0x2E, UInt8(ascii: ";"), UInt8(ascii: ")")].contains($0) }) else {
            return false
        }
        return Self.states.contains(String(decoding: text, as: UTF8.self).lowercased())
    }

    private static let states: Set<String> = [
        "valid", "invalid", "expired", "missing", "required", "unknown", "unset", "failed", "disabled", "enabled",
        "rejected", "accepted", "denied", "revoked", "verified", "wrong", "incorrect", "mismatch", "absent", "present",
        "not", "no", "yes", "none", "on", "off", "ok",
    ]

    /// Whether a number counts secrets, `tokens: 12`, or is one of those that a test counts, `pass: 1 fail: 0`.
    private func isCount(_ run: Range<Int>, behind word: Range<Int>) -> Bool {
        let digits = bytes.skip(from: run.lowerBound) { $0.isDigit }
        if digits == run.upperBound, run.count <= 3,
            Self.plurals.contains(where: FoldedName.string(bytes, word).hasSuffix)
        {
            return true
        }
        guard FoldedName.string(bytes, word) == "pass" else { return false }
        guard digits - run.lowerBound <= 6 else { return false }
        func isSeparator(_ byte: UInt8) -> Bool { [0x20, .comma, UInt8(ascii: ";"), UInt8(ascii: "/")].contains(byte) }
        let next = bytes.skip(from: digits, while: isSeparator)
        if next > digits, isResult(next..<bytes.endOfWord(from: next)) { return true }
        var index = word.lowerBound
        func skipBack(_ condition: (UInt8) -> Bool) -> Bool {
            let start = index
            while index > 0, start - index < 12, condition(bytes[index - 1]) { index -= 1 }
            return index < start
        }
        guard skipBack(isSeparator), skipBack({ $0.isDigit }), skipBack({ $0 == .colon || $0 == 0x20 }) else {
            return false
        }
        let end = index
        return skipBack { $0.isWordByte } && isResult(index..<end)
    }

    private static let plurals = ["tokens", "secrets", "passwords", "credentials", "cookies", "keys", "trusts"]

    private func isResult(_ word: Range<Int>) -> Bool {
        let name = word.count <= 12 ? String(decoding: bytes[word], as: UTF8.self).lowercased() : ""
        return ["fail", "failed", "failures", "skip", "skipped", "error", "errors", "warn", "total"].contains(name)
    }

    private func isHostName(_ run: Range<Int>) -> Bool {
        run.count <= 64
            && run.allSatisfy { bytes[$0].isWordByte || bytes[$0] == UInt8(ascii: ".") || bytes[$0] == .comma }
    }

    // MARK: Blocks

    /// The lines of a block of YAML that is the value of the name before `start`, with or without `|` or `>`; they are
    /// indented further than that.
    func block(from start: Int, behind word: Range<Int>) -> Range<Int>? {
        var index = start
        if index < bytes.count, bytes[index] == UInt8(ascii: "!") || bytes[index] == UInt8(ascii: "&") {
            // A tag or an anchor.
            let end = bytes.skip(from: index + 1) { $0.isWordByte || $0 == UInt8(ascii: "!") }
            index = bytes.skip(from: end) { $0 == 0x20 }
            guard index > end || bytes.lineBreakLength(at: index) > 0 else { return nil }
        }
        let isScalar = index < bytes.count && (bytes[index] == UInt8(ascii: "|") || bytes[index] == UInt8(ascii: ">"))
        if isScalar {
            index = bytes.skip(from: index + 1) { $0.isDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
            index = bytes.skip(from: index) { $0 == 0x20 || $0 == 0x09 }
        }
        guard bytes.lineBreakLength(at: index) > 0 else {
            // What a tag stands before is the value; else there is no block.
            return start < index && !isScalar ? start..<max(index, endOfBare(from: index)) : nil
        }
        let (column, isFirst) = column(of: word)
        var block: Range<Int>?
        var lines = 0
        while case let length = bytes.lineBreakLength(at: index), length > 0 {
            let line = index + length
            let content = bytes.skip(from: line) { $0 == 0x20 || $0 == 0x09 }
            if bytes.lineBreakLength(at: content) > 0 {
                index = content
                continue
            }
            let isItem = !isScalar && content - line == column && bytes.matches("- ", at: content)
            guard content < bytes.count, content - line > column || isItem else { break }
            index = endOfLine(from: content, isSpelled: bytes[line - 1] != 0x0A && bytes[line - 1] != 0x0D)
            block = (block?.lowerBound ?? content)..<index
            lines += 1
        }
        guard let block, !isFirst, !isScalar else { return block }
        let mayHaveMembers = isPrefixed(word) || bytes.matches("chpasswd", at: word.lowerBound)
        if bytes.matches("- ", at: block.lowerBound) || mayHaveMembers && isMember(block) { return block }
        // Within a sentence it is the value only where it may be one.
        let isWord = lines == 1 && !bytes[block].contains(0x20)
        return isWord && !isOfSentence(block) ? block : nil
    }

    /// Whether a name begins what stands behind the name of a failure or a program, `ValueError: chpasswd:`.
    private func isPrefixed(_ word: Range<Int>) -> Bool { bytes.matches(": ", at: word.lowerBound - 2) }

    /// Whether a block begins with a member, `list: …`.
    private func isMember(_ block: Range<Int>) -> Bool {
        let end = bytes.endOfWord(from: block.lowerBound)
        return end > block.lowerBound && end < block.upperBound && bytes[end] == .colon
    }

    /// The block that is the value of a name which is itself taken for a value, as on the line behind an empty one.
    func blockOfName(at start: Int) -> Range<Int>? {
        var colon = start
        let limit = min(bytes.count, start + Self.longestBlockName)
        while colon < limit, bytes[colon] != .colon, bytes[colon] != 0x20, bytes.lineBreakLength(at: colon) == 0 {
            colon += 1
        }
        guard colon > start, colon < limit, bytes[colon] == .colon else { return nil }
        return block(from: bytes.skip(from: colon + 1) { $0 == 0x20 }, behind: start..<colon)
    }

    private static var longestBlockName: Int { 128 }

    private func endOfLine(from content: Int, isSpelled: Bool) -> Int {
        var index = content
        while index < bytes.count, bytes.lineBreakLength(at: index) == 0 {
            // The string ends that the line stands in.
            if isSpelled, index > content, bytes[index].isQuote, bytes[index - 1] != .backslash { break }
            index += 1
        }
        return index
    }

    /// By how much the line of a name is indented, and whether the name comes first in it.
    private func column(of word: Range<Int>) -> (column: Int, isFirst: Bool) {
        let floor = max(0, word.lowerBound - Limits.nameDistance)
        var line = word.lowerBound
        while line > floor, bytes[line - 1] != 0x0A, bytes[line - 1] != 0x0D, !bytes[line - 1].isQuote {
            if bytes[line - 1] == UInt8(ascii: "n"), line - 2 >= floor, bytes[line - 2] == .backslash { break }
            line -= 1
        }
        let indent = bytes.skip(from: line) { $0 == 0x20 || $0 == 0x09 }
        let key = bytes.skip(from: indent) { $0 == 0x20 || $0 == UInt8(ascii: "-") }
        return key >= word.lowerBound ? (word.lowerBound - line, true) : (indent - line, false)
    }
}
