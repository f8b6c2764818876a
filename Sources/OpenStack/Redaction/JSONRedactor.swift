import Bytes

/// A machine that writes JSON anew without its secrets.
struct JSONRedactor {
    private enum Container {
        case object, array

        var closing: UInt8 { self == .object ? .closeBrace : .closeBracket }
    }

    private let redaction: Redaction
    private let limit: Int
    private let nesting: Int
    private var stack: [Container] = []
    /// The innermost container has an element, so that a comma is due.
    private var needsComma = false
    private(set) var output: [UInt8] = []

    init(_ redaction: Redaction, limit: Int, nesting: Int = 0) {
        self.redaction = redaction
        self.limit = limit
        self.nesting = nesting
    }

    /// Reads the value in `text`; `false` where it is no whole JSON text, which is then closed where it ends.
    @discardableResult
    mutating func run(_ text: RawSpan) -> Bool {
        var scanner = JSONScanner(text, 0..<text.byteCount)
        writeValue(&scanner, text)
        while let container = stack.last, scanner.fault == .none {
            guard output.count < limit, stack.count <= Limits.jsonDepth else {
                close()
                return false
            }
            if container == .object {
                writeMember(&scanner, text)
            } else {
                writeElement(&scanner, text)
            }
        }
        guard scanner.fault == .none, scanner.isAtEnd(text) else {
            close()
            return false
        }
        return true
    }

    private mutating func writeMember(_ scanner: inout JSONScanner, _ text: RawSpan) {
        guard let key = scanner.nextKey(text) else {
            if scanner.fault == .none { endContainer() }
            return
        }
        beginElement()
        let name = key.decodedBytes(text)
        JSONEscapes.appendQuoted(redaction.redact(bytes: name) ?? name, to: &output)
        output.append(contentsOf: ": ".utf8)
        if redaction.isSecret(name: name) {
            writeHidden(scanner.readValue(text), text)
        } else {
            writeValue(&scanner, text)
        }
        if scanner.fault != .none, output.suffix(2).elementsEqual(": ".utf8) {
            output.append(contentsOf: "\"…\"".utf8)
        }
    }

    private mutating func writeElement(_ scanner: inout JSONScanner, _ text: RawSpan) {
        guard scanner.nextElement(text) else {
            if scanner.fault == .none { endContainer() }
            return
        }
        let start = output.count
        let neededComma = needsComma
        beginElement()
        let valueStart = output.count
        writeValue(&scanner, text)
        if output.count == valueStart {
            // What is not readable leaves no comma behind.
            output.removeLast(valueStart - start)
            needsComma = neededComma
        }
    }

    private mutating func writeValue(_ scanner: inout JSONScanner, _ text: RawSpan) {
        if scanner.beginObject(text) {
            begin(.object)
        } else if scanner.beginArray(text) {
            begin(.array)
        } else {
            let slot = scanner.readValue(text)
            switch slot.kind {
            case .absent: break
            case .string: writeString(slot.decodedBytes(text))
            case .number where !Self.isFinite(slot, text):
                JSONEscapes.appendQuoted(slot.decodedBytes(text), to: &output)
            default: output.append(contentsOf: slot.decodedBytes(text))
            }
        }
    }

    /// A string may hold JSON, which is then redacted and written into a string again.
    private mutating func writeString(_ bytes: [UInt8]) {
        let first = bytes.first { $0 > 0x20 }
        if !redaction.showsSecrets, first == .openBrace || first == .openBracket, nesting < Limits.jsonNesting {
            var inner = JSONRedactor(redaction, limit: max(0, limit - output.count), nesting: nesting + 1)
            if inner.run(bytes.span.bytes) {
                JSONEscapes.appendQuoted(inner.output, to: &output)
                return
            }
        }
        let text = redaction.redact(bytes: bytes) ?? bytes
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
        case .null, .true, .false: output.append(contentsOf: slot.decodedBytes(text))
        case .object where Self.isEmpty(slot, text), .array where Self.isEmpty(slot, text):
            output.append(contentsOf: slot.decodedBytes(text))
        case .string where slot.range.isEmpty: output.append(contentsOf: "\"\"".utf8)
        default: JSONEscapes.appendQuoted(Array(Redaction.mask.utf8), to: &output)
        }
    }

    private static func isEmpty(_ slot: JSONSlot, _ text: RawSpan) -> Bool {
        slot.range.dropFirst().dropLast().allSatisfy { text.byte($0) <= 0x20 }
    }

    private static func isFinite(_ slot: JSONSlot, _ text: RawSpan) -> Bool {
        switch text.byte(slot.range.upperBound - 1) {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }

    private mutating func begin(_ container: Container) {
        stack.append(container)
        output.append(container == .object ? .openBrace : .openBracket)
        needsComma = false
    }

    private mutating func beginElement() {
        if needsComma { output.append(contentsOf: ", ".utf8) }
        needsComma = true
    }

    private mutating func endContainer() {
        guard let container = stack.popLast() else { return }
        output.append(container.closing)
        needsComma = true
    }

    /// Ends the text early.
    private mutating func close() {
        if stack.isEmpty {
            if output.isEmpty { output.append(contentsOf: "\"…\"".utf8) }
            return
        }
        beginElement()
        output.append(contentsOf: (stack.last == .object ? "\"…\": \"…\"" : "\"…\"").utf8)
        while !stack.isEmpty { endContainer() }
    }
}
