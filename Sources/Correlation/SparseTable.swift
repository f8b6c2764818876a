public import Trace

/// A machine that keeps values under ids of `Element` that only grow, few of which are kept, in memory that follows their
/// number.
///
/// Ids are never used again, so what was forgotten leaves no trace. A look-up is a multiplication and about one
/// comparison: open addressing, at most half full, with multiplicative hashing, which spreads consecutive ids evenly
/// (Knuth, The Art of Computer Programming 3, 6.4). The values lie side by side; the last takes the place of one that goes.
///
/// It is public for the sake of speed, as `InPlace` is.
public struct SparseTable<Element, Value: Sendable>: Sendable {
    /// Indexes into the values; -1 where a slot is vacant.
    @usableFromInline var slots: [Int32] = []
    /// 64 less the binary logarithm of the number of slots.
    @usableFromInline var shift: UInt64 = 64
    @usableFromInline var values: [Value] = []
    /// The id of each value.
    @usableFromInline var keys: [TraceID<Element>] = []

    /// An empty table.
    @inlinable public init() {}

    /// How many values it keeps.
    @inlinable public var count: Int { values.count }

    /// The ids of all values, in the order of their places.
    @inlinable public var ids: [TraceID<Element>] { keys }

    /// Whether it keeps a value of `id`.
    @inlinable public func contains(_ id: TraceID<Element>) -> Bool { place(of: id) != nil }

    /// Where the value of `id` lies, until a value is removed.
    @inlinable public func place(of id: TraceID<Element>) -> Int? {
        guard !slots.isEmpty else { return nil }
        let found = slots[slot(of: id)]
        return found >= 0 ? Int(found) : nil
    }

    /// The value at a place.
    ///
    /// - Precondition: `place` was given by `place(of:)` or `insert` and nothing was removed since.
    @inlinable public subscript(at place: Int) -> Value {
        _read { yield values[place] }
        _modify { yield &values[place] }
    }

    /// The value of `id`.
    @inlinable public subscript(id: TraceID<Element>) -> Value? { place(of: id).map { values[$0] } }

    /// Keeps a value, in place of any of the same id.
    ///
    /// - Returns: the value's place.
    @inlinable @discardableResult
    public mutating func insert(_ value: Value, for id: TraceID<Element>) -> Int {
        if let place = place(of: id) {
            values[place] = value
            return place
        }
        if (count + 1) * 2 > slots.count { grow() }
        slots[slot(of: id)] = Int32(truncatingIfNeeded: count)
        values.append(value)
        keys.append(id)
        return count - 1
    }

    /// Removes the value of `id`; the last one takes its place.
    @inlinable @discardableResult
    public mutating func remove(_ id: TraceID<Element>) -> Value? {
        guard let place = place(of: id) else { return nil }
        vacate(slot(of: id))
        let last = count - 1
        if place != last {
            slots[slot(of: keys[last])] = Int32(truncatingIfNeeded: place)
            values.swapAt(place, last)
            keys.swapAt(place, last)
        }
        keys.removeLast()
        return values.removeLast()
    }

    /// Makes room for as many values at once, so that they take no more than they need.
    @inlinable public mutating func reserveCapacity(_ count: Int) {
        values.reserveCapacity(count)
        keys.reserveCapacity(count)
    }

    /// Removes all values.
    @inlinable public mutating func takeValues() -> [Value] {
        let taken = values
        self = SparseTable()
        return taken
    }

    // MARK: Slots

    /// The slot that holds `id`, else the vacant one where it belongs.
    ///
    /// - Precondition: there are slots, and one is vacant.
    @inlinable func slot(of id: TraceID<Element>) -> Int {
        var slot = home(of: id)
        while slots[slot] >= 0, keys[Int(slots[slot])] != id { slot = (slot + 1) & (slots.count - 1) }
        return slot
    }

    @inlinable func home(of id: TraceID<Element>) -> Int {
        Int(truncatingIfNeeded: (UInt64(truncatingIfNeeded: id.index) &* 0x9E37_79B9_7F4A_7C15) &>> shift)
    }

    @inlinable mutating func grow() {
        let size = max(8, slots.count * 2)
        shift = UInt64(64 - size.trailingZeroBitCount)
        slots = Array(repeating: -1, count: size)
        for place in keys.indices { slots[slot(of: keys[place])] = Int32(truncatingIfNeeded: place) }
    }

    /// Empties a slot and moves those behind it that were displaced by it, so that no search ends too early.
    @inlinable mutating func vacate(_ slot: Int) {
        let mask = slots.count - 1
        var hole = slot
        var next = (hole + 1) & mask
        while slots[next] >= 0 {
            let displacement = (next - home(of: keys[Int(slots[next])])) & mask
            if displacement >= (next - hole) & mask {
                slots[hole] = slots[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        slots[hole] = -1
    }
}
