import Bytes

/// A machine that writes JSON anew without its secrets.
///
/// A value is hidden by its key, by the name in the same object that it is the value of (`{"name": "password", "value":
/// "…"}`), by the name before it in a list (`["--password", "…"]`), or by what it looks like.
struct JSONRedactor {
    /// What is shown of values whose own names tell nothing.
    enum Scope {
        /// All that does not look like a secret.
        case open
        /// Secrets and facts stand side by side: nothing, unless its key is known to be harmless.
        case mixed
        /// The elements of a list with such a key: all, but objects are `.mixed` again.
        case harmless
    }

    let redaction: Redaction
    private let limit: Int
    private let nesting: Int
    private let encodings: Int
    private let scope: Scope
    var stack: [JSONRedactorFrame] = []
    /// The innermost container has an element, so that a comma is due.
    private var needsComma = false
    /// Parts of the output that turned out to be secret after they were written.
    var hidden: [Range<Int>] = []
    /// Values of heat's parameters by their names, and the names of those that are hidden.
    var parameters: [(name: [UInt8], value: Range<Int>)] = []
    var hiddenParameters: Set<[UInt8]> = []
    /// Whether anything was masked.
    var hidesSomething = false
    var output: [UInt8] = []

    /// - Parameters:
    ///   - nesting: texts of JSON inside strings that this one stands in.
    ///   - encodings: encodings that it was unpacked from.
    init(_ redaction: Redaction, limit: Int, nesting: Int = 0, encodings: Int = 0, scope: Scope = .open) {
        self.redaction = redaction
        self.limit = limit
        self.nesting = nesting
        self.encodings = encodings
        self.scope = scope
    }

    /// Reads the value in `text`; `false` where it is no whole JSON text, which is then closed where it ends.
    @discardableResult
    mutating func run(_ text: RawSpan) -> Bool {
        var scanner = JSONScanner(text, 0..<text.byteCount)
        writeValue(&scanner, text, scope)
        while let frame = stack.last, scanner.fault == .none {
            guard output.count < limit, stack.count <= Limits.jsonDepth else {
                close()
                return false
            }
            if frame.isObject {
                writeMember(&scanner, text)
            } else {
                writeElement(&scanner, text)
            }
        }
        guard scanner.fault == .none, scanner.isAtEnd(text) else {
            close()
            return false
        }
        cover()
        return true
    }

    // MARK: Members and elements

    private mutating func writeMember(_ scanner: inout JSONScanner, _ text: RawSpan) {
        endValue()
        guard let key = scanner.nextKey(text) else {
            if scanner.fault == .none { endContainer() }
            return
        }
        beginElement()
        if key.hasEscapes {
            let name = key.decodedBytes(text)
            writeMember(name.span.bytes, name.indices, isDecoded: true, &scanner, text)
        } else {
            writeMember(text, key.range, isDecoded: false, &scanner, text)
        }
        if scanner.fault != .none, output.suffix(2).elementsEqual(": ".utf8) {
            output.append(contentsOf: "\"…\"".utf8)
        }
    }

    /// - Parameter isDecoded: whether the name's escapes were undone, so that it must be escaped again.
    private mutating func writeMember(
        _ names: RawSpan, _ name: Range<Int>, isDecoded: Bool, _ scanner: inout JSONScanner, _ text: RawSpan
    ) {
        let found = redaction.showsSecrets ? SecretNames.Match() : SecretNames.find(names, name)
        if found.isWord, name.count <= limit - output.count {
            appendQuoted(names, name)
        } else if isDecoded || !writeClean(names, name) {
            writeText(names.extracting(name).array())
        }
        output.append(.colon)
        output.append(0x20)
        let depth = stack.count
        noteParameter(names, name)
        defer { if stack.count > depth { stack[depth].isParameters = Self.isParameters(names, name) } }
        switch found.kind {
        case .secret: writeHidden(scanner.readValue(text), text)
        case .mixed: writeValue(&scanner, text, .mixed)
        case .content: writeContent(&scanner, text)
        case .plain where redaction.showsSecrets: writeValue(&scanner, text, .open)
        case .plain: writePlain(names, name, found, &scanner, text)
        }
    }

    /// A member whose key says nothing; it may be half of a pair.
    private mutating func writePlain(
        _ names: RawSpan, _ name: Range<Int>, _ found: SecretNames.Match, _ scanner: inout JSONScanner,
        _ text: RawSpan
    ) {
        guard !stack.isEmpty else { return }
        let outer = stack[stack.count - 1].scope
        var scope = outer
        if scope != .open { scope = HarmlessNames.contains(names, name) ? .harmless : .mixed }
        if found.mayName, scanner.peek(text) == .quote {
            let slot = scanner.readValue(text)
            guard slot.isString else { return }
            let isName: Bool
            if slot.hasEscapes {
                let value = slot.decodedBytes(text)
                isName = note(value.span.bytes, value.indices, found, in: outer)
            } else {
                isName = note(text, slot.range, found, in: outer)
            }
            return writeString(slot, text, isName ? .open : scope)
        }
        if found.mayBeValue {
            if stack[stack.count - 1].naming == .harmless, found.isValue { scope = .harmless }
            stack[stack.count - 1].value = .init(start: output.count, endsInValue: found.endsInValue)
        }
        writeValue(&scanner, text, scope)
    }

    /// Notes what a text says that the member `value` of the same object is; returns whether it is a name at all.
    private mutating func note(
        _ text: RawSpan, _ value: Range<Int>, _ found: SecretNames.Match, in scope: Scope
    ) -> Bool {
        if PairNames.isSecretPath(text, value) {
            stack[stack.count - 1].namesSecretValue = true
            if found.isNaming { stack[stack.count - 1].naming = .secret }
        } else if found.isNaming, scope != .open, HarmlessNames.contains(text, value) {
            stack[stack.count - 1].naming = .harmless
        }
        return found.isNaming && value.count <= 64
            && value.allSatisfy {
                let byte = text.byte($0)
                return byte.isWordByte || byte == UInt8(ascii: ".") || byte == .colon
            }
    }

    /// A value that is hidden unless others lie in it, which their own keys tell of.
    private mutating func writeContent(_ scanner: inout JSONScanner, _ text: RawSpan) {
        let first = scanner.peek(text)
        if first == .openBrace || first == .openBracket {
            writeValue(&scanner, text, stack.last?.scope == .open ? .open : .mixed)
        } else {
            writeHidden(scanner.readValue(text), text)
        }
    }

    private mutating func writeElement(_ scanner: inout JSONScanner, _ text: RawSpan) {
        guard scanner.nextElement(text), !stack.isEmpty else {
            if scanner.fault == .none { endContainer() }
            return
        }
        let start = output.count
        let neededComma = needsComma
        beginElement()
        let valueStart = output.count
        if !redaction.showsSecrets, stack[stack.count - 1].awaitsValue || scanner.peek(text) == .quote {
            writeListed(&scanner, text)
        } else {
            writeValue(&scanner, text, stack[stack.count - 1].scope)
        }
        if output.count == valueStart {
            // What is not readable leaves no comma behind.
            output.removeLast(valueStart - start)
            needsComma = neededComma
        }
    }

    /// An element that may be a secret's name or stand behind one.
    private mutating func writeListed(_ scanner: inout JSONScanner, _ text: RawSpan) {
        let slot = scanner.readValue(text)
        guard scanner.fault == .none else { return }
        guard slot.isString else {
            stack[stack.count - 1].awaitsValue = false
            return writeHidden(slot, text)
        }
        if stack[stack.count - 1].isInBlock, writeBlockLine(slot, text) { return }
        if writeCommandWord(slot, text) { return }
        let isValue: Bool
        if slot.hasEscapes {
            let value = slot.decodedBytes(text)
            isValue = takesAsValue(value.span.bytes, value.indices)
        } else {
            isValue = takesAsValue(text, slot.range)
        }
        if isValue { return writeHidden(slot, text) }
        writeString(slot, text, stack[stack.count - 1].scope)
        noteBlock(slot, text)
    }

    /// Whether a text in a list is what a name before it stands for; it may be such a name itself, or an option between.
    private mutating func takesAsValue(_ text: RawSpan, _ value: Range<Int>) -> Bool {
        let last = stack.count - 1
        if PairNames.takesGluedPassword(text, value) {
            stack[last].takesGluedPassword = true
        } else if stack[last].takesGluedPassword, value.count > 2, text.extracting(value).matches("-p") {
            return true
        }
        let isOption = PairNames.isOption(text, value)
        let isSecretName = PairNames.isSecretName(text, value)
        if stack[last].awaitsValue, !isOption || isSecretName,
            value.count > 64 || !HarmlessNames.isField(text, value)
        {
            // `password 7 …`: how it is encrypted.
            stack[last].awaitsValue = value.count == 1 && text.byte(value.lowerBound).isDigit
            return true
        }
        stack[last].awaitsValue = isSecretName || stack[last].awaitsValue && isOption
        return false
    }

    // MARK: Values

    private mutating func writeValue(_ scanner: inout JSONScanner, _ text: RawSpan, _ scope: Scope) {
        if scanner.beginObject(text) {
            begin(isObject: true, scope == .harmless ? .mixed : scope)
        } else if scanner.beginArray(text) {
            begin(isObject: false, scope)
        } else {
            let slot = scanner.readValue(text)
            switch slot.kind {
            case .absent: break
            case .string: writeString(slot, text, scope)
            case .number where scope == .mixed: writeHidden(slot, text)
            case .number where !text.isNumber(slot.range):
                JSONEscapes.appendQuoted(slot.decodedBytes(text), to: &output)
            default: append(text, slot.range)
            }
        }
    }

    /// A string may hold JSON, which is then redacted and written into a string again.
    mutating func writeString(_ slot: JSONSlot, _ text: RawSpan, _ scope: Scope) {
        if scope != .mixed, !slot.hasEscapes, writeClean(text, slot.range) { return }
        let bytes = slot.decodedBytes(text)
        let first = bytes.first { $0 > 0x20 }
        if !redaction.showsSecrets, first == .openBrace || first == .openBracket, nesting < Limits.jsonNesting {
            var inner = JSONRedactor(
                redaction, limit: max(0, limit - output.count), nesting: nesting + 1, encodings: encodings,
                scope: scope)
            if inner.run(bytes.span.bytes) {
                if inner.hidesSomething { hidesSomething = true }
                JSONEscapes.appendQuoted(inner.output, to: &output)
                return
            }
        }
        if scope == .mixed, !redaction.showsSecrets {
            if TextRedactor.isHarmless(bytes[...]) { writeText(bytes) } else { writeMask() }
            return
        }
        writeText(bytes)
    }

    /// Writes a text without escapes as it is; `false` where it must be looked at.
    private mutating func writeClean(_ text: RawSpan, _ range: Range<Int>) -> Bool {
        guard !redaction.showsSecrets, range.count <= limit - output.count else { return false }
        if !ByteClass.isPlain(text, range) {
            guard !EncodedText.isUserData(text, range) else { return false }
            var search = SecretSearch()
            let place = search.next(text, from: range.lowerBound, in: range, stopsAtControls: true)
            guard place == range.upperBound else { return false }
        }
        appendQuoted(text, range)
        return true
    }

    private mutating func appendQuoted(_ text: RawSpan, _ range: Range<Int>) {
        output.append(.quote)
        append(text, range)
        output.append(.quote)
    }

    private mutating func append(_ text: RawSpan, _ range: Range<Int>) {
        text.extracting(range).withUnsafeBytes { output.append(contentsOf: $0) }
    }

    /// A text without its secrets, as long as there is room.
    private mutating func writeText(_ bytes: [UInt8]) {
        var text = bytes
        if !redaction.showsSecrets, let redacted = TextRedactor.redact(bytes, nesting: encodings) {
            text = redacted
            hidesSomething = true
        }
        let room = max(0, limit - output.count)
        JSONEscapes.appendQuoted(text.count <= room ? text : Self.prefix(text, room), to: &output)
    }

    /// At most `count` bytes, and no part of a character, with `…` behind.
    private static func prefix(_ text: [UInt8], _ count: Int) -> [UInt8] {
        var end = min(count, text.count)
        while end > 0, end < text.count, text[end] & 0xC0 == 0x80 { end -= 1 }
        return text[..<end] + Array("…".utf8)
    }

    /// The value of a secret key: that there is none may be seen.
    private mutating func writeHidden(_ slot: JSONSlot, _ text: RawSpan) {
        switch slot.kind {
        case .absent: break
        case .null, .true, .false: output.append(contentsOf: slot.decodedBytes(text))
        case .object where Self.isEmpty(slot, text), .array where Self.isEmpty(slot, text):
            output.append(contentsOf: slot.decodedBytes(text))
        case .string where slot.range.count <= 5 && TextRedactor.isHarmless(slot.decodedBytes(text)[...]):
            JSONEscapes.appendQuoted(slot.decodedBytes(text), to: &output)
        default: writeMask()
        }
    }

    mutating func writeMask() {
        hidesSomething = true
        JSONEscapes.appendQuoted(Array(Redaction.mask.utf8), to: &output)
    }

    private static func isEmpty(_ slot: JSONSlot, _ text: RawSpan) -> Bool {
        // The bracket at its end may be another.
        text.byte(slot.range.upperBound - 1) == (slot.kind == .object ? .closeBrace : .closeBracket)
            && slot.range.dropFirst().dropLast().allSatisfy {
                // White space of JSON (RFC 8259, 2).
                [0x20, 0x09, 0x0A, 0x0D].contains(text.byte($0))
            }
    }

    // MARK: Containers

    private mutating func begin(isObject: Bool, _ scope: Scope) {
        let isParameter = isObject && stack.last?.isParameters == true
        stack.append(JSONRedactorFrame(isObject: isObject, scope: scope, isParameter: isParameter))
        output.append(isObject ? .openBrace : .openBracket)
        needsComma = false
    }

    private mutating func beginElement() {
        if needsComma {
            output.append(.comma)
            output.append(0x20)
        }
        needsComma = true
    }

    /// The value that a member of a pair had is written.
    private mutating func endValue() {
        endParameter()
        guard let value = stack.last?.value else { return }
        stack[stack.count - 1].value = nil
        stack[stack.count - 1].values.append((value.start..<output.count, value.endsInValue))
    }

    private mutating func endContainer() {
        endValue()
        guard let frame = stack.popLast() else { return }
        if frame.isHiddenParameter { hideParameter(frame) }
        for (range, endsInValue) in frame.values
        where frame.naming == .secret || frame.namesSecretValue && endsInValue {
            hidden.append(range)
        }
        output.append(frame.isObject ? .closeBrace : .closeBracket)
        needsComma = true
    }

    /// Ends the text early.
    private mutating func close() {
        if stack.isEmpty {
            if output.isEmpty { output.append(contentsOf: "\"…\"".utf8) }
            return
        }
        endValue()
        beginElement()
        output.append(contentsOf: (stack.last?.isObject == true ? "\"…\": \"…\"" : "\"…\"").utf8)
        while !stack.isEmpty { endContainer() }
        cover()
    }
}
