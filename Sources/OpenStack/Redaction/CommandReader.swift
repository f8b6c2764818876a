import Bytes

/// A machine that reads the words of a command line and says what of each is secret.
struct CommandReader: Sendable {
    private let program: SecretProgram
    /// What the next word is the value of.
    private var option: SecretProgram.Option?
    private var skipsNext = false
    private var operands = 0
    /// The operand that is secret; `nil` for none.
    private var place: Int?
    private var seenFlags: Set<Character> = []
    /// Whether the last operand is a secret's name.
    private var isBehindName = false
    /// Whether what comes is a command of its own.
    private var isOver = false
    private var verbs: Set<String> = []

    init(_ program: SecretProgram) {
        self.program = program
        place = program.operandFlags == nil ? program.operands[""] : nil
    }

    /// Whether the words read last stand between a subcommand and its secret.
    var awaitsOperand: Bool { place.map { operands < $0 } ?? false }

    /// Whether words between may be secrets themselves, in doubt.
    var isSpoken: Bool { program.isSpoken }

    /// What of the next word is secret.
    mutating func read(_ text: RawSpan, _ word: Range<Int>) -> Range<Int>? {
        if isOver { return nil }
        if let option {
            self.option = nil
            return part(option.part, text, word)
        }
        if skipsNext {
            skipsNext = false
            return nil
        }
        if word.count > 1, text.byte(word.lowerBound) == UInt8(ascii: "-") {
            let isLong = !program.glues || text.byte(word.lowerBound + 1) == UInt8(ascii: "-")
            return isLong ? readLong(text, word) : readShort(text, word)
        }
        return readOperand(text, word)
    }

    private mutating func readLong(_ text: RawSpan, _ word: Range<Int>) -> Range<Int>? {
        let equals = word.first { text.byte($0) == UInt8(ascii: "=") }
        let name = text.string(word.lowerBound..<(equals ?? word.upperBound))
        guard let found = wanted.first(where: { $0.names.contains(name) }) else { return nil }
        guard let equals else {
            option = found
            return nil
        }
        return part(found.part, text, (equals + 1)..<word.upperBound)
    }

    private mutating func readShort(_ text: RawSpan, _ word: Range<Int>) -> Range<Int>? {
        for index in (word.lowerBound + 1)..<word.upperBound {
            let letter = Character(Unicode.Scalar(text.byte(index)))
            let isLast = index + 1 == word.upperBound
            if let found = wanted.first(where: { $0.names.contains("-\(letter)") }) {
                if isLast {
                    option = found
                    return nil
                }
                return part(found.part, text, (index + 1)..<word.upperBound)
            }
            seenFlags.insert(letter)
            if program.valued.contains(letter) {
                skipsNext = isLast
                break
            }
            guard program.operandFlags != nil || program.flags.contains(letter) else { break }
        }
        if let flags = program.operandFlags, seenFlags.contains(flags.needed) {
            place = program.operands[""].map { seenFlags.contains(flags.shortening) ? $0 - 1 : $0 }
        }
        return nil
    }

    private mutating func readOperand(_ text: RawSpan, _ word: Range<Int>) -> Range<Int>? {
        if word.count <= 32 {
            let name = text.string(word)
            verbs.insert(name)
            if !name.isEmpty, let found = program.operands[name] {
                (place, operands) = (found, 0)
                return nil
            }
        }
        if program.wrapsCommand { isOver = true }
        if program.isOfWindows, isPassedOver(text, word) { return nil }
        if program.hasTypes, operands + 1 == place, word.count == 1, text.byte(word.lowerBound).isDigit { return nil }
        operands += 1
        defer { if program.isKeyed { isBehindName = SecretNames.kindInText(text, word) == .secret } }
        if operands == place, !program.isKeyed || isBehindName { return part(program.operandPart, text, word) }
        // Prose says `password`, and no setting is called so.
        if program.namesOperand, word.count > 12, SecretNames.kindInText(text, word) == .secret {
            (place, operands) = (1, 0)
        }
        return nil
    }

    /// Whether a word is an option, a host or a drive of Windows.
    private func isPassedOver(_ text: RawSpan, _ word: Range<Int>) -> Bool {
        switch text.byte(word.lowerBound) {
        case UInt8(ascii: "/"), .backslash: true
        case UInt8(ascii: "*"): word.count == 1
        default: word.count == 2 && text.byte(word.lowerBound + 1) == .colon
        }
    }

    private var wanted: [SecretProgram.Option] {
        program.options.filter { $0.verb.map(verbs.contains) ?? true }
    }

    private func part(_ part: SecretProgram.Part, _ text: RawSpan, _ range: Range<Int>) -> Range<Int>? {
        var start = range.lowerBound
        // Quotes that begin within a word, `-u'admin:…'`.
        while start < range.upperBound, text.byte(start) == .backslash || text.byte(start).isQuote { start += 1 }
        if case .behind(let sign) = part, let sign = sign.asciiValue {
            guard let place = (start..<range.upperBound).first(where: { text.byte($0) == sign }) else { return nil }
            start = place + 1
        }
        return start < range.upperBound ? start..<range.upperBound : nil
    }
}
