import Trace

/// What is known while things go on, for who follows them.
extension Correlator {
    /// Visits the messages that something passed of since the last time, each as often as something did.
    package mutating func visitChanges(_ visit: (borrowing Correlator, Int) -> Void) {
        guard !changed.isEmpty else { return }
        var ids: [Int] = []
        swap(&ids, &changed)
        for id in ids where messages.contains(id) { visit(self, id) }
        ids.removeAll(keepingCapacity: true)
        swap(&ids, &changed)
    }

    /// A message that is still kept for joining, as it stands.
    package func message(_ id: Int) -> Message? {
        messages.contains(id) ? messages[id] : nil
    }

    /// How many deliveries of a message were seen, and whether the broker gave it back; of one that is no longer kept,
    /// nothing.
    package func passages(of id: Int) -> (deliveries: Int, wasReturned: Bool) {
        guard messages.contains(id) else { return (0, false) }
        return (messages[id].deliveries.count, messages[id].returned != nil)
    }

    /// The call with that `_msg_id` as it stands at `now`, while it is kept.
    package func call(_ messageID: String, at now: Timestamp) -> Call? {
        guard var record = record(messageID) else { return nil }
        record.conclude(at: now) { naming.areOneProcess($0, $1) }
        return record.call
    }

    /// Whether the call is known, has no answer, and its caller still waits.
    package func isOpen(_ messageID: String, at now: Timestamp) -> Bool {
        record(messageID)?.isOpen(at: now) ?? false
    }

    /// How many calls were asked, have no answer, and are still waited for at `now`.
    package func openCalls(at now: Timestamp) -> Int {
        let recent = (calls.first..<calls.nextID).count { calls[$0].isOpen(at: now) }
        return recent + parked.values.count { $0.isOpen(at: now) }
    }

    private func record(_ messageID: String) -> CallRecord? {
        if let id = callByMessageID[messageID], calls.contains(id) { return calls[id] }
        return parked[messageID]
    }
}
