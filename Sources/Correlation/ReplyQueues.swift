import Trace

/// A machine that remembers who consumes a reply queue and who asks for replies to it, since both are one process.
///
/// Names of the form `reply_<uuid hex>` are used by one process only. Queue-manager names (`reply_<host>:<name>:<n>`)
/// survive a restart, so there a new consumer starts anew: what was asked before is not its own (oslo.messaging
/// `_drivers/amqpdriver.py`, `QManager`).
struct ReplyQueues: Sendable {
    private struct Users: Sendable {
        var consumer: ConnectionID?
        var requester: ConnectionID?
    }

    private var users = AgingDictionary<String, Users>()
    /// Consumer → the queues among them whose names survive it.
    private var recurring: [ConnectionID: Set<String>] = [:]
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    var count: Int { users.count }

    /// Whether it is known that `connection` consumes `queue`.
    func isConsumed(_ queue: String, by connection: ConnectionID) -> Bool { users[queue]?.consumer == connection }

    /// `connection` consumes `queue`; `isNew` when its `basic.consume` was seen just now.
    ///
    /// - Returns: a connection of the same process.
    mutating func consumed(_ queue: String, by connection: ConnectionID, isNew: Bool) -> ConnectionID? {
        var entry = users[queue] ?? Users()
        guard entry.consumer != connection else { return nil }
        makeRoom(for: queue)
        defer { users[queue] = entry }
        let isUnique = Self.isUnique(queue)
        if !isUnique { follow(queue, from: entry.consumer, to: connection) }
        if !isUnique, isNew || entry.consumer != nil {
            entry = Users(consumer: connection)
            return nil
        }
        let other = entry.consumer ?? entry.requester
        entry.consumer = connection
        return other
    }

    /// `connection` published a request that wants its reply in `queue`.
    ///
    /// - Returns: a connection of the same process.
    mutating func requested(_ queue: String, by connection: ConnectionID) -> ConnectionID? {
        var entry = users[queue] ?? Users()
        guard entry.requester != connection else { return nil }
        makeRoom(for: queue)
        defer { users[queue] = entry }
        let other = entry.consumer ?? entry.requester
        entry.requester = connection
        return other
    }

    /// The connection that consumed from queues is gone; names that survive it are free for another process.
    mutating func closed(_ connection: ConnectionID) {
        for queue in recurring.removeValue(forKey: connection) ?? [] where users[queue]?.consumer == connection {
            users[queue] = nil
        }
    }

    /// Puts those that stand in for them in the place of connections that are forgotten.
    mutating func forget(_ forgotten: ForgottenConnections) {
        users.mapInPlace { entry in
            let consumer = entry.consumer.flatMap { forgotten.standIn(for: $0) }
            let requester = entry.requester.flatMap { forgotten.standIn(for: $0) }
            return consumer == nil && requester == nil ? nil : Users(consumer: consumer, requester: requester)
        }
    }

    private mutating func makeRoom(for queue: String) {
        guard users.count >= limit, users[queue] == nil else { return }
        let gone = users.removeOldest()
        if let gone, let consumer = gone.value.consumer { unfollow(gone.key, of: consumer) }
    }

    private mutating func follow(_ queue: String, from former: ConnectionID?, to connection: ConnectionID) {
        if let former { unfollow(queue, of: former) }
        recurring[connection, default: []].insert(queue)
    }

    private mutating func unfollow(_ queue: String, of connection: ConnectionID) {
        guard recurring[connection]?.remove(queue) != nil else { return }
        if recurring[connection]?.isEmpty == true { recurring[connection] = nil }
    }

    /// Whether the name ends in a uuid, `reply_` and 32 hexadecimal digits.
    static func isUnique(_ queue: String) -> Bool {
        queue.utf8.count == 38 && queue.hasPrefix("reply_")
            && queue.utf8.dropFirst(6).allSatisfy { byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
            }
    }
}
