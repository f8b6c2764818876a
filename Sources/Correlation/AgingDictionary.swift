import DequeModule

/// A machine that keeps values by key and knows which were added first; each step takes constant time on average.
///
/// A key that was removed stays in the queue of ages until it is the oldest, or until more than half of the queue is
/// such.
struct AgingDictionary<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry: Sendable {
        var value: Value
        let serial: Int
    }

    private struct Age: Sendable {
        let key: Key
        let serial: Int
    }

    private var entries: [Key: Entry] = [:]
    /// Oldest first; its first one is kept.
    private var ages: Deque<Age> = []
    private var nextSerial = 0

    var count: Int { entries.count }

    /// A new value for a key that is kept does not make it younger.
    subscript(key: Key) -> Value? {
        get { entries[key]?.value }
        set {
            guard let newValue else { return _ = removeValue(forKey: key) }
            guard let place = entries.index(forKey: key) else { return append(newValue, for: key) }
            entries.values[place].value = newValue
        }
    }

    /// The oldest value.
    var oldest: Value? { ages.first.flatMap { entries[$0.key]?.value } }

    /// Oldest first.
    var values: [Value] { ages.filter(isKept).compactMap { entries[$0.key]?.value } }

    mutating func removeValue(forKey key: Key) -> Value? {
        let entry = entries.removeValue(forKey: key)
        if entry != nil { dropAges() }
        return entry?.value
    }

    @discardableResult
    mutating func removeOldest() -> (key: Key, value: Value)? {
        guard let age = ages.popFirst(), let entry = entries.removeValue(forKey: age.key) else { return nil }
        dropAges()
        return (age.key, entry.value)
    }

    mutating func removeAll() {
        entries = [:]
        ages = []
    }

    /// Gives every value a new one, or lets it go.
    mutating func mapInPlace(_ change: (Value) -> Value?) {
        entries = entries.compactMapValues { entry in
            change(entry.value).map { Entry(value: $0, serial: entry.serial) }
        }
        dropAges()
    }

    private mutating func append(_ value: Value, for key: Key) {
        entries[key] = Entry(value: value, serial: nextSerial)
        ages.append(Age(key: key, serial: nextSerial))
        nextSerial += 1
    }

    private func isKept(_ age: Age) -> Bool {
        guard let place = entries.index(forKey: age.key) else { return false }
        return entries.values[place].serial == age.serial
    }

    private mutating func dropAges() {
        while let first = ages.first, !isKept(first) { ages.removeFirst() }
        guard ages.count > 2 * entries.count + 32 else { return }
        let kept = ages.filter(isKept)
        ages = kept
    }
}
