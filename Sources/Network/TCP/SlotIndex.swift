/// A machine that finds connections by their keys, which only the connections hold.
///
/// Open addressing, at most half full (Knuth, The Art of Computer Programming 3, 6.4). Slots are indexes into the
/// connections, which are handed in at every call: those of all that are kept.
struct SlotIndex {
    /// -1 where a place is vacant.
    private var places: [Int32] = []
    private let seeds = HashSeeds()
    private(set) var count = 0

    func slot(of key: FlowKey, in connections: [TCPConnection]) -> Int32? {
        guard count > 0 else { return nil }
        let found = places[place(of: key, connections)]
        return found >= 0 ? found : nil
    }

    /// Adds a slot, in place of any with the same key.
    mutating func insert(_ slot: Int32, of connections: [TCPConnection]) {
        if (count + 1) * 2 > places.count { grow(connections) }
        let place = place(of: connections[Int(slot)].key, connections)
        if places[place] < 0 { count += 1 }
        places[place] = slot
    }

    /// Removes a slot, and moves those behind it that were displaced by it, so that no search ends too early.
    mutating func remove(_ key: FlowKey, of connections: [TCPConnection]) {
        guard count > 0 else { return }
        var hole = place(of: key, connections)
        guard places[hole] >= 0 else { return }
        count -= 1
        let mask = places.count - 1
        var next = (hole + 1) & mask
        while places[next] >= 0 {
            let displacement = (next - home(of: connections[Int(places[next])].key)) & mask
            if displacement >= (next - hole) & mask {
                places[hole] = places[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        places[hole] = -1
    }

    /// The place of the slot with that key, else the vacant one where it belongs.
    private func place(of key: FlowKey, _ connections: [TCPConnection]) -> Int {
        var place = home(of: key)
        let mask = places.count - 1
        while places[place] >= 0, connections[Int(places[place])].key != key { place = (place + 1) & mask }
        return place
    }

    private func home(of key: FlowKey) -> Int {
        Int(truncatingIfNeeded: key.hash(seeds)) & (places.count - 1)
    }

    private mutating func grow(_ connections: [TCPConnection]) {
        let slots = places.filter { $0 >= 0 }
        places = Array(repeating: -1, count: max(16, places.count * 2))
        for slot in slots { places[place(of: connections[Int(slot)].key, connections)] = slot }
    }
}
