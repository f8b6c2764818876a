/// A machine that copies text without its secrets, in one pass.
///
/// It looks at every word. One that looks like a token or begins a PEM block is masked; after one that is a secret's
/// name and a separator, the value is masked: a quoted string, also one whose quotes are themselves escaped, a
/// bracketed value, or a bare word.
struct TextRedactor {
    private let bytes: [UInt8]
    private var offset = 0
    private var output: [UInt8] = []
    /// Up to here no `@` was found behind a `://`.
    private var noUserInformationBefore = 0

    static func redact(_ text: String) -> String {
        var redactor = TextRedactor(bytes: Array(text.utf8))
        redactor.run()
        return String(decoding: redactor.output, as: UTF8.self)
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
        output.reserveCapacity(bytes.count)
    }

    private mutating func run() {
        while offset < bytes.count {
            if bytes[offset].isWordByte {
                copyWord()
            } else if matches("://", at: offset) {
                copyUserInformation()
            } else {
                output.append(bytes[offset])
                offset += 1
            }
        }
    }

    private mutating func copyWord() {
        let start = offset
        var end = offset
        while end < bytes.count, bytes[end].isWordByte { end += 1 }
        let word = bytes[start..<end]
        if copyToken(word) { return }
        output.append(contentsOf: word)
        offset = end
        if SecretNames.contains(word) { copySecret(named: word) }
    }

    // MARK: Values that are secret whatever their name

    /// Masks the rest of a word that is a token, or that begins a PEM block; `false` where it is none.
    private mutating func copyToken(_ word: ArraySlice<UInt8>) -> Bool {
        if let start = word.firstRange(of: Self.fernet)?.lowerBound {
            output.append(contentsOf: bytes[word.startIndex..<start])
            mask(to: skip(from: word.endIndex) { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: "%") || $0.isWordByte })
        } else if let start = word.firstRange(of: Self.begin)?.lowerBound {
            output.append(contentsOf: bytes[word.startIndex..<start])
            mask(to: endOfBlock(from: word.endIndex))
        } else if word.starts(with: Self.encodedBegin) {
            mask(to: skip(from: word.endIndex) { $0.isWordByte || $0.isBase64Sign })
        } else if word.count >= 8, word.starts(with: Self.signed), word.endIndex < bytes.count,
            bytes[word.endIndex] == UInt8(ascii: ".")
        {
            mask(to: skip(from: word.endIndex) { $0.isWordByte || $0 == UInt8(ascii: ".") })
        } else {
            return false
        }
        return true
    }

    /// How every Fernet token begins: version 0x80 and the high bytes of a time before 2106, in base64.
    private static let fernet = Array("gAAAAA".utf8)
    private static let begin = Array("-----BEGIN".utf8)
    /// `-----BEGIN ` in base64.
    private static let encodedBegin = Array("LS0tLS1CRUdJTi".utf8)
    /// `{"` in base64, with which a signed token (JWS) begins.
    private static let signed = Array("eyJ".utf8)

    /// Behind the line `-----END …-----`, or the end of the text.
    private func endOfBlock(from start: Int) -> Int {
        guard let end = bytes[start...].firstRange(of: Array("-----END".utf8)) else { return bytes.count }
        guard let dashes = bytes[end.upperBound...].firstRange(of: Array("-----".utf8)) else { return bytes.count }
        return dashes.upperBound
    }

    // MARK: Values that are secret by their name

    /// Stands behind a secret's name: copies the separator and masks the value; does nothing where no value follows.
    private mutating func copySecret(named word: ArraySlice<UInt8>) {
        var next = offset
        let isTagged = word.startIndex > 0 && bytes[word.startIndex - 1] == UInt8(ascii: "<")
        if isTagged, next < bytes.count, bytes[next] == UInt8(ascii: ">") {
            copy(to: next + 1)
            mask(to: skip(from: offset) { $0 != UInt8(ascii: "<") })
            return
        }
        let isQuoted = skipQuote(&next)
        if isQuoted, next < bytes.count, bytes[next] == .closeBracket { next += 1 }
        next = skip(from: next) { $0 == 0x20 || $0 == 0x09 }
        guard let end = separatorEnd(at: next, word, isQuoted: isQuoted) else { return }
        next = skip(from: end) { $0 == 0x20 || $0 == 0x09 || isQuoted && ($0 == 0x0A || $0 == 0x0D) }
        copy(to: next)
        copyMaskedValue(isHeader: word.isHeaderName)
    }

    /// Behind the quote, escaped or not, at `next`; `false` where none stands.
    private func skipQuote(_ next: inout Int) -> Bool {
        let quote = skip(from: next) { $0 == .backslash }
        guard quote < bytes.count, bytes[quote].isQuote else { return false }
        next = quote + 1
        return true
    }

    private func separatorEnd(at start: Int, _ word: ArraySlice<UInt8>, isQuoted: Bool) -> Int? {
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
            return word.starts(with: "--".utf8) && start > word.endIndex ? start : nil
        }
    }

    /// Whether a quoted name is the first of a Python pair, `('X-Auth-Token', '…')`.
    private func isPair(_ word: ArraySlice<UInt8>) -> Bool {
        var start = word.startIndex - 1
        while start >= 0, bytes[start] == .backslash || bytes[start].isQuote || bytes[start].isStringPrefix {
            start -= 1
        }
        return start >= 0 && bytes[start] == UInt8(ascii: "(")
    }

    private mutating func copyMaskedValue(isHeader: Bool) {
        guard offset < bytes.count else { return }
        let prefixEnd = skip(from: offset) { $0.isStringPrefix }
        if prefixEnd - offset <= 2 {
            var content = prefixEnd
            if skipQuote(&content) {
                let isEmpty = content < bytes.count && bytes[content] == bytes[content - 1] && !isTriple(content)
                copy(to: content)
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
                copy(to: end)
            } else {
                mask(to: end)
            }
        default:
            let end =
                isHeader ? skip(from: offset) { $0 != 0x0A && $0 != 0x0D && !$0.isQuote } : endOfBare(from: offset)
            if Self.harmless.contains(bytes[offset..<end]) { copy(to: end) } else { mask(to: end) }
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
    private mutating func copyUserInformation() {
        let start = offset + 3
        copy(to: start)
        guard start >= noUserInformationBefore else { return }
        let runEnd = skip(from: start) {
            $0 > 0x20 && !$0.isQuote && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">")
        }
        let authorityEnd = skip(from: start) { $0 > 0x20 && !$0.isQuote && !$0.endsAuthority }
        let colon = bytes[start..<authorityEnd].firstIndex(of: .colon)
        if let at = bytes[start..<authorityEnd].lastIndex(of: UInt8(ascii: "@")) {
            copy(to: colon.map { min($0 + 1, at) } ?? start)
            mask(to: at)
        } else if let colon, let at = bytes[authorityEnd..<runEnd].lastIndex(of: UInt8(ascii: "@")),
            !bytes[(colon + 1)..<authorityEnd].allSatisfy({ $0.isDigit })
        {
            // A password with a `/` in it: no port looks like that.
            copy(to: colon + 1)
            mask(to: at)
        } else if !bytes[authorityEnd..<runEnd].contains(UInt8(ascii: "@")) {
            noUserInformationBefore = runEnd
        }
    }

    // MARK: Moving

    private mutating func copy(to end: Int) {
        output.append(contentsOf: bytes[offset..<end])
        offset = end
    }

    private mutating func mask(to end: Int) {
        output.append(contentsOf: Redaction.mask.utf8)
        offset = max(end, offset)
    }

    private func skip(from start: Int, while condition: (UInt8) -> Bool) -> Int {
        var index = start
        while index < bytes.count, condition(bytes[index]) { index += 1 }
        return index
    }

    private func matches(_ text: StaticString, at start: Int) -> Bool {
        guard start + text.utf8CodeUnitCount <= bytes.count else { return false }
        return text.withUTF8Buffer { $0.elementsEqual(bytes[start..<start + $0.count]) }
    }
}

extension ArraySlice<UInt8> {
    /// A header whose value goes on to the end of the line.
    fileprivate var isHeaderName: Bool {
        let name = String(decoding: self, as: UTF8.self).lowercased()
        return name.hasSuffix("authorization") || name.hasSuffix("cookie")
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }

    fileprivate var isWordByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    fileprivate var isQuote: Bool { self == .quote || self == UInt8(ascii: "'") }

    /// `u'…'`, `b'…'`, `r'…'` of Python.
    fileprivate var isStringPrefix: Bool {
        self == UInt8(ascii: "u") || self == UInt8(ascii: "b") || self == UInt8(ascii: "r")
    }

    fileprivate var isBase64Sign: Bool {
        self == UInt8(ascii: "+") || self == UInt8(ascii: "/") || self == UInt8(ascii: "=")
    }

    fileprivate var endsValue: Bool {
        switch self {
        case .comma, UInt8(ascii: ";"), UInt8(ascii: "&"), UInt8(ascii: ")"), .closeBracket, .closeBrace, .quote,
            UInt8(ascii: "'"), UInt8(ascii: "<"), UInt8(ascii: ">"):
            true
        default: false
        }
    }

    fileprivate var endsAuthority: Bool {
        switch self {
        case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "<"), UInt8(ascii: ">"): true
        default: false
        }
    }
}
