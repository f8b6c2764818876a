import Bytes

/// A value: where a JSON value stands in a text, without its content.
///
/// A slot means something only together with the text it was found in. A string's range lies between its quotes.
struct JSONSlot: Sendable {
    enum Kind: UInt8, Sendable {
        case absent, null, `false`, `true`, number, string, array, object
    }

    private(set) var kind = Kind.absent
    /// A string that holds escapes, so that its bytes are not its text.
    private(set) var hasEscapes = false
    /// The text is itself the inside of a JSON string, each quote of it written `\"` and each backslash `\\`.
    private(set) var isNested = false
    private var lower: Int32 = 0
    private var upper: Int32 = 0

    init() {}

    init(_ kind: Kind, _ range: Range<Int>, isNested: Bool, hasEscapes: Bool = false) {
        self.kind = kind
        self.hasEscapes = hasEscapes
        self.isNested = isNested
        lower = Int32(clamping: range.lowerBound)
        upper = Int32(clamping: range.upperBound)
    }

    var range: Range<Int> { Int(lower)..<Int(upper) }
    var isString: Bool { kind == .string }
    /// Whether the message has it at all, be it `null`.
    var isPresent: Bool { kind != .absent }
    /// Whether the message has it and it is not `null`.
    var hasValue: Bool { kind != .absent && kind != .null }

    var bool: Bool? {
        switch kind {
        case .true: true
        case .false: false
        default: nil
        }
    }

    /// Whether it is a string whose text is `name`.
    @inline(__always)
    func equals(_ name: StaticString, _ text: RawSpan) -> Bool {
        guard kind == .string else { return false }
        if hasEscapes { return equalsDecoded(name, text) }
        return Int(upper &- lower) == name.utf8CodeUnitCount && text.holds(name, at: Int(lower))
    }

    /// Whether it is a string without escapes that begins with `start`.
    func begins(with start: StaticString, _ text: RawSpan) -> Bool {
        kind == .string && !hasEscapes && start.utf8CodeUnitCount <= range.count && text.has(start, at: Int(lower))
    }

    /// Whether it is a string without escapes that holds `part`.
    func contains(_ part: StaticString, _ text: RawSpan) -> Bool {
        guard kind == .string, !hasEscapes, part.utf8CodeUnitCount <= range.count else { return false }
        return (Int(lower)...(Int(upper) - part.utf8CodeUnitCount)).contains { text.has(part, at: $0) }
    }

    /// Bytes of the string's text, escapes counted as what they stand for.
    @inline(__always)
    func textCount(_ text: RawSpan) -> Int {
        hasEscapes ? decodedBytes(text).count : Int(upper &- lower)
    }

    @inline(never)
    private func equalsDecoded(_ name: StaticString, _ text: RawSpan) -> Bool {
        let bytes = decodedBytes(text)
        guard bytes.count == name.utf8CodeUnitCount else { return false }
        return name.withUTF8Buffer { $0.elementsEqual(bytes) }
    }

    /// The text of a string, or of any other value its JSON text without the nesting.
    @inline(never)
    func decodedBytes(_ text: RawSpan) -> [UInt8] {
        var bytes: [UInt8] = []
        appendDecoded(text, to: &bytes)
        return bytes
    }

    /// Appends what `decodedBytes` gives.
    func appendDecoded(_ text: RawSpan, to bytes: inout [UInt8]) {
        guard isNested else {
            if kind == .string {
                JSONEscapes.appendUnescaped(text, range, to: &bytes)
            } else {
                bytes.reserveCapacity(bytes.count + range.count)
                text.extracting(range).withUnsafeBytes { bytes.append(contentsOf: $0) }
            }
            return
        }
        guard kind == .string, hasEscapes else {
            JSONEscapes.appendUnescaped(text, range, to: &bytes)
            return
        }
        var once: [UInt8] = []
        JSONEscapes.appendUnescaped(text, range, to: &once)
        JSONEscapes.appendUnescaped(once.span.bytes, 0..<once.count, to: &bytes)
    }
}
