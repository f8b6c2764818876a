import Bytes
import Synchronization

/// A machine that gives one stored `String` for the same bytes again and again, to all connections.
///
/// The names in frames (exchanges, routing keys, reply queues, consumer tags) repeat, and many connections say the same
/// ones. They are looked up in a table in which a new name takes the place of an old one.
final class ShortStringCache: Sendable {
    /// A power of two.
    private static let slotCount = 1024

    /// A value: a name, and what tells it from others quickly.
    private struct Slot {
        var key: Key
        var text: String
    }

    private let slots = Mutex<[Slot]>([])

    init() {}

    /// The text of a `shortstr` field, which is a length octet and as many bytes.
    func read(_ bytes: RawSpan, _ cursor: inout ByteCursor) throws(DecodeError) -> String {
        string(bytes, try cursor.readRange(Int(try cursor.readUInt8(bytes))))
    }

    /// The same of a name that a connection says once: it takes the place of none that is said with every message.
    static func readOnce(_ bytes: RawSpan, _ cursor: inout ByteCursor) throws(DecodeError) -> String {
        bytes.string(try cursor.readRange(Int(try cursor.readUInt8(bytes))))
    }

    func string(_ bytes: RawSpan, _ range: Range<Int>) -> String {
        guard !range.isEmpty else { return "" }
        let name = bytes.extracting(range)
        let key = Key(name)
        return slots.withLock { slots in
            if slots.isEmpty { slots = [Slot](repeating: Slot(key: Key.none, text: ""), count: Self.slotCount) }
            let place = key.hash & (Self.slotCount - 1)
            if slots[place].key == key, key.isWhole || Self.isEqual(slots[place].text, name) {
                return slots[place].text
            }
            let text = bytes.string(range)
            slots[place] = Slot(key: key, text: text)
            return text
        }
    }

    /// A value: the length of a name and its last sixteen bytes; of a shorter one all, its first and last bytes, which
    /// overlap.
    private struct Key: Equatable {
        let count: Int
        let first: UInt64
        let last: UInt64

        /// Of no name.
        static let none = Key(count: 0, first: 0, last: 0)

        private init(count: Int, first: UInt64, last: UInt64) {
            (self.count, self.first, self.last) = (count, first, last)
        }

        init(_ name: RawSpan) {
            count = name.byteCount
            if count >= 8 {
                first = name.uint64(at: max(0, count - 16))
                last = name.uint64(at: count - 8)
            } else if count >= 4 {
                first = UInt64(name.uint32(at: 0))
                last = UInt64(name.uint32(at: count - 4))
            } else {
                first = count > 1 ? UInt64(name.uint16(at: 0)) : 0
                last = count > 0 ? UInt64(name.uint8(at: count - 1)) : 0
            }
        }

        /// Whether names of the same key are the same.
        var isWhole: Bool { count <= 16 }

        var hash: Int {
            let mixed = (last ^ first &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(count)) &* 0xBF58_476D_1CE4_E5B9
            return Int(truncatingIfNeeded: mixed >> 32)
        }
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
