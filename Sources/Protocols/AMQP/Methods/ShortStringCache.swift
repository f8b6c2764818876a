import Bytes

/// A machine that gives one stored `String` for the same bytes again and again.
///
/// The names in frames (exchanges, routing keys, reply queues, consumer tags) repeat on a connection. Those of up to 15
/// bytes fit into a `String` without an allocation; longer ones are looked up in a small table in which a new name takes
/// the place of an old one.
struct ShortStringCache {
    /// Powers of two: most connections know a few names, and some thousands of them may be open.
    private static let (slotsAtFirst, slotsAtMost) = (4, 32)
    private var slots: [String] = []

    /// The text of a `shortstr` field, which is a length octet and as many bytes.
    mutating func read(_ bytes: RawSpan, _ cursor: inout ByteCursor) throws(DecodeError) -> String {
        string(bytes, try cursor.readRange(Int(try cursor.readUInt8(bytes))))
    }

    /// The same of a name that a connection says once: it takes the place of none that is said with every message.
    static func readOnce(_ bytes: RawSpan, _ cursor: inout ByteCursor) throws(DecodeError) -> String {
        bytes.string(try cursor.readRange(Int(try cursor.readUInt8(bytes))))
    }

    mutating func string(_ bytes: RawSpan, _ range: Range<Int>) -> String {
        guard range.count > 15 else { return bytes.string(range) }
        let text = bytes.extracting(range)
        if slots.isEmpty { slots = [String](repeating: "", count: ShortStringCache.slotsAtFirst) }
        let mixed = ShortStringCache.mix(text)
        var slot = mixed & (slots.count - 1)
        if ShortStringCache.isEqual(slots[slot], text) { return slots[slot] }
        let string = bytes.string(range)
        if !slots[slot].isEmpty, slots.count < ShortStringCache.slotsAtMost {
            slots = [String](repeating: "", count: ShortStringCache.slotsAtMost)
            slot = mixed & (slots.count - 1)
        }
        slots[slot] = string
        return string
    }

    /// Mixes the length and the last 16 bytes: names differ at their end (`compute.host7`, `reply_…`).
    private static func mix(_ text: RawSpan) -> Int {
        let end = text.byteCount
        let last = text.unsafeLoadUnaligned(fromByteOffset: end - 8, as: UInt64.self)
        let previous = text.unsafeLoadUnaligned(fromByteOffset: end - 16, as: UInt64.self)
        let mixed = (last ^ previous &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(end)) &* 0xBF58_476D_1CE4_E5B9
        return Int(truncatingIfNeeded: mixed >> 32)
    }

    /// Compares eight bytes at a time, the last eight once more where the length is no multiple.
    private static func isEqual(_ string: String, _ text: RawSpan) -> Bool {
        let count = text.byteCount
        guard string.utf8.count == count, count >= 8 else { return false }
        let same = string.utf8.withContiguousStorageIfAvailable { stored in
            let stored = UnsafeRawBufferPointer(stored)
            for offset in stride(from: 0, to: count, by: 8) {
                let at = min(offset, count - 8)
                guard
                    stored.loadUnaligned(fromByteOffset: at, as: UInt64.self)
                        == text.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)
                else { return false }
            }
            return true
        }
        return same ?? false
    }
}
