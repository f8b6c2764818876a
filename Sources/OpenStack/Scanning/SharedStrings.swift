import Bytes
import Trace

/// A machine that makes strings of a text's bytes and gives the same string again for the same bytes.
///
/// Methods, hosts, request ids and uuids come in thousands of messages: shared, they are allocated once. A table of
/// `Limits.sharedStrings` places; of the names that fall into one place or the one beside it the last two stay.
struct SharedStrings {
    private let redaction: Redaction
    private var places: [String] = []

    init(_ redaction: Redaction) {
        self.redaction = redaction
    }

    /// The text without its secrets: a name may be anything.
    mutating func string(_ text: RawSpan, _ range: Range<Int>) -> String {
        let count = range.count
        // Up to 15 bytes lie in the String itself, but are looked at for secrets all the same.
        guard count >= 8, count <= Limits.sharedStringBytes else { return redacted(text, range) }
        if places.isEmpty { places = Array(repeating: "", count: Limits.sharedStrings) }
        let place = Self.hash(text, range) & (Limits.sharedStrings - 1)
        if Self.isSame(places[place], text, range) { return places[place] }
        // Two that are seen by turns stand side by side.
        if Self.isSame(places[place ^ 1], text, range) { return places[place ^ 1] }
        let string = redacted(text, range)
        places[place ^ 1] = places[place]
        places[place] = string
        return string
    }

    private func redacted(_ text: RawSpan, _ range: Range<Int>) -> String {
        guard !redaction.isClean(text.extracting(range)) else { return text.boundedString(range) }
        return redaction.redact(text: text.string(range)).bounded
    }

    /// Mixes every byte, eight at a time, the last eight overlapping those before.
    private static func hash(_ text: RawSpan, _ range: Range<Int>) -> Int {
        var hash = UInt64(truncatingIfNeeded: range.count)
        var offset = range.lowerBound
        while offset < range.upperBound {
            let start = min(offset, range.upperBound - 8)
            let word = text.unsafeLoadUnaligned(fromUncheckedByteOffset: start, as: UInt64.self)
            hash = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash >> 32
            offset += 8
        }
        return Int(truncatingIfNeeded: hash >> 20)
    }

    private static func isSame(_ string: String, _ text: RawSpan, _ range: Range<Int>) -> Bool {
        guard string.utf8.count == range.count else { return false }
        return string.utf8.withContiguousStorageIfAvailable { bytes in
            let stored = UnsafeRawBufferPointer(bytes)
            var index = 0
            // The last step overlaps the one before.
            while index < stored.count {
                let start = min(index, stored.count - 8)
                if stored.loadUnaligned(fromByteOffset: start, as: UInt64.self)
                    != text.unsafeLoadUnaligned(
                        fromUncheckedByteOffset: range.lowerBound + start, as: UInt64.self)
                {
                    return false
                }
                index += 8
            }
            return true
        } ?? false
    }
}

extension RawSpan {
    /// A string of the bytes; of very many the first, and how many there are.
    fileprivate func boundedString(_ range: Range<Int>) -> String {
        guard range.count > Limits.nameBytes else { return string(range) }
        return string(range.prefix(Limits.nameBytes)) + "… (\(range.count) bytes)"
    }
}

extension String {
    /// Of a very long string the beginning, and how many bytes there are.
    var bounded: String {
        guard utf8.count > Limits.nameBytes else { return self }
        return bounded(toBytes: Limits.nameBytes) + "… (\(utf8.count) bytes)"
    }
}

/// A machine that turns slots into values of Swift.
struct SlotReader {
    private let redaction: Redaction
    var shared: SharedStrings

    init(_ redaction: Redaction) {
        self.redaction = redaction
        shared = SharedStrings(redaction)
    }

    /// The text of a string that is seen again and again; `nil` for anything but a string.
    mutating func name(_ slot: JSONSlot, _ text: RawSpan) -> String? {
        guard slot.isString else { return nil }
        return slot.hasEscapes ? self.text(slot, text) : shared.string(text, slot.range)
    }

    /// The text of a string that is seen once or twice, without its secrets; `nil` for anything but a string.
    func text(_ slot: JSONSlot, _ text: RawSpan) -> String? {
        Self.text(slot, text).map { redaction.redact(text: $0).bounded }
    }

    /// The text of a string as it is; `nil` for anything but a string.
    static func text(_ slot: JSONSlot, _ text: RawSpan) -> String? {
        guard slot.isString else { return nil }
        guard slot.hasEscapes else { return text.string(slot.range) }
        return String(decoding: slot.decodedBytes(text), as: UTF8.self)
    }

    /// A string that has the shape of a uuid, 8-4-4-4-12 hexadecimal digits.
    mutating func uuid(_ slot: JSONSlot, _ text: RawSpan) -> String? {
        guard slot.isString else { return nil }
        if slot.hasEscapes {
            let bytes = slot.decodedBytes(text)
            return Self.isUUID(bytes.span.bytes, 0..<bytes.count) ? String(decoding: bytes, as: UTF8.self) : nil
        }
        return Self.isUUID(text, slot.range) ? shared.string(text, slot.range) : nil
    }

    /// `null` is `.none`, a string that it is, anything else not known.
    mutating func known(_ slot: JSONSlot, _ text: RawSpan) -> Known<String> {
        switch slot.kind {
        case .null: .none
        case .string: name(slot, text).map(Known.some) ?? .unknown
        default: .unknown
        }
    }

    /// A power state, a name or a number.
    mutating func powerState(_ slot: JSONSlot, _ text: RawSpan) -> Known<String> {
        guard slot.kind == .number else { return known(slot, text) }
        return Self.number(slot, text).flatMap(Int.init(exactly:)).flatMap(PowerState.name).map(Known.some) ?? .unknown
    }

    static func number(_ slot: JSONSlot, _ text: RawSpan) -> Double? {
        guard slot.kind == .number, slot.range.count <= 64 else { return nil }
        return Double(text.string(slot.range))
    }

    /// Whether it is a string of the shape of a uuid, without escapes.
    static func isUUID(_ slot: JSONSlot, _ text: RawSpan) -> Bool {
        slot.isString && !slot.hasEscapes && isUUID(text, slot.range)
    }

    private static func isUUID(_ text: RawSpan, _ range: Range<Int>) -> Bool {
        guard range.count == 36 else { return false }
        for index in 0..<36 {
            let byte = text.byte(range.lowerBound + index)
            switch index {
            case 8, 13, 18, 23:
                guard byte == UInt8(ascii: "-") else { return false }
            default:
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
                    UInt8(ascii: "A")...UInt8(ascii: "F"):
                    continue
                default: return false
                }
            }
        }
        return true
    }
}
