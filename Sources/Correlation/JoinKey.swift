/// A value: an id that messages are joined by: `_unique_id`, `_msg_id` or what stands for it.
///
/// oslo.messaging's are a uuid in hexadecimal digits (`uuid.uuid4().hex`), which is kept as a number; any other text is
/// kept as it is.
enum JoinKey: Hashable, Sendable {
    case number(UInt64, UInt64)
    case text(String)

    init(_ text: String) {
        guard text.utf8.count == 32, let (high, low) = unsafe Self.number(text.utf8.span.bytes) else {
            self = .text(text)
            return
        }
        self = .number(high, low)
    }

    /// What 32 hexadecimal digits in lower case say, in an order of its own; other digits are another text.
    private static func number(_ text: RawSpan) -> (UInt64, UInt64)? {
        guard let first = digits(text, from: 0), let second = digits(text, from: 8),
            let third = digits(text, from: 16), let fourth = digits(text, from: 24)
        else { return nil }
        return (first << 4 | second, third << 4 | fourth)
    }

    /// The values of eight digits, each in a byte of its own.
    private static func digits(_ text: RawSpan, from start: Int) -> UInt64? {
        let each: UInt64 = 0x0101_0101_0101_0101
        let bytes = unsafe text.unsafeLoadUnaligned(fromByteOffset: start, as: UInt64.self)
        let letters = (bytes >> 6) & each
        let values = (bytes & (each &* 0x0F)) &+ letters &* 9
        // `0` is 0x30, and `a` 0x61. A byte that is no digit has another value, or is not what the value is written as.
        let isWritten = values &+ each &* 0x30 &+ letters &* 0x27 == bytes
        let areLetters = ((values &+ each &* 6) >> 4) & each == letters
        return isWritten && areLetters && values & (each &* 0x10) == 0 ? values : nil
    }
}
