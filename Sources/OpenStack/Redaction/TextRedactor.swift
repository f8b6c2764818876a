/// A machine that copies text without its secrets, in one pass.
///
/// It looks at every word. One that looks like a token or begins a PEM block is masked; after one that is a secret's
/// name and a separator, the value is masked: a quoted string, also one whose quotes are themselves escaped, a
/// bracketed value, or a bare word.
struct TextRedactor {
    private let bytes: [UInt8]
    private var offset = 0
    /// Up to here the text has been copied or masked.
    private var copied = 0
    private var output: [UInt8] = []
    /// Where the run ends that the last `://` stood in, and its last `@`: many of them share one.
    private var run = (end: 0, lastAt: -1)

    /// The text without its secrets; `nil` where it holds none.
    static func redact(_ text: [UInt8]) -> [UInt8]? {
        var redactor = TextRedactor(bytes: text)
        redactor.readAll()
        guard redactor.copied > 0 else { return nil }
        redactor.output.append(contentsOf: text[redactor.copied...])
        return redactor.output
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func readAll() {
        while offset < bytes.count {
            if bytes[offset].isWordByte {
                readWord()
            } else if bytes[offset] == .colon, matches("://", at: offset) {
                readUserInformation()
            } else {
                offset += 1
            }
        }
    }

    private mutating func readWord() {
        let start = offset
        var end = offset
        while end < bytes.count, bytes[end].isWordByte { end += 1 }
        if maskToken(start..<end) { return }
        offset = end
        if SecretNames.contains(bytes, start..<end) { maskSecret(named: start..<end) }
    }

    // MARK: Values that are secret whatever their name

    /// Masks the rest of a word that is a token, or that begins a PEM block; `false` where it is none.
    private mutating func maskToken(_ word: Range<Int>) -> Bool {
        for index in word {
            // How every Fernet token begins: version 0x80 and the high bytes of a time before 2106, in base64.
            if bytes[index] == UInt8(ascii: "g"), matches("gAAAAA", at: index) {
                offset = index
                mask(
                    to: skip(from: word.upperBound) {
                        $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: "%") || $0.isWordByte
                    })
                return true
            }
            if bytes[index] == UInt8(ascii: "-"), matches("-----BEGIN", at: index) {
                offset = index
                mask(to: endOfBlock(from: word.upperBound))
                return true
            }
        }
        // `-----BEGIN ` in base64.
        if matches("LS0tLS1CRUdJTi", at: word.lowerBound) {
            mask(to: skip(from: word.upperBound) { $0.isWordByte || $0.isBase64Sign })
            return true
        }
        // A signed token (JWS) begins with `{"` in base64.
        if word.count >= 8, matches("eyJ", at: word.lowerBound), matches(".", at: word.upperBound) {
            mask(to: skip(from: word.upperBound) { $0.isWordByte || $0 == UInt8(ascii: ".") })
            return true
        }
        return false
    }

    /// Behind the line `-----END …-----`, or the end of the text.
    private func endOfBlock(from start: Int) -> Int {
        var index = start
        while index < bytes.count, !matches("-----END", at: index) { index += 1 }
        index += 8
        while index < bytes.count, !matches("-----", at: index) { index += 1 }
        return min(index + 5, bytes.count)
    }

    // MARK: Values that are secret by their name

    /// Stands behind a secret's name: copies the separator and masks the value; does nothing where no value follows.
    private mutating func maskSecret(named word: Range<Int>) {
        var next = offset
        let isTagged = word.lowerBound > 0 && bytes[word.lowerBound - 1] == UInt8(ascii: "<")
        if isTagged, next < bytes.count, bytes[next] == UInt8(ascii: ">") {
            move(to: next + 1)
            mask(to: skip(from: offset) { $0 != UInt8(ascii: "<") })
            return
        }
        let isQuoted = skipQuote(&next)
        if isQuoted, next < bytes.count, bytes[next] == .closeBracket { next += 1 }
        next = skip(from: next) { $0 == 0x20 || $0 == 0x09 }
        guard let end = separatorEnd(at: next, word, isQuoted: isQuoted) else { return }
        next = skip(from: end) { $0 == 0x20 || $0 == 0x09 || isQuoted && ($0 == 0x0A || $0 == 0x0D) }
        move(to: next)
        maskValue(isHeader: isHeaderName(word))
    }

    /// Behind the quote, escaped or not, at `next`; `false` where none stands.
    private func skipQuote(_ next: inout Int) -> Bool {
        let quote = skip(from: next) { $0 == .backslash }
        guard quote < bytes.count, bytes[quote].isQuote else { return false }
        next = quote + 1
        return true
    }

    private func separatorEnd(at start: Int, _ word: Range<Int>, isQuoted: Bool) -> Int? {
        guard start < bytes.count else { return nil }
        switch bytes[start] {
        case UInt8(ascii: "="):
            return skip(from: start) { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ">") }
        case .colon:
            // `password://` is a scheme.
            if matches("://", at: start) { return nil }
            return start + 1 < bytes.count && bytes[start + 1] == UInt8(ascii: "=") ? start + 2 : start + 1
        case UInt8(ascii: "%") where matches("%3D", at: start) || matches("%3d", at: start):
            return start + 3
        case .comma where isQuoted && isPair(word):
            return start + 1
        default:
            // `--password value`
            return matches("--", at: word.lowerBound) && start > word.upperBound ? start : nil
        }
    }

    /// Whether a quoted name is the first of a Python pair, `('X-Auth-Token', '…')`.
    private func isPair(_ word: Range<Int>) -> Bool {
        var start = word.lowerBound - 1
        while start >= 0, bytes[start] == .backslash || bytes[start].isQuote || bytes[start].isStringPrefix {
            start -= 1
        }
        return start >= 0 && bytes[start] == UInt8(ascii: "(")
    }

    private mutating func maskValue(isHeader: Bool) {
        guard offset < bytes.count else { return }
        let prefixEnd = skip(from: offset) { $0.isStringPrefix }
        if prefixEnd - offset <= 2 {
            var content = prefixEnd
            if skipQuote(&content) {
                let isEmpty = content < bytes.count && bytes[content] == bytes[content - 1] && !isTriple(content)
                move(to: content)
                let end = endOfQuoted(from: content, backslashes: content - 1 - prefixEnd)
                // Nothing secret is in an empty string.
                if !isEmpty { mask(to: end) }
                return
            }
        }
        switch bytes[offset] {
        case .openBracket, .openBrace, UInt8(ascii: "("):
            let end = endOfBracketed(from: offset)
            if bytes[offset..<end].dropFirst().dropLast().allSatisfy({ $0 == 0x20 }) {
                move(to: end)
            } else {
                mask(to: end)
            }
        default:
            let end =
                isHeader ? skip(from: offset) { $0 != 0x0A && $0 != 0x0D && !$0.isQuote } : endOfBare(from: offset)
            if Self.harmless.contains(bytes[offset..<end]) { move(to: end) } else { mask(to: end) }
        }
    }

    /// Values that say that there is no secret.
    private static let harmless: Set<ArraySlice<UInt8>> = Set(
        ["None", "null", "True", "False", "true", "false", ""].map { Array($0.utf8)[...] })

    private func isTriple(_ content: Int) -> Bool {
        content + 1 < bytes.count && bytes[content] == bytes[content - 1] && bytes[content + 1] == bytes[content - 1]
    }

    /// Where the string ends whose opening quote, with `backslashes` before it, stands before `content`: at its closing
    /// quote, or the end of the text.
    private func endOfQuoted(from content: Int, backslashes: Int) -> Int {
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
                if byte == quote, closes, !isTriple || self.isTriple(index + 1) {
                    return index - (closes ? min(escapes, backslashes) : 0)
                }
                escapes = 0
            }
            index += 1
        }
        return bytes.count
    }

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
                    index = max(index, skip(from: index) { $0 == .backslash } - 1)
                }
            default: break
            }
            index += 1
        }
        return bytes.count
    }

    /// Behind a value without quotes: a word up to white space, or up to a sign that ends a value and is followed by
    /// what goes on with the text.
    private func endOfBare(from start: Int) -> Int {
        var index = start
        while index < bytes.count {
            let byte = bytes[index]
            if byte <= 0x20 {
                return isScheme(bytes[start..<index]) ? endOfBare(afterScheme: index) : index
            }
            if byte.endsValue, goesOn(after: index + 1) { return index }
            index += 1
        }
        return index
    }

    private func endOfBare(afterScheme index: Int) -> Int {
        skip(from: skip(from: index) { $0 == 0x20 }) { $0 > 0x20 && !$0.isQuote }
    }

    private func isScheme(_ word: ArraySlice<UInt8>) -> Bool {
        ["bearer", "basic", "token", "digest"].contains(String(decoding: word, as: UTF8.self).lowercased())
    }

    /// Whether what stands at `index` can follow a value: the end, white space, a closing sign, or another `name=`.
    private func goesOn(after index: Int) -> Bool {
        guard index < bytes.count else { return true }
        let byte = bytes[index]
        if byte <= 0x20 || byte.endsValue || byte == .backslash { return true }
        let end = skip(from: index) { $0.isWordByte }
        return end > index && end < bytes.count && (bytes[end] == UInt8(ascii: "=") || bytes[end] == .colon)
    }

    // MARK: URLs

    /// Masks the password of `scheme://user:password@host`; where no `:` stands the whole before `@`, which then is a
    /// token.
    private mutating func readUserInformation() {
        let start = offset + 3
        move(to: start)
        if start >= run.end { run = self.run(from: start) }
        let authorityEnd = skip(from: start) { $0 > 0x20 && !$0.isQuote && !$0.endsAuthority }
        let colon = bytes[start..<authorityEnd].firstIndex(of: .colon)
        if let at = bytes[start..<authorityEnd].lastIndex(of: UInt8(ascii: "@")) {
            move(to: colon.map { min($0 + 1, at) } ?? start)
            mask(to: at)
        } else if let colon, run.lastAt >= authorityEnd,
            !bytes[(colon + 1)..<authorityEnd].allSatisfy({ $0.isDigit })
        {
            // A password with a `/` in it: no port looks like that.
            move(to: colon + 1)
            mask(to: run.lastAt)
        }
    }

    /// The run of bytes without white space, quotes and angle brackets that `start` stands in, and its last `@`.
    private func run(from start: Int) -> (end: Int, lastAt: Int) {
        let end = skip(from: start) {
            $0 > 0x20 && !$0.isQuote && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">")
        }
        return (end, bytes[start..<end].lastIndex(of: UInt8(ascii: "@")) ?? -1)
    }

    // MARK: Moving

    /// Goes on; what was gone over is copied when something is masked.
    private mutating func move(to end: Int) {
        offset = end
    }

    private mutating func mask(to end: Int) {
        output.append(contentsOf: bytes[copied..<offset])
        output.append(contentsOf: Redaction.mask.utf8)
        offset = max(end, offset)
        copied = offset
    }

    private func skip(from start: Int, while condition: (UInt8) -> Bool) -> Int {
        var index = start
        while index < bytes.count, condition(bytes[index]) { index += 1 }
        return index
    }

    private func matches(_ text: StaticString, at start: Int) -> Bool {
        let count = text.utf8CodeUnitCount
        guard start + count <= bytes.count else { return false }
        for index in 0..<count where bytes[start + index] != text.utf8Start[index] { return false }
        return true
    }

    /// A header whose value goes on to the end of the line.
    private func isHeaderName(_ word: Range<Int>) -> Bool {
        let name = String(decoding: bytes[word], as: UTF8.self).lowercased()
        return name.hasSuffix("authorization") || name.hasSuffix("cookie")
    }
}
