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
        fileprivate var consumers: [Consumer] = []
        /// The first of them, and until when they were there.
        fileprivate(set) var noted: [QueueConsumer] = []
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

        fileprivate mutating func advance(
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

    /// A value: a consumer as it is known to the broker.
    fileprivate struct Consumer: Sendable {
        let channel: UInt16
        var tag: String
        var queue: String

        /// Bytes of memory, those of the queue's name not counted.
        var bytes: Int { 2 * MemoryLayout<Consumer>.stride + tag.utf8.count }
    }

    private var told = SparseTable<Connection, Told>()
    private var consumers = 0
    /// Queues of which the broker ended a consumer.
    private var cancelledQueues: Set<String> = []
    private let redaction: Redaction
    /// Texts that many connections have in common, kept once.
    private var texts: Set<String> = []
    /// Openings that many connections have in common, kept once.
    private var handshakes: [ConnectionHandshake: InPlace<ConnectionHandshake>] = [:]
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
        gone.bytes -= gone.consumers.total(of: \.bytes)
        gone.consumers = []
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
        if !cancelledQueues.isEmpty {
            let queue = shared(consume.queue)
            newBytes = 0
            if cancelledQueues.contains(queue) {
                add(ConsumerRenewal(at: event.stamp.time, queue: queue), to: \.renewals, of: connection, emit)
            }
        }
        note(connection, event, consume)
        let consumer = Consumer(channel: event.channel, tag: consume.consumerTag, queue: shared(consume.queue))
        if !consume.consumerTag.isEmpty,
            let (place, known) = find(consume.consumerTag, on: event.channel, of: connection)
        {
            newBytes = 0
            told[at: place].consumers[known].queue = consumer.queue
            return
        }
        let count = told.place(of: connection).map { told[at: $0].consumers.count } ?? 0
        guard count < PipelineLimits.consumersOfConnection, consumers < PipelineLimits.consumers else {
            return leaveOut()
        }
        newBytes += consumer.bytes
        if change(connection, { $0.consumers.append(consumer) }) { consumers += 1 }
    }

    private mutating func note(_ connection: ConnectionID, _ event: AMQPMethodEvent, _ consume: BasicConsume) {
        let queue = shared(consume.queue)
        let count = told.place(of: connection).map { told[at: $0].noted.count } ?? 0
        guard !queue.isEmpty, count < PipelineLimits.notedConsumersOfConnection else { return newBytes = 0 }
        newBytes += MemoryLayout<QueueConsumer>.stride
        let consumer = QueueConsumer(
            queue: queue, channel: Int(event.channel), tag: shared(consume.consumerTag), since: event.stamp.time)
        change(connection) { $0.noted.append(consumer) }
    }

    private mutating func end(
        _ connection: ConnectionID, _ event: AMQPMethodEvent, _ end: QueueConsumer.End,
        where isMeant: (QueueConsumer) -> Bool
    ) {
        guard let place = told.place(of: connection) else { return }
        for index in told[at: place].noted.indices {
            let consumer = told[at: place].noted[index]
            guard consumer.until == nil, consumer.channel == Int(event.channel), isMeant(consumer) else { continue }
            told[at: place].noted[index].until = event.stamp.time
            told[at: place].noted[index].end = end
            told[at: place].noted[index].packet = event.stamp.reference
        }
    }

    /// `basic.consume-ok`, which tells the tag that the broker chose.
    mutating func consumeAnswered(_ connection: ConnectionID, _ event: AMQPMethodEvent, _ answer: BasicConsumeOk) {
        guard let (place, consumer) = find("", on: event.channel, of: connection) else { return }
        told[at: place].consumers[consumer].tag = answer.consumerTag
        let noted = told[at: place].noted.firstIndex { $0.channel == Int(event.channel) && $0.tag.isEmpty }
        if let noted { told[at: place].noted[noted].tag = answer.consumerTag }
        let added = answer.consumerTag.utf8.count
        told[at: place].bytes += added
        bytes += added
    }

    /// The queue that a consumer reads; `nil` where its `basic.consume` was not seen.
    func queue(of tag: String, on channel: UInt16, of connection: ConnectionID) -> String? {
        let queue = find(tag, on: channel, of: connection).map { told[at: $0].consumers[$1].queue }
        // The one that was declared last on the channel.
        return queue?.isEmpty == true ? nil : queue
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

    /// Where a consumer is noted.
    private func find(_ tag: String, on channel: UInt16, of connection: ConnectionID) -> (place: Int, consumer: Int)? {
        guard let place = told.place(of: connection),
            let found = told[at: place].consumers.firstIndex(where: { $0.channel == channel && $0.tag == tag })
        else { return nil }
        return (place, found)
    }

    /// `basic.cancel`; from the client it is its own wish, and so it is where it has just deleted the queue itself.
    mutating func cancelled(_ connection: ConnectionID, _ event: AMQPMethodEvent, _ cancel: BasicCancel, _ emit: Emit) {
        end(connection, event, event.side == .server ? .cancelledByBroker : .cancelled) {
            $0.tag == cancel.consumerTag
        }
        guard event.side == .server else { return forget(cancel.consumerTag, on: event.channel, of: connection) }
        let queue = find(cancel.consumerTag, on: event.channel, of: connection).map { place, consumer in
            told[at: place].consumers[consumer].queue
        }
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

    /// The client takes no more messages as this consumer.
    private mutating func forget(_ tag: String, on channel: UInt16, of connection: ConnectionID) {
        guard let (place, consumer) = find(tag, on: channel, of: connection) else { return }
        let gone = told[at: place].consumers.remove(at: consumer).bytes
        told[at: place].bytes -= gone
        bytes -= gone
        consumers -= 1
    }

    /// `channel.close`; a regular one says nothing.
    mutating func channelClosed(
        _ connection: ConnectionID, _ event: AMQPMethodEvent, _ reason: ClosingReason, _ emit: Emit
    ) {
        end(connection, event, event.side == .server ? .channelClosedByBroker : .channelClosed) { _ in true }
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

    // MARK: Opening

    mutating func protocolHeader(
        _ connection: ConnectionID, _ version: AMQPVersion, from side: ConnectionRole, _ emit: Emit
    ) {
        switch side {
        // The broker's greeting, which answers it, may have been captured first.
        case .client where handshake(of: connection)?.stage == .greeted: break
        case .client: change(connection) { $0.handshake = InPlace(ConnectionHandshake()) }
        case .server:
            if let place = told.place(of: connection) {
                told[at: place].handshake?.value.refusedFor = version.description
            }
            emit(.troubled(connection))
        }
    }

    mutating func started(_ connection: ConnectionID, _ start: ConnectionStart) {
        let properties = start.serverProperties
        let product = shared(properties["product"]?.text)
        let version = shared(properties["version"]?.text)
        let cluster = shared(properties["cluster_name"]?.text)
        change(connection) {
            $0.advance(to: .greeted) {
                ($0.serverProduct, $0.serverVersion, $0.cluster) = (product, version, cluster)
            }
        }
    }

    mutating func loggedIn(_ connection: ConnectionID, _ startOk: ConnectionStartOk) {
        let properties = startOk.clientProperties
        let product = shared(properties["product"]?.text)
        let version = shared(properties["version"]?.text ?? properties["product_version"]?.text)
        let platform = shared(properties["platform"]?.text)
        let (user, mechanism) = (shared(startOk.user), shared(startOk.mechanism))
        change(connection) {
            $0.advance(to: .login) {
                ($0.product, $0.productVersion, $0.platform) = (product, version, platform)
                ($0.user, $0.mechanism) = (user, mechanism)
            }
        }
    }

    /// What the broker proposes, and then what the client agrees to, which holds.
    mutating func tuned(_ connection: ConnectionID, _ tune: ConnectionLimits) {
        change(connection) {
            $0.advance(to: .admitted) {
                $0.heartbeat = Int(tune.heartbeat)
                $0.channelMax = Int(tune.channelMax)
                $0.frameMax = Int(tune.frameMax)
            }
        }
    }

    mutating func opens(_ connection: ConnectionID, virtualHost: String) {
        let virtualHost = shared(virtualHost)
        change(connection) {
            $0.advance(to: .opening)
            $0.virtualHost = virtualHost
        }
    }

    mutating func opened(_ connection: ConnectionID) {
        change(connection) { $0.advance(to: .open) }
        guard let place = told.place(of: connection), let own = told[at: place].handshake else { return }
        if let common = handshakes[own.value] {
            told[at: place].handshake = common
        } else if handshakes.count < PipelineLimits.sharedHandshakes {
            handshakes[own.value] = own
        }
    }

    // MARK: Room

    private func subject(of connection: ConnectionID) -> (method: MethodID, name: String)? {
        told.place(of: connection).flatMap { told[at: $0].subject }
    }

    private func handshake(of connection: ConnectionID) -> ConnectionHandshake? {
        told.place(of: connection).flatMap { told[at: $0].handshake?.value }
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
    private mutating func change(_ connection: ConnectionID, _ body: (inout Told) -> Void) -> Bool {
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
    private mutating func shared(_ text: String) -> String {
        let text = redaction.redact(text: text).bounded(toBytes: 255)
        if let place = texts.firstIndex(of: text) { return texts[place] }
        if texts.count < PipelineLimits.sharedTexts { texts.insert(text) } else { newBytes += text.utf8.count }
        return text
    }

    private mutating func shared(_ text: String?) -> String? {
        guard let text else { return nil }
        return shared(text) as String
    }

    private func words(_ text: String) -> String { text.isEmpty ? "" : ", \(text)" }
}

extension ClosingReason {
    /// Clients write 0 for a regular end, as py-amqp does, the specification wants 200.
    fileprivate var isFault: Bool { replyCode != 200 && replyCode != 0 }
}
