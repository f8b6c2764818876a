import OpenStack
import Protocols
import Trace

/// A machine that notes what the two ends of open connections say about them: blocking, faults, the end.
///
/// These methods are rare; a connection without any costs nothing. `spansAtMost` bounds what a flapping broker leaves.
struct ConnectionFacts: Sendable {
    /// What was said on one connection.
    struct Told: Sendable {
        var blocked: [BlockedSpan] = []
        var channelClosings: [ChannelClosing] = []
        var cancelled: [ConsumerCancellation] = []
        var handshake: ConnectionHandshake?
        var virtualHost: String?
        /// The exchange or queue of the last method that named one, and the method.
        fileprivate var subject: (method: MethodID, name: String)?
        var end: ConnectionEnd?
        /// Whether one end agreed to a `connection.close`, which the capture may not hold.
        var isCloseAnswered = false
    }

    /// A value: a consumer as it is known to the broker.
    private struct Consumer: Hashable {
        let connection: Int
        let channel: UInt16
        let tag: String
    }

    /// Blocked spans, closings of channels, and cancelled consumers, that are kept of a connection; of more the first.
    static let spansAtMost = 64
    /// Consumers whose queues are remembered, over all connections.
    static let consumersAtMost = 65_536

    private var told: [Int: Told] = [:]
    private var queues: [Consumer: String] = [:]
    private var consumers: [Int: [Consumer]] = [:]
    private let redaction: Redaction
    /// Texts that many connections have in common, kept once.
    private var texts: Set<String> = []
    private static let textsAtMost = 1024

    typealias Emit = (Observation) -> Void

    init(redaction: Redaction) {
        self.redaction = redaction
    }

    /// What was said on a connection that is open.
    func told(on connection: Int) -> Told? { told[connection] }

    /// The connection is gone: hands over what was said on it.
    mutating func take(_ connection: Int) -> Told? {
        for consumer in consumers.removeValue(forKey: connection) ?? [] { queues[consumer] = nil }
        return told.removeValue(forKey: connection)
    }

    // MARK: Methods

    /// `connection.blocked`; repeated, it changes nothing.
    mutating func blocked(_ connection: Int, _ event: AMQPMethodEvent, reason: String, _ emit: Emit) {
        var facts = told[connection] ?? Told()
        if let last = facts.blocked.last, last.until == nil { return }
        let reason = redaction.redact(text: reason)
        if facts.blocked.count < Self.spansAtMost {
            facts.blocked.append(BlockedSpan(from: event.stamp.time, reason: reason, packet: event.stamp.reference))
            told[connection] = facts
            emit(.troubled(connection))
        }
        emit(
            .anomaly(
                Anomaly(
                    at: event.stamp.time, connection: connection, kind: .connectionBlocked,
                    detail: "the broker lets this connection publish nothing" + words(reason))))
    }

    /// `connection.unblocked`.
    mutating func unblocked(_ connection: Int, _ event: AMQPMethodEvent) {
        guard let last = told[connection]?.blocked.indices.last, told[connection]?.blocked[last].until == nil else {
            return
        }
        told[connection]?.blocked[last].until = event.stamp.time
    }

    /// `basic.consume`; a tag that the broker chooses is not known from it.
    mutating func consumes(_ connection: Int, _ event: AMQPMethodEvent, _ consume: BasicConsume) {
        guard !consume.consumerTag.isEmpty, queues.count < Self.consumersAtMost else { return }
        let consumer = Consumer(connection: connection, channel: event.channel, tag: consume.consumerTag)
        if queues.updateValue(shared(consume.queue), forKey: consumer) == nil {
            consumers[connection, default: []].append(consumer)
        }
    }

    /// `basic.cancel`; from the client it is its own wish, and so it is where it has just deleted the queue itself.
    mutating func cancelled(_ connection: Int, _ event: AMQPMethodEvent, _ cancel: BasicCancel, _ emit: Emit) {
        guard event.side == .server else { return }
        let consumer = Consumer(connection: connection, channel: event.channel, tag: cancel.consumerTag)
        let queue = queues[consumer]
        if let subject = told[connection]?.subject, subject.method == Self.queueDelete,
            subject.name.isEmpty || queue.map({ $0 == subject.name }) ?? true
        {
            return
        }
        let cancellation = ConsumerCancellation(
            at: event.stamp.time, consumerTag: shared(cancel.consumerTag), queue: queue, packet: event.stamp.reference)
        if told[connection]?.cancelled.count ?? 0 < Self.spansAtMost {
            told[connection, default: Told()].cancelled.append(cancellation)
            emit(.troubled(connection))
        }
        let what = cancellation.queue.map { "of queue \($0)" } ?? "with the tag \(cancellation.consumerTag)"
        emit(
            .anomaly(
                Anomaly(
                    at: cancellation.at, connection: connection, kind: .consumerCancelled,
                    detail: "the broker cancelled the consumer \(what)")))
    }

    /// `channel.close`; a regular one says nothing.
    mutating func channelClosed(_ connection: Int, _ event: AMQPMethodEvent, _ reason: ClosingReason, _ emit: Emit) {
        guard reason.isFault else { return }
        let closing = ChannelClosing(
            at: event.stamp.time, channel: Int(event.channel), by: event.side.end, code: Int(reason.replyCode),
            text: redaction.redact(text: reason.replyText), method: MethodTable.v091[reason.cause]?.name,
            subject: told[connection]?.subject.flatMap {
                $0.method == reason.cause && !$0.name.isEmpty ? $0.name : nil
            },
            packet: event.stamp.reference)
        if told[connection]?.channelClosings.count ?? 0 < Self.spansAtMost {
            told[connection, default: Told()].channelClosings.append(closing)
            emit(.troubled(connection))
        }
        let cause = closing.method.map { " after \($0)" } ?? ""
        emit(
            .anomaly(
                Anomaly(
                    at: closing.at, connection: connection, kind: .channelClosed,
                    detail:
                        "the \(closing.by) closed channel \(closing.channel)\(cause): \(closing.code)\(words(closing.text))"
                ))
        )
    }

    /// `connection.close`; of two the first counts.
    mutating func closed(_ connection: Int, _ event: AMQPMethodEvent, _ reason: ClosingReason, _ emit: Emit) {
        guard told[connection]?.end == nil else { return }
        let text = redaction.redact(text: reason.replyText)
        let end = ConnectionEnd(
            .closed, at: event.stamp.time, by: event.side.end, code: Int(reason.replyCode),
            text: text.isEmpty ? nil : text, packet: event.stamp.reference)
        told[connection, default: Told()].end = end
        emit(.troubled(connection))
        guard reason.isFault else { return }
        emit(
            .anomaly(
                Anomaly(
                    at: end.at, connection: connection, kind: .connectionClosed,
                    detail: "the \(event.side.end) closed the connection: \(reason.replyCode)\(words(text))")))
    }

    /// `connection.close-ok`: a close was said before.
    mutating func closeAnswered(_ connection: Int) {
        told[connection, default: Told()].isCloseAnswered = true
    }

    /// A method that names an exchange or queue: what the broker says of it next may be its answer.
    mutating func names(_ connection: Int, _ method: MethodID, _ name: String) {
        told[connection, default: Told()].subject = (method, shared(name))
    }

    /// `queue.delete-ok`: a queue was deleted on the client's wish, which the capture may not hold.
    mutating func deleted(_ connection: Int) {
        guard told[connection]?.subject?.method != Self.queueDelete else { return }
        names(connection, Self.queueDelete, "")
    }

    private static let queueDelete = MethodID(50, 40)

    // MARK: Opening

    mutating func protocolHeader(_ connection: Int, _ version: AMQPVersion, from side: StreamRole, _ emit: Emit) {
        switch side {
        // The broker's greeting, which answers it, may have been captured first.
        case .client where told[connection]?.handshake?.stage == .greeted: break
        case .client: told[connection, default: Told()].handshake = ConnectionHandshake()
        case .server:
            told[connection]?.handshake?.refusedFor = version.description
            emit(.troubled(connection))
        }
    }

    mutating func started(_ connection: Int, _ start: ConnectionStart) {
        let properties = start.serverProperties
        let product = shared(properties["product"]?.text)
        let version = shared(properties["version"]?.text)
        let cluster = shared(properties["cluster_name"]?.text)
        update(connection, .greeted) {
            ($0.serverProduct, $0.serverVersion, $0.cluster) = (product, version, cluster)
        }
    }

    mutating func loggedIn(_ connection: Int, _ startOk: ConnectionStartOk) {
        let properties = startOk.clientProperties
        let product = shared(properties["product"]?.text)
        let version = shared(properties["version"]?.text ?? properties["product_version"]?.text)
        let platform = shared(properties["platform"]?.text)
        let (user, mechanism) = (shared(startOk.user), shared(startOk.mechanism))
        update(connection, .login) {
            ($0.product, $0.productVersion, $0.platform) = (product, version, platform)
            ($0.user, $0.mechanism) = (user, mechanism)
        }
    }

    /// What the broker proposes, and then what the client agrees to, which holds.
    mutating func tuned(_ connection: Int, _ tune: ConnectionTune) {
        update(connection, .admitted) {
            $0.heartbeat = Int(tune.heartbeat)
            $0.channelMax = Int(tune.channelMax)
            $0.frameMax = Int(tune.frameMax)
        }
    }

    mutating func opens(_ connection: Int, virtualHost: String) {
        let virtualHost = shared(virtualHost)
        update(connection, .opening) { _ in }
        told[connection]?.virtualHost = virtualHost
    }

    mutating func opened(_ connection: Int) {
        update(connection, .open) { _ in }
    }

    private mutating func update(
        _ connection: Int, _ stage: ConnectionHandshake.Stage, _ body: (inout ConnectionHandshake) -> Void
    ) {
        var handshake = told[connection]?.handshake ?? ConnectionHandshake()
        handshake.stage = max(handshake.stage, stage)
        body(&handshake)
        told[connection, default: Told()].handshake = handshake
    }

    /// The text without its secrets, in the storage of one that was seen before, cut to what a short string may hold.
    private mutating func shared(_ text: String) -> String {
        let text = redaction.redact(text: text).bounded(toBytes: 255)
        if let place = texts.firstIndex(of: text) { return texts[place] }
        if texts.count < Self.textsAtMost { texts.insert(text) }
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

extension StreamRole {
    var end: ConnectionSide { self == .client ? .client : .broker }
}
