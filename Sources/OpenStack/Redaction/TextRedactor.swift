/// A machine that copies text without its secrets, in one pass.
///
/// It looks at every word that `SecretSearch` does not step over. One that looks like a token, a key or encoded secrets is
/// masked; after one that is a secret's name the value is masked, wherever it stands: behind a separator, as an element,
/// as the value of an option, between tags, in the pair of a name and a value. What it looks at ahead is bounded or
/// remembered, so that it takes time in proportion to the text.
struct TextRedactor {
    let bytes: [UInt8]
    /// Encodings that this text was unpacked from.
    let nesting: Int
    /// Whether every word is looked at, also those that `SecretSearch` would step over.
    private let looksAtAll: Bool
    /// Whether `masked` is wanted.
    private let keepsPlaces: Bool
    var offset = 0
    /// Where the word ends that was looked at last.
    private var wordEnd = 0
    /// Up to here the text has been copied or masked.
    private(set) var copied = 0
    private var output: [UInt8] = []
    /// Where the run ends that the last `://` stood in, and its last `@`: many of them share one.
    var run = (end: 0, lastAt: -1)
    /// Where the last run without scheme ends that may be `user:password@host`, and its last `@`.
    var bareRun = (end: 0, lastAt: -1)
    /// Up to here no list of columns begins.
    var listedTo = 0
    /// Up to here no table begins.
    var tabledTo = 0
    /// The place of the last list of parameters of a statement, -1 for none; `nil` before it was looked for.
    var lastParameters: Int?
    /// Up to here base64 has been unpacked.
    var decodedTo = 0
    /// Where the run of signs of base64 ends that was looked at last.
    var encodedEnd = 0
    /// A name in what was masked last, at its end: what follows may be its value.
    var maskedName: Range<Int>?
    /// What was masked.
    private(set) var masked: [Range<Int>] = []
    /// Whether signs are spelled out somewhere (`SpelledText`).
    private(set) var isSpelled = false

    /// The text without its secrets; `nil` where it holds none.
    ///
    /// What is masked may bring a name and a value together: it is read until nothing changes, a few times at most.
    ///
    /// - Parameter looksAtAll: takes the long way, by which the short one can be checked.
    static func redact(_ text: [UInt8], nesting: Int = 0, looksAtAll: Bool = false) -> [UInt8]? {
        guard var result = pass(text, nesting, looksAtAll) else { return nil }
        for _ in 0..<3 {
            guard let next = pass(result, nesting, looksAtAll), next != result else { break }
            result = next
        }
        return result
    }

    private static func pass(_ text: [UInt8], _ nesting: Int, _ looksAtAll: Bool) -> [UInt8]? {
        var redactor = TextRedactor(bytes: text, nesting: nesting, looksAtAll: looksAtAll)
        redactor.readAll()
        // What is spelled out is masked first, so that nothing is hidden that tells of it.
        if redactor.isSpelled, let spelled = redactSpelled(text, nesting: nesting, looksAtAll: looksAtAll) {
            redactor = TextRedactor(bytes: spelled, nesting: nesting, looksAtAll: looksAtAll)
            redactor.readAll()
            return redactor.output + redactor.bytes[redactor.copied...]
        }
        return redactor.copied > 0 ? redactor.output + text[redactor.copied...] : nil
    }

    init(bytes: [UInt8], nesting: Int, looksAtAll: Bool, keepsPlaces: Bool = false) {
        self.bytes = bytes
        self.nesting = nesting
        self.looksAtAll = looksAtAll
        self.keepsPlaces = keepsPlaces
    }

    mutating func readAll() {
        if EncodedText.isUserData(bytes.span.bytes, bytes.indices) {
            mask(to: bytes.count)
            return
        }
        var search = SecretSearch()
        while offset < bytes.count {
            if let name = maskedName {
                maskedName = nil
                maskSecret(named: name, .secret)
                continue
            }
            if !looksAtAll { offset = search.next(bytes.span.bytes, from: offset, in: bytes.indices) }
            guard offset < bytes.count else { break }
            let byte = bytes[offset]
            if byte.isWordByte || byte >= 0x80 {
                readWord()
            } else if byte == .colon, bytes.matches("://", at: offset) {
                readUserInformation()
            } else if byte == UInt8(ascii: "#"), bytes.matches("#cloud-config", at: offset) {
                mask(to: bytes.count)
            } else if byte == UInt8(ascii: "$"), let end = endOfHash(at: offset) {
                mask(to: end)
            } else if let hash = hashStart(at: offset) {
                move(to: hash.lowerBound)
                mask(to: hash.upperBound)
            } else {
                if !isSpelled { isSpelled = SpelledText.begins(bytes.span.bytes, at: offset, bytes.count) }
                offset += 1
            }
        }
    }

    private mutating func readWord() {
        let start = offset
        // A token in it may have been masked before.
        let end = start < wordEnd ? wordEnd : bytes.endOfWord(from: start)
        wordEnd = end
        guard end > start else {
            // White space or a separator beyond ASCII.
            offset += max(1, bytes.spaceLength(at: start))
            return
        }
        if maskLook(start..<end) { return }
        offset = end
        switch SecretNames.kindInText(bytes.span.bytes, start..<end) {
        case .plain: readPlainWord(start..<end)
        case let kind: maskSecret(named: start..<end, kind)
        }
    }

    // MARK: Values that are secret whatever their name

    /// Masks the rest of a word that looks like a secret; `false` where it does not.
    private mutating func maskLook(_ word: Range<Int>) -> Bool {
        for index in word {
            switch bytes[index] {
            case UInt8(ascii: "g") where bytes.matches("gAAAAA", at: index):
                // How every Fernet token begins: version 0x80 and the high bytes of a time before 2106, in base64.
                move(to: index)
                let end = bytes.skip(from: index) {
                    $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: "%") || $0.isWordByte
                }
                mask(to: endOfBroken(from: end))
                return true
            case UInt8(ascii: "-") where bytes.matches("-----BEGIN", at: index):
                move(to: index)
                mask(to: endOfBlock(from: index + 10))
                return true
            case UInt8(ascii: "A") where isAccessKey(at: index, word) || isCephKey(at: index):
                move(to: index)
                mask(to: bytes.skip(from: index) { $0.isBase64 || $0 == UInt8(ascii: "=") })
                maskSecretBehindKey()
                return true
            case UInt8(ascii: "g"), UInt8(ascii: "h"), UInt8(ascii: "x"), UInt8(ascii: "D"), UInt8(ascii: "N"):
                guard let end = TokenLook.end(bytes, at: index) else { continue }
                move(to: index)
                mask(to: end)
                return true
            case UInt8(ascii: "e")
            where word.upperBound - index >= 8 && bytes.matches("eyJ", at: index) && startsRun(index):
                // A signed token (JWS) begins with `{"` in base64.
                guard bytes.matches(".", at: word.upperBound) else { continue }
                move(to: index)
                mask(
                    to: endOfBroken(
                        from: bytes.skip(from: word.upperBound) { $0.isWordByte || $0 == UInt8(ascii: ".") }))
                return true
            default: continue
            }
        }
        return maskEncoded(word)
    }

    /// Whether a word of an encoding may begin at `index`: nothing of one stands before it.
    private func startsRun(_ index: Int) -> Bool {
        index == 0 || !bytes[index - 1].isWordByte
    }

    /// The id of an AWS or EC2 access key: `AKIA` or `ASIA` and 16 capitals or digits.
    private func isAccessKey(at index: Int, _ word: Range<Int>) -> Bool {
        guard bytes.matches("AKIA", at: index) || bytes.matches("ASIA", at: index), startsRun(index) else {
            return false
        }
        return word.upperBound - index == 20 && bytes[index..<index + 20].allSatisfy { $0.isUpper || $0.isDigit }
    }

    /// Masks what stands behind the id of an access key, where it looks like its secret: 40 signs of base64.
    private mutating func maskSecretBehindKey() {
        let start = bytes.skip(from: offset) { " \t:,;|=".utf8.contains($0) || $0.isQuote }
        guard (offset + 1...offset + 4).contains(start) else { return }
        let end = bytes.skip(from: start) { $0.isBase64 }
        let secret = bytes[start..<end]
        guard secret.count == 40, secret.contains(where: { $0.isUpper }), secret.contains(where: { $0.isLower }) else {
            return
        }
        move(to: start)
        mask(to: end)
    }

    /// A key of Ceph's cephx: a type and time in base64, 28 bytes in all.
    private func isCephKey(at index: Int) -> Bool {
        guard bytes.matches("AQ", at: index), index == 0 || !bytes[index - 1].isBase64, index + 40 <= bytes.count
        else { return false }
        return bytes.matches("==", at: index + 38) && bytes[index..<index + 38].allSatisfy { $0.isBase64 }
    }

    /// The end of a hash of a password as crypt(5) writes it, `$6$salt$hash`.
    private func endOfHash(at start: Int) -> Int? {
        let type = bytes.skip(from: start + 1) { $0.isLower || $0.isDigit || $0 == UInt8(ascii: "-") }
        guard (1...20).contains(type - start - 1), bytes.matches("$", at: type) else { return nil }
        let end = bytes.skip(from: type) {
            $0.isBase64 || $0 == UInt8(ascii: "$") || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "=")
                || $0 == .comma
        }
        return end - type >= 20 ? end : nil
    }

    /// The hash of a password behind the name of its scheme in braces, as LDAP writes it (RFC 3112), `{SSHA}…`, or behind
    /// `*`, as MySQL does.
    private func hashStart(at start: Int) -> Range<Int>? {
        if bytes[start] == UInt8(ascii: "*") {
            let end = bytes.skip(from: start + 1) { $0.isDigit || (UInt8(ascii: "A")...UInt8(ascii: "F")).contains($0) }
            return end - start == 41 ? start..<end : nil
        }
        guard bytes[start] == .openBrace else { return nil }
        let close = bytes.skip(from: start + 1) { $0.isWordByte }
        guard (3...24).contains(close - start - 1), bytes.matches("}", at: close) else { return nil }
        let name = String(decoding: bytes[(start + 1)..<close], as: UTF8.self).uppercased()
        guard Self.hashes.contains(where: { name.hasPrefix($0) && name.dropFirst($0.count).first?.isLetter != true })
        else { return nil }
        let end = bytes.skip(from: close + 1) {
            $0.isBase64 || $0 == UInt8(ascii: "$") || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "=")
        }
        return end - close > 12 ? (close + 1)..<end : nil
    }

    private static let hashes = [
        "SSHA", "SHA", "SMD5", "MD5", "CRYPT", "PBKDF2", "ARGON2", "BCRYPT", "SCRYPT", "BLF-CRYPT", "PKCS5S2",
    ]

    /// Where base64 ends that ends a line at `end` and goes on in the next ones.
    func endOfBroken(from end: Int) -> Int {
        var end = end
        while true {
            var line = end
            // Python writes each line as a literal of its own.
            if line < bytes.count, bytes[line].isQuote { line += 1 }
            let length = bytes.lineBreakLength(at: line)
            guard length > 0 else { return end }
            line = bytes.skip(from: line + length) { $0 == 0x20 || $0 == 0x09 }
            if line < bytes.count, bytes[line].isQuote { line += 1 }
            let next = bytes.skip(from: line) { $0.isBase64 || $0 == UInt8(ascii: "=") }
            let part = bytes[line..<next]
            guard part.count >= 16, part.contains(where: { $0.isUpper }), part.contains(where: { $0.isLower }),
                next == bytes.count || bytes[next].isQuote || bytes[next] == 0x20 || bytes.lineBreakLength(at: next) > 0
            else { return end }
            end = next
        }
    }

    /// Behind the line `-----END …-----`, or the end of the text.
    private func endOfBlock(from start: Int) -> Int {
        var index = start
        while index < bytes.count, !bytes.matches("-----END", at: index) { index += 1 }
        index += 8
        while index < bytes.count, !bytes.matches("-----", at: index) { index += 1 }
        return min(index + 5, bytes.count)
    }

    // MARK: Moving

    /// Goes on; what was gone over is copied when something is masked.
    mutating func move(to end: Int) {
        offset = max(end, copied)
    }

    /// Copies what stands in `range` as a text of its own, without its secrets.
    mutating func readApart(_ range: Range<Int>) {
        move(to: range.lowerBound)
        guard offset < range.upperBound else { return }
        if let text = Self.redact(Array(bytes[offset..<range.upperBound]), nesting: nesting, looksAtAll: looksAtAll) {
            output.append(contentsOf: bytes[copied..<offset])
            output.append(contentsOf: text)
            if keepsPlaces { masked.append(offset..<range.upperBound) }
            copied = range.upperBound
        }
        move(to: range.upperBound)
    }

    /// Masks what stands up to `end`. Where that ends in a secret's name, be it with the separator behind it, what follows
    /// is looked at as its value; where brackets behind such a name are left open, what is in them is masked, too.
    mutating func mask(to end: Int) {
        let start = offset
        output.append(contentsOf: bytes[copied..<offset])
        output.append(contentsOf: Redaction.mask.utf8)
        offset = max(end, offset)
        while offset > start, bytes[offset - 1].isQuote, let next = endOfNextLiteral(behind: offset, false) {
            offset = next
        }
        defer { if keepsPlaces { masked.append(start..<offset) } }
        if let close = endOfBracketsLeftOpen(from: start, to: offset) {
            offset = close
        } else if let name = secretName(from: start, before: offset) {
            maskedName = name
        }
        copied = offset
    }
}
