/// A machine that keeps under which other addresses, or in which other networks, connections are seen again.
///
/// Those of a connection are forgotten with it; `perConnection` are kept of each.
struct CopyTable {
    struct Copy {
        /// The slot of the connection.
        let slot: Int32
        /// Whether the lower end of the copy is the upper end of the connection.
        let isFlipped: Bool

        /// The end of the connection that `side` of the copy is.
        func side(of side: FlowSide) -> FlowSide { isFlipped ? side.opposite : side }
    }

    static let perConnection = 16

    private var copies: [FlowKey: Copy] = [:]
    private var keys: [Int32: [FlowKey]] = [:]

    var isEmpty: Bool { copies.isEmpty }

    subscript(_ key: FlowKey) -> Copy? { copies[key] }

    mutating func insert(_ key: FlowKey, _ copy: Copy) {
        copies[key] = copy
        var known = keys[copy.slot] ?? []
        known.append(key)
        if known.count > Self.perConnection { copies[known.removeFirst()] = nil }
        keys[copy.slot] = known
    }

    mutating func remove(_ key: FlowKey) {
        guard let copy = copies.removeValue(forKey: key) else { return }
        keys[copy.slot]?.removeAll { $0 == key }
    }

    /// The connection in `slot` is forgotten.
    mutating func removeAll(of slot: Int32) {
        for key in keys.removeValue(forKey: slot) ?? [] { copies[key] = nil }
    }
}
