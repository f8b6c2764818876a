/// A machine that keeps values by key and knows which were added first; each step takes constant time on average.
///
/// What was removed leaves its place empty until it is the oldest, or until more than half of the places are empty.
struct AgingDictionary<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Item: Sendable {
        let key: Key
        var value: Value
    }

    /// The ids of the items.
    private var ids: [Key: ExpiringStore<Item?>.ID] = [:]
    /// Oldest first; the first one is kept.
    private var items = ExpiringStore<Item?>()

    var count: Int { ids.count }

    /// A new value for a key that is kept does not make it younger.
    subscript(key: Key) -> Value? {
        get { ids[key].flatMap { items[$0]?.value } }
        set {
            guard let newValue else { return _ = removeValue(forKey: key) }
            if let id = ids[key] {
                items[id]?.value = newValue
            } else {
                append(Item(key: key, value: newValue))
            }
        }
    }

    /// The oldest value.
    var oldest: Value? { items.count > 0 ? items[items.first]?.value : nil }

    /// Oldest first.
    var values: [Value] { items.ids.compactMap { items[$0]?.value } }

    mutating func removeValue(forKey key: Key) -> Value? {
        guard let id = ids.removeValue(forKey: key) else { return nil }
        let value = items[id]?.value
        items[id] = nil
        dropEmpty()
        return value
    }

    @discardableResult
    mutating func removeOldest() -> (key: Key, value: Value)? {
        guard items.count > 0, let item = items.takeOldest() else { return nil }
        ids[item.key] = nil
        dropEmpty()
        return (item.key, item.value)
    }

    mutating func removeAll() {
        self = AgingDictionary()
    }

    /// Gives every value a new one, or lets it go.
    mutating func mapInPlace(_ change: (Value) -> Value?) {
        for id in items.ids {
            guard let item = items[id] else { continue }
            if let value = change(item.value) {
                items[id]?.value = value
            } else {
                ids[item.key] = nil
                items[id] = nil
            }
        }
        dropEmpty()
    }

    private mutating func append(_ item: Item) {
        ids[item.key] = items.nextID
        items.append(item)
    }

    private mutating func dropEmpty() {
        while items.count > 0, items[items.first] == nil { _ = items.takeOldest() }
        guard items.count > 2 * ids.count + 32 else { return }
        let all = items
        items = ExpiringStore()
        for id in all.ids {
            if let item = all[id] { append(item) }
        }
    }
}
