import Services
package import Trace

/// A value: what passed of a message, in short.
package struct Passages: Sendable {
    package var kind: Message.Kind
    package var deliveries: Int
    /// Whether the last of them was not the message's first, as the broker says.
    package var isRedelivered: Bool
    package var wasReturned: Bool
    package var isBackground: Bool
}

/// What is known while things go on, for who follows them.
extension Correlator {
    /// Visits the messages that something passed of since the last time, each as often as something did.
    package mutating func visitChanges(_ visit: (borrowing Correlator, MessageID) -> Void) {
        guard !changed.isEmpty else { return }
        var ids: [MessageID] = []
        swap(&ids, &changed)
        for id in ids where messages.contains(id) { visit(self, id) }
        ids.removeAll(keepingCapacity: true)
        swap(&ids, &changed)
    }

    /// A message that is still kept for joining, as it stands.
    package func message(_ id: MessageID) -> Message? {
        messages.contains(id) ? messages[id] : nil
    }

    /// What passed of a message that is still kept, without a copy of the message.
    package func passages(of id: MessageID) -> Passages? {
        guard messages.contains(id) else { return nil }
        let last = messages[id].deliveries.count - 1
        return Passages(
            kind: messages[id].kind, deliveries: last + 1,
            isRedelivered: last >= 0 && messages[id].deliveries[last].redelivered,
            wasReturned: messages[id].returned != nil, isBackground: messages[id].isBackground)
    }

    /// Why a message that is still kept may have been taken unseen; `nil` where that would have been seen.
    package func doubt(on id: MessageID) -> String? {
        guard messages.contains(id) else { return nil }
        let topic = ServiceTopic(messages[id].queue)
        let isSeen = topic.service.map { naming.hasSeen(service: $0, host: topic.host) } ?? false
        let isOfSeveralHosts = naming.hosts.count > 1 || topic.host.map(naming.hosts.contains) ?? false
        return deliverySight.doubt(isQueueKnown: isSeen || isOfSeveralHosts, host: nil, mayLack: true)
    }

    /// What the capture shows of deliveries.
    package var sightOfDeliveries: DeliverySight {
        var sight = deliverySight
        for host in naming.hosts { sight.saw(host: host) }
        return sight
    }

    /// All messages that were seen until now.
    package var messagesSeen: Int { messages.nextID.index }

    /// Until when the answer to a request that is still kept, or the next sign of life, is waited for, and its `_msg_id`.
    package func patience(of id: MessageID) -> (end: Timestamp, messageID: String)? {
        guard messages.contains(id), messages[id].kind == .call, let messageID = messages[id].messageID,
            let end = record(messageID)?.limit
        else { return nil }
        return (end, messageID)
    }

    /// The call with that `_msg_id` as it stands at `now`, while it is kept.
    package func call(_ messageID: String, at now: Timestamp) -> Call? {
        guard var record = record(messageID) else { return nil }
        record.conclude(at: now, in: naming, sight, watch)
        return record.call
    }

    /// Whether the call is known, has no answer, and its caller still waits.
    package func isOpen(_ messageID: String, at now: Timestamp) -> Bool {
        record(messageID)?.isOpen(at: now) ?? false
    }

    /// How many calls were asked, have no answer, and are still waited for at `now`.
    package func openCalls(at now: Timestamp) -> Int {
        let recent = calls.ids.count { calls[$0].isOpen(at: now) }
        return recent + parked.values.count { $0.isOpen(at: now) }
    }

    private func record(_ messageID: String) -> CallRecord? {
        let key = JoinKey(messageID)
        if let id = callByMessageID[key], calls.contains(id) { return calls[id] }
        return parked[key]
    }
}
