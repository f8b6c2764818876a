import Trace

/// A machine that knows which contents of one connection wait for their acknowledgement, by the content's number.
///
/// Numbers ascend nearly always, and contents are settled in about the order in which they came.
struct UnsettledContents: Sendable {
    private struct Entry: Sendable {
        let content: Int
        let message: MessageID
        let delivery: Int?
        var isSettled = false
    }

    /// Ascending by content.
    private var entries: [Entry] = []
    /// Entries before this index are settled.
    private var head = 0

    /// Whether it holds nothing, as after its connection's end.
    var isEmpty: Bool { entries.isEmpty }

    /// Adds a content of a message, of its delivery with that index or of its publish.
    ///
    /// - Parameter oldest: the first message that is still kept; contents of those before it need no settlement.
    mutating func add(_ content: Int, message: MessageID, delivery: Int?, oldest: MessageID, limit: Int) {
        skip(before: oldest)
        if entries.count - head >= limit { drop(head + max(1, limit / 4)) }
        entries.append(Entry(content: content, message: message, delivery: delivery))
        var place = entries.count - 1
        while place > head, entries[place - 1].content > content {
            entries.swapAt(place, place - 1)
            place -= 1
        }
    }

    /// What the content belongs to, once.
    mutating func remove(_ content: Int) -> (message: MessageID, delivery: Int?)? {
        var low = head
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].content < content { low = middle + 1 } else { high = middle }
        }
        guard low < entries.count, entries[low].content == content, !entries[low].isSettled else { return nil }
        entries[low].isSettled = true
        let entry = entries[low]
        skip(before: 0)
        return (entry.message, entry.delivery)
    }

    /// Frees what belongs to messages before `oldest`.
    mutating func removeContents(before oldest: MessageID) {
        skip(before: oldest)
        if head == entries.count { entries = [] }
    }

    private mutating func skip(before oldest: MessageID) {
        while head < entries.count, entries[head].isSettled || entries[head].message < oldest { head += 1 }
        if head > 0, head == entries.count || head > 64 && head > entries.count / 2 { drop(head) }
    }

    /// Forgets the entries before `index`.
    private mutating func drop(_ index: Int) {
        if index < entries.count {
            entries.removeFirst(index)
        } else {
            entries.removeAll(keepingCapacity: true)
        }
        head = 0
    }
}
