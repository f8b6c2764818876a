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
        var end: ConnectionEnd?
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
    mutating func blocked(_ connection: Int, _ event: AMQPMethodEvent, reason: String) -> Anomaly? {
        var facts = told[connection] ?? Told()
        if let last = facts.blocked.last, last.until == nil { return nil }
        let reason = redaction.redact(text: reason)
        if facts.blocked.count < Self.spansAtMost {
            facts.blocked.append(BlockedSpan(from: event.stamp.time, reason: reason))
            told[connection] = facts
        }
        return Anomaly(
            at: event.stamp.time, connection: connection, kind: "connection-blocked",
            detail: "the broker lets this connection publish nothing" + words(reason))
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
        if queues.updateValue(consume.queue, forKey: consumer) == nil {
            consumers[connection, default: []].append(consumer)
        }
    }

    /// `basic.cancel`; from the client it is its own wish.
    mutating func cancelled(_ connection: Int, _ event: AMQPMethodEvent, _ cancel: BasicCancel) -> Anomaly? {
        guard event.side == .server else { return nil }
        let consumer = Consumer(connection: connection, channel: event.channel, tag: cancel.consumerTag)
        let cancellation = ConsumerCancellation(
            at: event.stamp.time, consumerTag: cancel.consumerTag, queue: queues[consumer])
        if told[connection]?.cancelled.count ?? 0 < Self.spansAtMost {
            told[connection, default: Told()].cancelled.append(cancellation)
        }
        let what = cancellation.queue.map { "of queue \($0)" } ?? "with the tag \(cancellation.consumerTag)"
        return Anomaly(
            at: cancellation.at, connection: connection, kind: "consumer-cancelled",
            detail: "the broker cancelled the consumer \(what)")
    }

    /// `channel.close`; a regular one says nothing.
    mutating func channelClosed(_ connection: Int, _ event: AMQPMethodEvent, _ reason: ClosingReason) -> Anomaly? {
        guard reason.isFault else { return nil }
        let closing = ChannelClosing(
            at: event.stamp.time, channel: Int(event.channel), by: event.side.end, code: Int(reason.replyCode),
            text: redaction.redact(text: reason.replyText), method: MethodTable.v091[reason.cause]?.name)
        if told[connection]?.channelClosings.count ?? 0 < Self.spansAtMost {
            told[connection, default: Told()].channelClosings.append(closing)
        }
        let cause = closing.method.map { " after \($0)" } ?? ""
        return Anomaly(
            at: closing.at, connection: connection, kind: "channel-closed",
            detail: "the \(closing.by) closed channel \(closing.channel)\(cause): \(closing.code)\(words(closing.text))"
        )
    }

    /// `connection.close`; of two the first counts.
    mutating func closed(_ connection: Int, _ event: AMQPMethodEvent, _ reason: ClosingReason) -> Anomaly? {
        guard told[connection]?.end == nil else { return nil }
        let text = redaction.redact(text: reason.replyText)
        let end = ConnectionEnd(
            .closed, at: event.stamp.time, by: event.side.end, code: Int(reason.replyCode),
            text: text.isEmpty ? nil : text)
        told[connection, default: Told()].end = end
        guard reason.isFault else { return nil }
        return Anomaly(
            at: end.at, connection: connection, kind: "connection-closed",
            detail: "the \(event.side.end) closed the connection: \(reason.replyCode)\(words(text))")
    }

    private func words(_ text: String) -> String { text.isEmpty ? "" : ", \(text)" }
}

extension ClosingReason {
    /// Clients write 0 for a regular end, as py-amqp does, the specification wants 200.
    fileprivate var isFault: Bool { replyCode != 200 && replyCode != 0 }
}

extension AMQPSide {
    var end: ConnectionSide { self == .client ? .client : .broker }
}
