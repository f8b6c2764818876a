import Trace

/// A machine that finds what is joined by an id.
///
/// Numbers lie in one table with open addressing, at most half full. They are mixed with a seed of the process, so that
/// who makes up ids cannot make them meet in one place; nothing is ever listed, so that no output shows the order.
struct JoinTable<Element>: Sendable {
    private struct Slot: Sendable {
        var high: UInt64 = 0
        var low: UInt64 = 0
        /// Below 0 where the slot is vacant.
        var index = -1
    }

    private var slots: [Slot] = []
    private var numbers = 0
    private var texts: [String: TraceID<Element>] = [:]
    private let seed: (UInt64, UInt64)

    init() {
        seed = (Self.random(0), Self.random(1))
    }

    /// What hashing of the process makes of a number.
    private static func random(_ number: Int) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(number)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    var count: Int { numbers + texts.count }

    subscript(key: JoinKey) -> TraceID<Element>? {
        switch key {
        case .number(let high, let low):
            guard !slots.isEmpty else { return nil }
            let index = slots[slot(of: high, low)].index
            return index < 0 ? nil : TraceID(index)
        case .text(let text):
            return texts[text]
        }
    }

    /// Takes `id` for what the key joins from now on.
    mutating func insert(_ id: TraceID<Element>, for key: JoinKey) {
        switch key {
        case .number(let high, let low):
            if (numbers + 1) * 2 > slots.count { grow() }
            let slot = slot(of: high, low)
            if slots[slot].index < 0 { numbers += 1 }
            slots[slot] = Slot(high: high, low: low, index: id.index)
        case .text(let text):
            texts[text] = id
        }
    }

    mutating func remove(_ key: JoinKey) {
        switch key {
        case .number(let high, let low):
            guard !slots.isEmpty else { return }
            let slot = slot(of: high, low)
            guard slots[slot].index >= 0 else { return }
            vacate(slot)
            numbers -= 1
        case .text(let text):
            texts[text] = nil
        }
    }

    // MARK: Slots

    /// The slot that holds a number, else the vacant one where it belongs.
    ///
    /// - Precondition: there are slots, and one is vacant.
    private func slot(of high: UInt64, _ low: UInt64) -> Int {
        let mask = slots.count - 1
        var slot = home(of: high, low) & mask
        while slots[slot].index >= 0, slots[slot].low != low || slots[slot].high != high { slot = (slot + 1) & mask }
        return slot
    }

    /// The two halves of a product hold bits of all of both.
    private func home(of high: UInt64, _ low: UInt64) -> Int {
        let product = (high ^ seed.0).multipliedFullWidth(by: low ^ seed.1)
        return Int(truncatingIfNeeded: product.high ^ product.low)
    }

    private mutating func grow() {
        let former = slots
        slots = Array(repeating: Slot(), count: max(16, former.count * 2))
        for kept in former where kept.index >= 0 { slots[slot(of: kept.high, kept.low)] = kept }
    }

    /// Empties a slot and moves those behind it that were displaced by it, so that no search ends too early.
    private mutating func vacate(_ slot: Int) {
        let mask = slots.count - 1
        var hole = slot
        var next = (hole + 1) & mask
        while slots[next].index >= 0 {
            let displacement = (next - home(of: slots[next].high, slots[next].low)) & mask
            if displacement >= (next - hole) & mask {
                slots[hole] = slots[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        slots[hole].index = -1
    }
}
