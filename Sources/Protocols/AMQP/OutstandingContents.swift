/// A machine that knows which contents of a channel wait to be settled, by tag.
///
/// Tags ascend; single ones are settled in any order, `multiple` settles all up to one.
struct OutstandingContents {
    private var entries: [(tag: UInt64, id: Int)] = []
    /// Entries before this index are settled.
    private var head = 0
    private static let settled = -1

    /// Entries that may still be settled.
    var count: Int { entries.count - head }

    /// Adds a content; a tag that does not ascend begins a new count.
    ///
    /// - Returns: how many waiting ones were dropped for the limit.
    mutating func add(_ id: Int, tag: UInt64, limit: Int) -> Int {
        if let last = entries.last, last.tag >= tag { removeAll() }
        entries.append((tag, id))
        guard count > limit else { return 0 }
        let dropped = count / 2
        entries.removeFirst(head + dropped)
        head = 0
        return dropped
    }

    /// Settles one tag, or all up to it; tag 0 stands for all when `multiple`.
    mutating func settle(tag: UInt64, multiple: Bool) -> ContentIDs? {
        multiple ? settleAll(upTo: tag == 0 ? .max : tag) : settleOne(tag).map { ContentIDs($0) }
    }

    mutating func removeAll() {
        entries.removeAll(keepingCapacity: entries.capacity <= 64)
        head = 0
    }

    private mutating func settleOne(_ tag: UInt64) -> Int? {
        var low = head
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].tag < tag { low = middle + 1 } else { high = middle }
        }
        guard low < entries.count, entries[low].tag == tag, entries[low].id != OutstandingContents.settled else {
            return nil
        }
        let id = entries[low].id
        entries[low].id = OutstandingContents.settled
        dropSettled()
        return id
    }

    private mutating func settleAll(upTo tag: UInt64) -> ContentIDs? {
        var ids: ContentIDs?
        while head < entries.count, entries[head].tag <= tag {
            let id = entries[head].id
            head += 1
            guard id != OutstandingContents.settled else { continue }
            if ids == nil { ids = ContentIDs(id) } else { ids?.append(id) }
        }
        dropSettled()
        return ids
    }

    private mutating func dropSettled() {
        while head < entries.count, entries[head].id == OutstandingContents.settled { head += 1 }
        if head == entries.count {
            removeAll()
        } else if head > 64, head > entries.count / 2 {
            entries.removeFirst(head)
            head = 0
        }
    }
}
