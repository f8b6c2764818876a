/// A value: a time in which the broker let a connection publish nothing (`connection.blocked`, RabbitMQ's extension).
package struct BlockedSpan: Sendable, Equatable {
    package var from: Timestamp
    /// `connection.unblocked`; `nil` where that was not seen.
    package var until: Timestamp?
    /// The broker's words, e.g. `low on memory`; redacted.
    package var reason: String
    /// The packet of `connection.blocked`; `nil` where another capture showed it.
    package var packet: PacketReference?

    package init(from: Timestamp, until: Timestamp? = nil, reason: String, packet: PacketReference? = nil) {
        self.from = from
        self.until = until
        self.reason = reason
        self.packet = packet
    }
}

/// A value: a channel that was closed over a fault (`channel.close` with another code than 200).
package struct ChannelClosing: Sendable, Equatable {
    package var at: Timestamp
    package var channel: Int
    package var by: ConnectionRole
    /// AMQP 0-9-1, 1.1: e.g. 403 access-refused, 404 not-found, 406 precondition-failed.
    package var code: Int
    /// Its sender's words, redacted.
    package var text: String
    /// The method that gave the reason, e.g. `basic.publish`; `nil` for none.
    package var method: String?
    /// The exchange or queue that the method was about, where it declares, binds or consumes.
    package var subject: String?
    /// The packet of `channel.close`; `nil` where another capture showed it.
    package var packet: PacketReference?

    package init(
        at: Timestamp, channel: Int, by: ConnectionRole, code: Int, text: String, method: String? = nil,
        subject: String? = nil, packet: PacketReference? = nil
    ) {
        self.at = at
        self.channel = channel
        self.by = by
        self.code = code
        self.text = text
        self.method = method
        self.subject = subject
        self.packet = packet
    }
}

/// A value: a consumer that the broker ended (`basic.cancel` from the server, RabbitMQ's consumer cancel notification):
/// its queue was deleted, or lost the node that it was on. The client gets nothing from it until it consumes anew.
package struct ConsumerCancellation: Sendable, Equatable {
    package var at: Timestamp
    package var consumerTag: String
    /// `nil` where the capture does not hold the `basic.consume`.
    package var queue: String?
    /// When its client was seen to consume from the queue again (`basic.consume`), on this connection or another.
    package var renewedAt: Timestamp?
    /// The packet of `basic.cancel`; `nil` where another capture showed it.
    package var packet: PacketReference?

    package init(
        at: Timestamp, consumerTag: String, queue: String? = nil, renewedAt: Timestamp? = nil,
        packet: PacketReference? = nil
    ) {
        self.at = at
        self.consumerTag = consumerTag
        self.queue = queue
        self.renewedAt = renewedAt
        self.packet = packet
    }
}

/// A value: that a connection consumed from a queue, and until when, where that was before its own end.
package struct QueueConsumer: Sendable, Equatable {
    package enum End: String, Sendable {
        /// `basic.cancel` of the client, of the broker.
        case cancelled, cancelledByBroker
        /// `channel.close` of the client, of the broker.
        case channelClosed, channelClosedByBroker
    }

    package var queue: String
    package var since: Timestamp
    package var until: Timestamp?
    package var end: End?
    /// The packet that ended it; `nil` where another capture showed it.
    package var packet: PacketReference?

    package init(queue: String, since: Timestamp) {
        (self.queue, self.since) = (queue, since)
    }
}

/// A value: that a queue was consumed from of which the broker had ended a consumer before.
package struct ConsumerRenewal: Sendable, Equatable {
    package var at: Timestamp
    package var queue: String

    package init(at: Timestamp, queue: String) {
        (self.at, self.queue) = (at, queue)
    }
}

/// A value: how a connection ended.
package struct ConnectionEnd: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        /// `connection.close`; `code` and `text` say why.
        case closed
        /// A TCP reset without `connection.close`.
        case reset
        /// FIN without `connection.close`, as when a process is killed: its kernel ends the stream for it.
        case finished
        /// A new TCP connection took over address and port; the end itself was not seen.
        case replaced
        /// No packet for long; the end itself was not seen.
        case silent
    }

    package var kind: Kind
    package var at: Timestamp
    /// Who ended it: sent `connection.close`, the reset, the first FIN; `nil` where that is not known.
    package var by: ConnectionRole?
    /// Of `connection.close`: 200 or 0 for a regular end, e.g. 320 connection-forced.
    package var code: Int?
    /// Its sender's words, redacted.
    package var text: String?
    /// The packet in which it came; `nil` where it was inferred, or another capture showed it.
    package var packet: PacketReference?
    /// Whether the last that an end said is missing from the capture, or all of it: it may have been `connection.close`.
    package var mayHaveBeenClosed = false

    package init(
        _ kind: Kind, at: Timestamp, by: ConnectionRole? = nil, code: Int? = nil, text: String? = nil,
        packet: PacketReference? = nil
    ) {
        self.kind = kind
        self.at = at
        self.by = by
        self.code = code
        self.text = text
        self.packet = packet
    }

    /// Whether somebody ended it as the protocol has it, with nothing wrong.
    package var isRegular: Bool { kind == .closed && (code == nil || code == 0 || code == 200) }

    /// Whether the capture shows that it ended, and not by a regular close: its process died, or the network failed.
    package var isLoss: Bool {
        switch kind {
        case .closed: !isRegular
        case .reset, .finished: true
        case .replaced, .silent: false
        }
    }
}
