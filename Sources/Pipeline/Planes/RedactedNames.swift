import Bytes
import OpenStack

/// A machine that takes secrets out of names, and keeps what came of those that were said last: nearly every message says
/// names that others said before it.
struct RedactedNames {
    /// A power of two.
    private static let slotCount = 256

    private let redaction: Redaction
    private var slots = [(name: String, redacted: String)](repeating: ("", ""), count: slotCount)

    init(_ redaction: Redaction) {
        self.redaction = redaction
    }

    /// As `Redaction.redact(text:)`.
    mutating func redact(_ name: String) -> String {
        let place = Self.hash(name.utf8.span.bytes) & (Self.slotCount - 1)
        if slots[place].name == name { return slots[place].redacted }
        let redacted = redaction.redact(text: name)
        slots[place] = (name, redacted)
        return redacted
    }

    /// Mixes the length and the last eight bytes: names differ at their end (`compute.host7`, `reply_…`).
    private static func hash(_ name: RawSpan) -> Int {
        let count = name.byteCount
        var last: UInt64 = 0
        if count >= 8 {
            last = name.uint64(at: count - 8)
        } else {
            for place in 0..<count { last = last << 8 | UInt64(name.uint8(at: place)) }
        }
        return Int(truncatingIfNeeded: ((last ^ UInt64(count)) &* 0x9E37_79B9_7F4A_7C15) >> 32)
    }
}
