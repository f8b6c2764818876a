package import Trace

/// A value: how much a correlator keeps at the moment.
package struct CorrelatorCounts: Sendable {
    package var messages: Int
    package var calls: Int
    package var parkedCalls: Int
    /// Connections that are named, and those that have contents to be settled.
    package var connections: Int
    package var unsettled: Int
    package var identities: Int
    package var replyQueues: Int
    package var notifiers: Int
}

/// Ids of connections are never used again, so in a capture that goes on for weeks what is kept of them must go. It goes
/// many at a time: each time all that is kept is looked through for what it refers to.
extension Correlator {
    package var counts: CorrelatorCounts {
        CorrelatorCounts(
            messages: messages.count, calls: calls.count, parkedCalls: parked.count, connections: naming.count,
            unsettled: unsettled.count, identities: naming.identities, replyQueues: replyQueues.count,
            notifiers: openSaves.count)
    }

    /// Whether there are enough connections beyond the limit for some to be forgotten.
    package var hasTooManyConnections: Bool { limits.forgetsConnections && naming.count > forgettingThreshold + slack }

    /// Forgets the oldest connections that ended and that nothing refers to, until no more are kept than the limit.
    ///
    /// - Parameter isRetained: whether anything outside of the correlator refers to a connection.
    /// - Returns: what was forgotten; none unless there are too many.
    package mutating func forgetConnections(retaining isRetained: (ConnectionID) -> Bool) -> [ConnectionID] {
        guard hasTooManyConnections else { return [] }
        let references = references
        let ids = naming.oldestClosed { !references.contains($0) && !isRetained($0) }
        let forgotten = naming.forget(ids)
        for id in ids { unsettled.remove(id) }
        replyQueues.forget(forgotten)
        sight.forget(ids)
        watch.forget(ids)
        openSaves.forget(forgotten)
        forgottenConnections += ids.count
        // Where references hold more, the next look is worth its price only when so many more have come.
        forgettingThreshold = max(limits.connections, naming.count)
        return ids
    }

    /// Connections that may come before the next look, in proportion to what a look costs.
    private var slack: Int { max(16, naming.count / 5, (messages.count + parked.count) / 64) }

    /// The connections that messages and calls refer to.
    private var references: SparseTable<Connection, Bool> {
        var references = SparseTable<Connection, Bool>()
        for id in messages.ids {
            references.mark(messages[id].connection)
            for place in messages[id].deliveries.indices {
                references.mark(messages[id].deliveries[place].connection)
            }
        }
        for id in calls.ids {
            references.mark(calls[id].callerConnection)
            references.mark(calls[id].takerConnection)
            references.mark(calls[id].replierConnection)
            references.mark(calls[id].receiverConnection)
            references.mark(calls[id].firstTaker?.connection)
        }
        for record in parked.values {
            for connection in record.connections { references.mark(connection) }
        }
        return references
    }
}

extension SparseTable<Connection, Bool> {
    fileprivate mutating func mark(_ id: ConnectionID?) {
        if let id { insert(true, for: id) }
    }
}
