import Collections

/// A machine that remembers who consumes a reply queue and who asks for replies to it, since both are one process.
///
/// Names of the form `reply_<uuid hex>` are used by one process only. Queue-manager names (`reply_<host>:<name>:<n>`)
/// survive a restart, so there a new consumer starts anew: what was asked before is not its own (oslo.messaging
/// `_drivers/amqpdriver.py`, `QManager`).
struct ReplyQueues: Sendable {
    private struct Users: Sendable {
        var consumer: Int?
        var requester: Int?
    }

    private var users: OrderedDictionary<String, Users> = [:]
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    /// `connection` consumes `queue`; `isNew` when its `basic.consume` was seen just now.
    ///
    /// - Returns: a connection of the same process.
    mutating func consumed(_ queue: String, by connection: Int, isNew: Bool) -> Int? {
        var entry = users[queue] ?? Users()
        guard entry.consumer != connection else { return nil }
        makeRoom(for: queue)
        defer { users[queue] = entry }
        if !Self.isUnique(queue), isNew || entry.consumer != nil {
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
    mutating func requested(_ queue: String, by connection: Int) -> Int? {
        var entry = users[queue] ?? Users()
        guard entry.requester != connection else { return nil }
        makeRoom(for: queue)
        defer { users[queue] = entry }
        let other = entry.consumer ?? entry.requester
        entry.requester = connection
        return other
    }

    /// The connection that consumed from queues is gone; names that survive it are free for another process.
    mutating func closed(_ connection: Int) {
        users.removeAll { $0.value.consumer == connection && !Self.isUnique($0.key) }
    }

    private mutating func makeRoom(for queue: String) {
        if users.count >= limit, users[queue] == nil { users.removeFirst(max(1, limit / 8)) }
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
