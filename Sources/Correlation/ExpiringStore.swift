import Collections

/// A machine that keeps values under ids that only grow, and lets the oldest go from the front.
struct ExpiringStore<Value: Sendable>: Sendable {
    private var values: Deque<Value> = []
    /// The id of the oldest value that is kept.
    private(set) var first = 0

    var count: Int { values.count }

    /// The id that the next value gets.
    var nextID: Int { first + values.count }

    mutating func append(_ value: Value) {
        values.append(value)
    }

    func contains(_ id: Int) -> Bool {
        id >= first && id < nextID
    }

    /// - Precondition: the value is still kept.
    subscript(id: Int) -> Value {
        _read { yield values[id - first] }
        _modify { yield &values[id - first] }
    }

    var oldest: Value? { values.first }

    mutating func removeOldest() -> Value? {
        guard let value = values.popFirst() else { return nil }
        first += 1
        return value
    }
}
