import Trace

/// A machine that says whether the delivery of an answer would have been seen, had there been one.
///
/// A broker hands an answer to a ready consumer in milliseconds. That it did not is known only where the connection that
/// reads the caller's reply queue is in the capture with what the broker says on it, nothing of it was lost since, and
/// the capture goes on for a while.
struct ReplySight: Sendable {
    /// So long after its publish an answer that was not delivered counts as not delivered.
    static let patience: Nanoseconds = .seconds(5)

    /// A value: a connection that reads a reply queue.
    struct Reader: Sendable {
        var connection: ConnectionID
        /// Whether it is known by what the broker delivered on it.
        var isHeard: Bool
    }

    /// Reply queue → who was seen to read it last; the connection may have ended since.
    private var readers = AgingDictionary<String, Reader>()
    /// Connections on which a method of the broker's was seen.
    private var heard = SparseTable<Connection, Bool>()
    /// Connections of which something was lost, with the time of the last loss.
    private var losses = SparseTable<Connection, Timestamp>()
    /// Until when packets were lost, of which connections is not known: nothing that was not seen until then is known not
    /// to have been.
    private(set) var lacksPacketsUntil: Timestamp?
    /// Calls, by `_msg_id`, of which it is known that the answer was not delivered.
    var undelivered: Set<String> = []
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    /// The broker said something on the connection other than a message.
    mutating func heardBroker(on connection: ConnectionID) {
        if !heard.contains(connection) { heard.insert(true, for: connection) }
    }

    /// The capture lacks something of the connection; of its two directions what was lost earlier may be known later.
    mutating func lost(on connection: ConnectionID, at time: Timestamp) {
        losses.insert(max(losses[connection] ?? time, time), for: connection)
    }

    /// The capture lacks packets that came until `time`.
    mutating func lostPackets(until time: Timestamp) {
        lacksPacketsUntil = max(lacksPacketsUntil ?? time, time)
    }

    /// `connection` reads `queue` from now on, known by its `basic.consume` or by a delivery on it.
    mutating func reads(_ connection: ConnectionID, _ queue: String, byDelivery: Bool) {
        if readers.count >= limit, readers[queue] == nil { readers.removeOldest() }
        readers[queue] = Reader(connection: connection, isHeard: byDelivery)
    }

    /// Whether the delivery of what was published to `queue` at `time` would have been seen until `end`.
    func wouldHaveSeenDelivery(
        from queue: String, since time: Timestamp, until end: Timestamp, _ naming: borrowing ServiceNaming,
        _ watch: borrowing WatchTable
    ) -> Bool {
        guard lacksPacketsUntil.map({ time > $0 }) ?? true, let reader = readers[queue],
            watch.end(of: reader.connection, since: time, in: end) - time >= Self.patience,
            reader.isHeard || heard.contains(reader.connection)
        else { return false }
        for connection in losses.ids where losses[connection].map({ $0 >= time }) ?? false {
            // The process may have read its queue on a connection that is not known to be its own.
            let isOfAnother = naming.isKnown(connection) && !naming.areOneProcess(connection, reader.connection)
            if !isOfAnother { return false }
        }
        return true
    }

    /// Forgets connections, and what they read: what was lost of them is no longer known.
    mutating func forget(_ connections: [ConnectionID]) {
        let gone = Set(connections)
        for connection in connections {
            heard.remove(connection)
            losses.remove(connection)
        }
        readers.mapInPlace { gone.contains($0.connection) ? nil : $0 }
    }
}
