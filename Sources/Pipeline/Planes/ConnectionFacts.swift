import Correlation
import OpenStack
import Protocols
import Trace

/// A machine that notes what the two ends of open connections say about them: blocking, faults, the end.
///
/// These methods are rare; a connection without any costs nothing. `PipelineLimits.spansOfConnection` bounds what
/// a flapping broker leaves, `PipelineLimits.toldBytes` what all open connections do.
struct ConnectionFacts: Sendable {
    /// What was said on one connection.
    struct Told: Sendable {
        var handshake: InPlace<ConnectionHandshake>?
        var virtualHost: String?
        /// The exchange or queue of the last method that named one, and the method.
        fileprivate var subject: (method: MethodID, name: String)?
        fileprivate var subjectBytes = 0
        fileprivate(set) var consumers = Consumers()
        /// The queue that was fetched from last (`basic.get`), and on which channel.
        fileprivate var fetched: (channel: UInt16, queue: String)?
        fileprivate var trouble: InPlace<Trouble>?
        /// Whether one end agreed to a `connection.close`, which the capture may not hold.
        var isCloseAnswered = false
        /// Bytes of memory that it takes, about, those of texts that other connections have as well not counted.
        fileprivate(set) var bytes = Told.bytesOfEmpty

        /// Of one without texts, with its share of the table.
        fileprivate static let bytesOfEmpty =
            MemoryLayout<Told>.stride + MemoryLayout<ConnectionHandshake>.stride + MemoryLayout<Trouble>.stride
            + 8 * MemoryLayout<Int>.stride

        /// Bytes beyond those that every one takes.
        var ownBytes: Int { bytes - Self.bytesOfEmpty }

        /// Leaves of what was said only how the connection ended.
        mutating func dropTexts() {
            let (end, isCloseAnswered) = (end, isCloseAnswered)
            self = Told()
            self.isCloseAnswered = isCloseAnswered
            guard var end else { return }
            end.text = nil
            update { $0.end = end }
        }

        var end: ConnectionEnd? { trouble?.value.end }
        fileprivate var blocked: [BlockedSpan] { trouble?.value.blocked ?? [] }

        /// What went wrong, and how it ended; empty for most.
        var troubles: Trouble { trouble?.value ?? Trouble() }

        fileprivate mutating func update(_ body: (inout Trouble) -> Void) {
            var known = trouble ?? InPlace(Trouble())
            trouble = nil
            body(&known.value)
            trouble = known
        }

        mutating func advance(
            to stage: ConnectionHandshake.Stage, _ body: (inout ConnectionHandshake) -> Void = { _ in }
        ) {
            var known = handshake ?? InPlace(ConnectionHandshake())
            handshake = nil
            known.value.stage = max(known.value.stage, stage)
            body(&known.value)
            handshake = known
        }
    }

    /// A value: what goes wrong with few connections, and how they end.
    struct Trouble: Sendable {
        var blocked: [BlockedSpan] = []
        var channelClosings: [ChannelClosing] = []
        var cancelled: [ConsumerCancellation] = []
        var renewals: [ConsumerRenewal] = []
        var end: ConnectionEnd?
    }

    var told = SparseTable<Connection, Told>()
    private var consumers = 0
    /// Queues of which the broker ended a consumer.
    private var cancelledQueues: Set<String> = []
    private let redaction: Redaction
    /// Texts that many connections have in common, kept once.
    private var texts: Set<String> = []
    /// Openings that many connections have in common, kept once.
    var handshakes: [ConnectionHandshake: InPlace<ConnectionHandshake>] = [:]
    /// Bytes of texts that are about to be noted of one connection alone.
    private var newBytes = 0
    /// Bytes that all take that is noted.
    private(set) var bytes = 0
    /// How often something was not noted because there was no room.
    private(set) var leftOut = 0
    private let bytesAtMost: Int

    typealias Emit = (Observation) -> Void

    init(redaction: Redaction, bytesAtMost: Int = PipelineLimits.toldBytes) {
        self.redaction = redaction
        self.bytesAtMost = bytesAtMost
    }

    /// What was said on a connection that is open.
    func told(on connection: ConnectionID) -> Told? { told[connection] }

    /// The connection is gone: hands over what was said on it.
    mutating func take(_ connection: ConnectionID) -> Told? {
        guard var gone = told.remove(connection) else { return nil }
        if told.count == 0 { told = SparseTable() }
        bytes -= gone.bytes
        consumers -= gone.consumers.count
        gone.bytes -= gone.consumers.bytes - gone.consumers.listed.count * MemoryLayout<QueueConsumer>.stride
        return gone
    }

    // MARK: Methods

    /// `connection.blocked`; repeated, it changes nothing.
    mutating func blocked(_ connection: ConnectionID, _ event: AMQPMethodEvent, reason: String, _ emit: Emit) {
        let known = told.place(of: connection).map { told[at: $0].blocked } ?? []
        if let last = known.last, last.until == nil { return }
        let reason = redaction.redact(text: reason)
        let span = BlockedSpan(from: event.stamp.time, reason: reason, packet: event.stamp.reference)
        add(span, to: \.blocked, text: reason, of: connection, emit)
        emit(
            .anomaly(
                Anomaly(
                    at: event.stamp.time, connection: connection, kind: .connectionBlocked,
                    detail: "the broker lets this connection publish nothing" + words(reason))))
    }

    /// `connection.unblocked`.
    mutating func unblocked(_ connection: ConnectionID, _ event: AMQPMethodEvent) {
        guard let place = told.place(of: connection), let last = told[at: place].blocked.indices.last,
            told[at: place].blocked[last].until == nil
        else { return }
        told[at: place].update { $0.blocked[last].until = event.stamp.time }
    }

    /// `basic.consume`; a tag that the broker chooses is empty in it.
    mutating func consumes(_ connection: ConnectionID, _ event: AMQPMethodEvent, _ consume: BasicConsume, _ emit: Emit)
    {
        let queue = shared(consume.queue)
        let queueBytes = newBytes
        newBytes = 0
        if cancelledQueues.contains(queue) {
            add(ConsumerRenewal(at: event.stamp.time, queue: queue), to: \.renewals, of: connection, emit)
        }
        let consumer = Consumers.Consumer(
            channel: event.channel, tag: consume.consumerTag,
            facts: QueueConsumer(queue: queue, since: event.stamp.time))
        let place = told.place(of: connection)
        if let place, told[at: place].consumers.renew(consumer) { return }
        guard place.map({ told[at: $0].consumers.count }) ?? 0 < PipelineLimits.consumersOfConnection,
            consumers < PipelineLimits.consumers
        else { return leaveOut() }
        newBytes = queueBytes + consumer.bytes
        if change(connection, { $0.consumers.append(consumer) }) { consumers += 1 }
    }

    /// `basic.consume-ok`, which tells the tag that the broker chose.
    mutating func consumeAnswered(_ connection: ConnectionID, _ event: AMQPMethodEvent, _ answer: BasicConsumeOk) {
        changeConsumers(of: connection) { $0.chosen(answer.consumerTag, on: event.channel) }
    }

    /// Changes consumers that are known; what they take more or less is counted.
    private mutating func changeConsumers(of connection: ConnectionID, _ body: (inout Consumers) -> Void) {
        guard let place = told.place(of: connection) else { return }
        let (count, size) = (told[at: place].consumers.count, told[at: place].consumers.bytes)
        body(&told[at: place].consumers)
        consumers += told[at: place].consumers.count - count
        let growth = told[at: place].consumers.bytes - size
        told[at: place].bytes += growth
        bytes += growth
    }

    /// The queue that a consumer reads; `nil` where its `basic.consume` was not seen.
    func queue(of tag: String, on channel: UInt16, of connection: ConnectionID) -> String? {
        guard let place = told.place(of: connection), let queue = told[at: place].consumers.queue(of: tag, on: channel),
            !queue.isEmpty
        else { return nil }
        return queue
    }

    /// `basic.get`.
    mutating func fetches(_ connection: ConnectionID, _ event: AMQPMethodEvent, from queue: String) {
        if let place = told.place(of: connection), let known = told[at: place].fetched, known.channel == event.channel,
            known.queue == queue
        {
            return
        }
        let queue = shared(queue)
        newBytes = 0
        change(connection) { $0.fetched = (event.channel, queue) }
    }

    /// The queue that was fetched from last on a channel.
    func fetchedQueue(on channel: UInt16, of connection: ConnectionID) -> String? {
        guard let place = told.place(of: connection), let known = told[at: place].fetched, known.channel == channel,
            !known.queue.isEmpty
        else { return nil }
        return known.queue
    }

    /// `basic.cancel`; from the client it is its own wish, and so it is where it has just deleted the queue itself.
    mutating func cancelled(_ connection: ConnectionID, _ event: AMQPMethodEvent, _ cancel: BasicCancel, _ emit: Emit) {
        let isBrokers = event.side == .server
        changeConsumers(of: connection) {
            $0.end(cancel.consumerTag, event, isBrokers ? .cancelledByBroker : .cancelled)
        }
        guard isBrokers else { return }
        let queue = queue(of: cancel.consumerTag, on: event.channel, of: connection)
        if let subject = subject(of: connection), subject.method == Self.queueDelete,
            subject.name.isEmpty || queue.map({ $0 == subject.name }) ?? true
        {
            return
        }
        let cancellation = ConsumerCancellation(
            at: event.stamp.time, consumerTag: shared(cancel.consumerTag), queue: queue, packet: event.stamp.reference)
        add(cancellation, to: \.cancelled, of: connection, emit)
        if let queue, cancelledQueues.count < PipelineLimits.cancelledQueues { cancelledQueues.insert(queue) }
        let what = cancellation.queue.map { "of queue \($0)" } ?? "with the tag \(cancellation.consumerTag)"
        emit(
            .anomaly(
                Anomaly(
                    at: cancellation.at, connection: connection, kind: .consumerCancelled,
                    detail: "the broker cancelled the consumer \(what)")))
    }

    /// `channel.close`; a regular one says nothing.
    mutating func channelClosed(
        _ connection: ConnectionID, _ event: AMQPMethodEvent, _ reason: ClosingReason, _ emit: Emit
    ) {
        let isBrokers = event.side == .server
        changeConsumers(of: connection) { $0.end(nil, event, isBrokers ? .channelClosedByBroker : .channelClosed) }
        guard reason.isFault else { return }
        let closing = ChannelClosing(
            at: event.stamp.time, channel: Int(event.channel), by: event.side, code: Int(reason.replyCode),
            text: redaction.redact(text: reason.replyText), method: MethodTable.v091[reason.cause]?.name,
            subject: subject(of: connection).flatMap {
                $0.method == reason.cause && !$0.name.isEmpty ? $0.name : nil
            },
            packet: event.stamp.reference)
        add(closing, to: \.channelClosings, text: closing.text, of: connection, emit)
        let cause = closing.method.map { " after \($0)" } ?? ""
        emit(
            .anomaly(
                Anomaly(
                    at: closing.at, connection: connection, kind: .channelClosed,
                    detail:
                        "the \(closing.by.rawValue) closed channel \(closing.channel)\(cause): \(closing.code)\(words(closing.text))"
                ))
        )
    }

    /// `connection.close`; of two the first counts.
    mutating func closed(_ connection: ConnectionID, _ event: AMQPMethodEvent, _ reason: ClosingReason, _ emit: Emit) {
        if let place = told.place(of: connection), told[at: place].end != nil { return }
        let text = redaction.redact(text: reason.replyText)
        let end = ConnectionEnd(
            .closed, at: event.stamp.time, by: event.side, code: Int(reason.replyCode),
            text: text.isEmpty ? nil : text, packet: event.stamp.reference)
        newBytes += text.utf8.count
        if change(connection, { $0.update { $0.end = end } }) { emit(.troubled(connection)) }
        guard reason.isFault else { return }
        emit(
            .anomaly(
                Anomaly(
                    at: end.at, connection: connection, kind: .connectionClosed,
                    detail: "the \(event.side.rawValue) closed the connection: \(reason.replyCode)\(words(text))")))
    }

    /// `connection.close-ok`: a close was said before.
    mutating func closeAnswered(_ connection: ConnectionID) {
        change(connection) { $0.isCloseAnswered = true }
    }

    /// A method that names an exchange or queue: what the broker says of it next may be its answer.
    mutating func names(_ connection: ConnectionID, _ method: MethodID, _ name: String) {
        let name = shared(name)
        let bytes = newBytes
        if let place = told.place(of: connection) { newBytes -= told[at: place].subjectBytes }
        change(connection) { ($0.subject, $0.subjectBytes) = ((method, name), bytes) }
    }

    /// `queue.delete-ok`: a queue was deleted on the client's wish, which the capture may not hold.
    mutating func deleted(_ connection: ConnectionID) {
        guard subject(of: connection)?.method != Self.queueDelete else { return }
        names(connection, Self.queueDelete, "")
    }

    private static let queueDelete = MethodID(50, 40)

    // MARK: Room

    private func subject(of connection: ConnectionID) -> (method: MethodID, name: String)? {
        told.place(of: connection).flatMap { told[at: $0].subject }
    }

    /// Notes one more of what may happen to a connection again and again, where it is one of the first.
    private mutating func add<Span>(
        _ span: Span, to spans: WritableKeyPath<Trouble, [Span]>, text: String = "", of connection: ConnectionID,
        _ emit: Emit
    ) {
        let count = told.place(of: connection).flatMap { told[at: $0].trouble?.value[keyPath: spans].count } ?? 0
        guard count < PipelineLimits.spansOfConnection else { return newBytes = 0 }
        newBytes += MemoryLayout<Span>.stride + text.utf8.count
        if change(connection, { $0.update { $0[keyPath: spans].append(span) } }) { emit(.troubled(connection)) }
    }

    private mutating func leaveOut() {
        newBytes = 0
        leftOut += 1
    }

    /// Notes something of a connection, which takes `newBytes`.
    ///
    /// - Returns: whether there was room.
    @discardableResult
    mutating func change(_ connection: ConnectionID, _ body: (inout Told) -> Void) -> Bool {
        let added = newBytes
        newBytes = 0
        let known = told.place(of: connection)
        let needed = added + (known == nil ? Told.bytesOfEmpty : 0)
        guard needed <= 0 || bytes + needed <= bytesAtMost else {
            leaveOut()
            return false
        }
        bytes += needed
        let place = known ?? told.insert(Told(), for: connection)
        told[at: place].bytes += added
        body(&told[at: place])
        return true
    }

    /// The text without its secrets, in the storage of one that was seen before, cut to what a short string may hold.
    mutating func shared(_ text: String) -> String {
        let text = redaction.redact(text: text).bounded(toBytes: 255)
        if let place = texts.firstIndex(of: text) { return texts[place] }
        if texts.count < PipelineLimits.sharedTexts { texts.insert(text) } else { newBytes += text.utf8.count }
        return text
    }

    mutating func shared(_ text: String?) -> String? {
        guard let text else { return nil }
        return shared(text) as String
    }

    private func words(_ text: String) -> String { text.isEmpty ? "" : ", \(text)" }
}

extension ClosingReason {
    /// Clients write 0 for a regular end, as py-amqp does, the specification wants 200.
    fileprivate var isFault: Bool { replyCode != 200 && replyCode != 0 }
}
