import OpenStack
package import Trace

/// A machine that joins what passed on single connections into messages and calls, and names who sent and took them.
///
/// Publish, deliveries, acknowledgements and returns of a message are joined by `_unique_id`; request and reply by
/// `_msg_id`. It takes observations in packet order and hands on messages and calls when their time is over: at the end
/// of a capture, or when limits or expiry let them go.
///
/// One aspect a file: `Correlator+messages` (publish ↔ deliver ↔ ack), `Correlator+calls` (request ↔ reply),
/// `Correlator+forgetting` (connections that are over), `Naming/` (who it was).
package struct Correlator: Sendable {
    let limits: CorrelationLimits
    var messages = ExpiringStore<Message>()
    var calls = ExpiringStore<CallRecord>()
    /// `_unique_id`, or what stands for it, → message.
    var messageByKey = JoinTable<Message>()
    /// What each message is filed under.
    var filings = ExpiringStore<Filing>()
    /// What all of them took when they were new.
    var messageBytes = 0
    /// `_msg_id` → call.
    var callByMessageID = JoinTable<CallRecord>()
    /// Open calls that newer ones have displaced, by `_msg_id`, oldest first: an answer may take half an hour.
    var parked = AgingDictionary<JoinKey, CallRecord>()
    /// By connection.
    var unsettled = SparseTable<Connection, UnsettledContents>()
    var replyQueues: ReplyQueues
    var sight: ReplySight
    /// By which files connections were watched, and until when.
    package var watch = WatchTable()
    var openSaves: OpenSaves
    package var naming: ServiceNaming
    /// What the capture shows of deliveries.
    var deliverySight = DeliverySight()
    /// When anything was observed first.
    var begun: Timestamp?
    /// Messages that something passed of since this was last emptied, where the limits say so.
    var changed: [MessageID] = []
    /// Messages and calls that were handed on for want of room while something of them was still to come.
    package private(set) var evicted = 0
    /// Connections that were forgotten.
    package internal(set) var forgottenConnections = 0
    /// So many connections are kept before some are forgotten.
    var forgettingThreshold: Int
    /// The oldest message when what waits for settlement was last looked through.
    private var settlementsSweptAt: MessageID = 0

    package init(limits: CorrelationLimits = .replay) {
        self.limits = limits
        replyQueues = ReplyQueues(limit: limits.replyQueues)
        sight = ReplySight(limit: limits.replyQueues)
        openSaves = OpenSaves(limit: limits.connections)
        naming = ServiceNaming(
            connections: limits.connections, bytes: limits.connectionBytes, forgetsClosed: limits.forgetsConnections,
            evidencePerConnection: limits.evidencePerConnection)
        forgettingThreshold = limits.connections
    }

    // MARK: Connections

    /// An AMQP connection was found; `address` is its client's without port, `endpoint` with it.
    ///
    /// - Returns: whether it is kept to be listed and named.
    @discardableResult
    package mutating func opened(_ connection: ConnectionID, address: String, endpoint: String) -> Bool {
        deliverySight.saw(address: address)
        return naming.opened(connection, address: address, endpoint: endpoint)
    }

    /// The client of a connection turned out to be another end than was thought.
    package mutating func located(_ connection: ConnectionID, address: String, endpoint: String) {
        deliverySight.saw(address: address)
        naming.located(connection, address: address, endpoint: endpoint)
    }

    /// The client gave its `connection_name`.
    package mutating func named(_ connection: ConnectionID, _ name: String) {
        naming.named(connection, name)
    }

    /// The client asked for a virtual host (`connection.open`).
    package mutating func entered(_ connection: ConnectionID, virtualHost: String) {
        naming.entered(connection, virtualHost: virtualHost)
    }

    /// The client asked for the messages of `queue` (`basic.consume`).
    package mutating func consumes(_ connection: ConnectionID, queue: String) {
        takes(connection, from: queue, isNew: true)
    }

    /// The connection ended.
    package mutating func closed(_ connection: ConnectionID) {
        unsettled.remove(connection)
        replyQueues.closed(connection)
        naming.closed(connection)
    }

    mutating func takes(_ connection: ConnectionID, from queue: String, isNew: Bool) {
        naming.serves(connection, queue)
        guard queue.hasPrefix("reply_") else { return }
        let scoped = scoped(queue, on: connection)
        guard !replyQueues.isConsumed(scoped, by: connection) else { return }
        sight.reads(connection, scoped, byDelivery: !isNew)
        if let other = replyQueues.consumed(scoped, by: connection, isNew: isNew) { naming.join(connection, other) }
    }

    /// The name of a reply queue, with its virtual host where there are several: only names that hold a uuid are used
    /// once everywhere.
    func scoped(_ queue: String, on connection: ConnectionID) -> String {
        guard let host = naming.virtualHost(of: connection), !ReplyQueues.isUnique(queue) else { return queue }
        return "\(host)\u{1F}\(queue)"
    }

    /// The broker said something on a connection other than a message.
    package mutating func heardBroker(on connection: ConnectionID) { sight.heardBroker(on: connection) }

    /// The capture lacks something of a connection.
    package mutating func lost(on connection: ConnectionID, at time: Timestamp) {
        sight.lost(on: connection, at: time)
        openSaves.lost()
    }

    /// The capture lacks packets, of which connections is not known.
    package mutating func lostPackets(until time: Timestamp) { sight.lostPackets(until: time) }

    /// The answers to these calls, by `_msg_id`, reached nobody, whatever is seen.
    package mutating func knowUndelivered(_ calls: Set<String>) { sight.undelivered = calls }

    /// Whether it was said until when packets were lost.
    package var knowsOfLostPackets: Bool { sight.lacksPacketsUntil != nil }

    // MARK: What is handed on

    /// Something whose joining is over.
    package enum Finished: Sendable {
        case message(Message)
        case call(Call)
    }

    /// The naming with what follows from all that was seen so far.
    package var concludedNaming: ServiceNaming {
        var naming = naming
        naming.flatten()
        let named = naming.namedProcesses
        for (notifier, server) in openSaves.conclusions where !named.contains(naming.root(of: notifier)) {
            naming.join(notifier, server)
        }
        return naming
    }

    /// Lets go what is beyond the limits or was not touched for the expiry time before `now`, oldest first.
    package mutating func expire(at now: Timestamp, _ visit: (Finished) -> Void) {
        while calls.count > 0,
            calls.count > limits.messages || now - calls[calls.first].touched > limits.expiry
        {
            displaceOldestCall(at: now, visit)
        }
        expireParkedCalls(at: now, visit)
        makeRoom(visit)
        while messages.count > max(0, limits.messages) { evictOldestMessage(visit) }
        while messages.count > 0, now - (time(of: messages.first) ?? now) > limits.expiry {
            finishOldestMessage(visit)
        }
        sweepSettlements()
    }

    /// Evicts what is beyond the memory of messages, oldest first: those that were compressed take more than their packets.
    package mutating func makeRoom(_ visit: (Finished) -> Void) {
        while messageBytes > limits.messageBytes, messages.count > 0 { evictOldestMessage(visit) }
    }

    /// Hands on everything that is left, at the end of the capture.
    package mutating func finish(at end: Timestamp, _ visit: (Finished) -> Void) {
        naming = concludedNaming
        while let record = parked.removeOldest()?.value { finish(record, at: end, visit) }
        while calls.count > 0 { finish(calls.takeOldest(), at: end, visit) }
        while messages.count > 0 { finishOldestMessage(visit) }
    }

    /// An answered call is over; an open one makes room, but is not forgotten.
    private mutating func displaceOldestCall(at now: Timestamp, _ visit: (Finished) -> Void) {
        let record = calls.takeOldest()
        let isOpen =
            record.call.request != nil && (record.call.reply == nil || record.replyReturnedAt != nil)
            && !record.requestWasReturned
        if isOpen, now - record.touched <= limits.expiry {
            callByMessageID.remove(record.key)
            parked[record.key] = record
        } else {
            finish(record, at: now, visit)
        }
    }

    private mutating func expireParkedCalls(at now: Timestamp, _ visit: (Finished) -> Void) {
        while let oldest = parked.oldest,
            parked.count > max(0, limits.parkedCalls) || now - oldest.touched > limits.expiry
        {
            parked.removeOldest()
            if now - oldest.touched <= limits.expiry { evicted += 1 }
            finish(oldest, at: now, visit)
        }
    }

    /// Idle connections would keep what nobody asks for any more.
    private mutating func sweepSettlements() {
        guard settlementsSweptAt.distance(to: messages.first) >= max(limits.messages, 4096) else { return }
        settlementsSweptAt = messages.first
        for place in 0..<unsettled.count { unsettled[at: place].removeContents(before: messages.first) }
    }

    private mutating func finish(_ record: consuming CallRecord, at now: Timestamp, _ visit: (Finished) -> Void) {
        callByMessageID.remove(record.key)
        record.conclude(at: now, in: naming, sight, watch)
        forget(saveOf: record)
        visit(.call(record.call))
    }

    private mutating func evictOldestMessage(_ visit: (Finished) -> Void) {
        if messages[messages.first].isAwaited { evicted += 1 }
        finishOldestMessage(visit)
    }

    private mutating func finishOldestMessage(_ visit: (Finished) -> Void) {
        let filing = filings.takeOldest()
        messageBytes -= filing.footprint
        if messageByKey[filing.key] == messages.first { messageByKey.remove(filing.key) }
        visit(.message(messages.takeOldest()))
    }
}

/// A value: what is to be known of a message to forget it.
struct Filing: Sendable {
    let key: JoinKey
    /// What it took when it was new.
    let footprint: Int
}

extension Message {
    /// Whether it may still be given to somebody: of an RPC message, that would matter.
    fileprivate var isAwaited: Bool {
        switch kind {
        case .call, .cast, .reply: isUntaken && amqp?.refusedAt == nil
        case .fanout, .heartbeat, .notification, .opaque: false
        }
    }
}
