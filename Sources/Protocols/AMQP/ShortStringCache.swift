import Bytes

/// A machine that gives one stored `String` for the same bytes again and again.
///
/// The names in frames (exchanges, routing keys, reply queues, consumer tags) repeat on a connection. Those of up to 15
/// bytes fit into a `String` without an allocation; longer ones are looked up in a small table in which a new name takes
/// the place of an old one.
struct ShortStringCache {
    private static let slotCount = 32
    private var slots: [String] = []

    /// The text of a `shortstr` field, which is a length octet and as many bytes.
    mutating func read(_ bytes: RawSpan, _ cursor: inout ByteCursor) throws(DecodeError) -> String {
        string(bytes, try cursor.readRange(Int(try cursor.readUInt8(bytes))))
    }

    mutating func string(_ bytes: RawSpan, _ range: Range<Int>) -> String {
        guard range.count > 15 else { return bytes.string(range) }
        let text = bytes.extracting(range)
        let slot = text.withUnsafeBytes { ShortStringCache.slot($0) }
        if slots.isEmpty { slots = [String](repeating: "", count: ShortStringCache.slotCount) }
        if ShortStringCache.isEqual(slots[slot], text) { return slots[slot] }
        let string = bytes.string(range)
        slots[slot] = string
        return string
    }

    /// FNV-1a over the length and the last 16 bytes: names differ at their end (`compute.host7`, `reply_…`).
    private static func slot(_ text: UnsafeRawBufferPointer) -> Int {
        var hash = 0xCBF2_9CE4_8422_2325 ^ UInt64(text.count)
        for byte in text.suffix(16) {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        return Int(truncatingIfNeeded: (hash ^ hash >> 32) % UInt64(slotCount))
    }

    private static func isEqual(_ string: String, _ text: RawSpan) -> Bool {
        guard string.utf8.count == text.byteCount else { return false }
        let same = string.utf8.withContiguousStorageIfAvailable { stored in
            text.withUnsafeBytes { UnsafeRawBufferPointer(stored).elementsEqual($0) }
        }
        return same ?? false
    }
}
