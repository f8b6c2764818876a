import Bytes

/// A machine that steps over all of a text that cannot be or tell of a secret: most of most texts, in one pass.
///
/// Where it stops there need be none; where it does not, `TextRedactor` would change nothing.
struct SecretSearch {
    /// The place of the text's last `@`, -1 for none; `nil` before it was looked for.
    private var lastAt: Int?

    /// Whether there is nothing to look at in `range`, which is a text of its own.
    static func isClean(_ text: RawSpan, _ range: Range<Int>) -> Bool {
        if ByteClass.isPlain(text, range) { return true }
        if EncodedText.isUserData(text, range) { return false }
        var search = SecretSearch()
        return search.next(text, from: range.lowerBound, in: range) == range.upperBound
    }

    /// Where the next word or sign stands that must be looked at, from `start` on, where a word begins or a sign stands.
    ///
    /// - Parameters:
    ///   - range: what the text is of the bytes.
    ///   - stopsAtControls: whether control characters are to be looked at, too.
    mutating func next(
        _ text: RawSpan, from start: Int, in range: Range<Int>, stopsAtControls: Bool = false
    ) -> Int {
        ByteClass.table.withUnsafeBufferPointer { table in
            SecretNames.automaton.next.withUnsafeBufferPointer { next in
                var index = start
                while index < range.upperBound {
                    let sign = text.byte(index)
                    let signClass = table[Int(sign)]
                    if signClass & ByteClass.betweenWords != 0 {
                        if signClass & ByteClass.beginning != 0 && beginsSecret(sign, text, index, range)
                            || stopsAtControls && (sign < 0x20 || sign == 0x7F)
                        {
                            return index
                        }
                        index &+= 1
                        continue
                    }
                    let word = index
                    var (state, marks, classes) = (UInt16(0), UInt16(0), UInt8(0))
                    while index < range.upperBound {
                        let byteClass = table[Int(text.byte(index))]
                        if byteClass & ByteClass.betweenWords != 0 { break }
                        let entry = next[
                            Int(state) << ByteClass.bits | Int(byteClass & ByteClass.symbolMask)]
                        state = entry & ~NameAutomaton.mark
                        marks |= entry
                        classes |= byteClass
                        index &+= 1
                    }
                    // What is beyond ASCII may belong to the word or end it, which is not for this to tell.
                    if index < range.upperBound, text.byte(index) >= 0x80 { return word }
                    if marks & NameAutomaton.mark != 0 || SecretNames.endsName[Int(state)]
                        || classes & ByteClass.capital != 0 && looksSecret(text, word..<index, in: range)
                        || index < range.upperBound && leads(text, word..<index, state: Int(state), in: range)
                    {
                        return word
                    }
                }
                return range.upperBound
            }
        }
    }

    /// What stands between words and begins a secret.
    private func beginsSecret(_ sign: UInt8, _ text: RawSpan, _ index: Int, _ range: Range<Int>) -> Bool {
        switch sign {
        case .colon:
            index + 2 < range.upperBound && text.byte(index + 1) == UInt8(ascii: "/")
                && text.byte(index + 2) == UInt8(ascii: "/")
        case UInt8(ascii: "#"): index + 1 < range.upperBound && text.byte(index + 1) == UInt8(ascii: "c")
        case UInt8(ascii: "$"): true
        case UInt8(ascii: "%"), UInt8(ascii: "&"), .backslash: SpelledText.begins(text, at: index, range.upperBound)
        case .openBrace: beginsScheme(text, index + 1, range)
        case UInt8(ascii: "*"): index + 41 <= range.upperBound && text.byte(index + 1).isBase64
        default: sign >= 0x80
        }
    }

    /// Whether what stands at `start` begins as the name of a scheme of hashes does (`TextRedactor.hashes`).
    private func beginsScheme(_ text: RawSpan, _ start: Int, _ range: Range<Int>) -> Bool {
        guard start + 1 < range.upperBound else { return false }
        let second = text.byte(start + 1) | 0x20
        switch text.byte(start) | 0x20 {
        case UInt8(ascii: "s"): return "shmc".utf8.contains(second)
        case UInt8(ascii: "m"): return second == UInt8(ascii: "d")
        case UInt8(ascii: "c"), UInt8(ascii: "a"): return second == UInt8(ascii: "r")
        case UInt8(ascii: "p"): return second == UInt8(ascii: "b") || second == UInt8(ascii: "k")
        case UInt8(ascii: "b"): return second == UInt8(ascii: "c") || second == UInt8(ascii: "l")
        default: return false
        }
    }

    /// Whether a word with capitals in it may begin what is told by its looks: a key or something packed.
    private func looksSecret(_ text: RawSpan, _ word: Range<Int>, in range: Range<Int>) -> Bool {
        guard word.count >= 2 else { return false }
        switch (text.byte(word.lowerBound), text.byte(word.lowerBound + 1)) {
        case (UInt8(ascii: "A"), UInt8(ascii: "K")), (UInt8(ascii: "A"), UInt8(ascii: "S")),
            (UInt8(ascii: "A"), UInt8(ascii: "Q")), (UInt8(ascii: "e"), UInt8(ascii: "y")),
            (UInt8(ascii: "e"), UInt8(ascii: "w")), (UInt8(ascii: "W"), UInt8(ascii: "3")),
            (UInt8(ascii: "W"), UInt8(ascii: "y")), (UInt8(ascii: "I"), UInt8(ascii: "2")),
            (UInt8(ascii: "I"), UInt8(ascii: "y")), (UInt8(ascii: "L"), UInt8(ascii: "S")):
            return true
        default: return beginsEncoded(text, word.lowerBound, in: range)
        }
    }

    /// Whether a run of signs of base64 begins at `start` that stands for text.
    private func beginsEncoded(_ text: RawSpan, _ start: Int, in range: Range<Int>) -> Bool {
        let isStart = start == range.lowerBound || !text.byte(start - 1).isBase64
        return isStart && range.upperBound - start >= Limits.encodedBytes && EncodedText.beginsText(text, start)
    }

    /// Whether a secret may stand behind a word that is no secret's name.
    @inline(__always)
    private mutating func leads(_ text: RawSpan, _ word: Range<Int>, state: Int, in range: Range<Int>) -> Bool {
        switch text.byte(word.upperBound) {
        case .colon: return lastAt(text, range) > word.upperBound
        case .quote, UInt8(ascii: "'"), .backslash:
            return SecretNames.endsValued[state] && word.lowerBound > range.lowerBound
                && text.byte(word.lowerBound - 1).isQuote
        case 0x20: return word.count <= 6 && introduces(text, word)
        case UInt8(ascii: "+"), UInt8(ascii: "/"): return beginsEncoded(text, word.lowerBound, in: range)
        default: return false
        }
    }

    private mutating func lastAt(_ text: RawSpan, _ range: Range<Int>) -> Int {
        if let lastAt { return lastAt }
        let found = range.last { text.byte($0) == UInt8(ascii: "@") } ?? -1
        lastAt = found
        return found
    }

    /// Whether a word is one of those that `TextRedactor.readPlainWord` knows.
    private func introduces(_ text: RawSpan, _ word: Range<Int>) -> Bool {
        switch text.byte(word.lowerBound) {
        case UInt8(ascii: "-"): word.count == 2 || word.count == 6
        case UInt8(ascii: "B"), UInt8(ascii: "b"): word.count >= 5
        case UInt8(ascii: "C"): word.count == 4
        default: false
        }
    }
}
