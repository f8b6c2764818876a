/// A value: what a message has that goes by way of a broker.
package struct AMQPTransport: Sendable {
    package var exchange: String
    package var routingKey: String
    /// `_reply_q`.
    package var replyQueue: String?
    /// When the broker confirmed the publish.
    package var confirmedAt: Timestamp?
    /// When the broker refused the publish (`basic.nack`).
    package var refusedAt: Timestamp?
    /// The property `expiration`, for calls the caller's timeout.
    package var expiration: Nanoseconds?
    /// `basic.return`: the broker could not route it.
    package var returned: Returned? {
        get { rareReturn?.value }
        set { rareReturn = newValue.map { InPlace($0) } }
    }
    private var rareReturn: InPlace<Returned>?
    /// Seen published more than once: a client's retry, a shovel, a capture on both sides.
    package var republished: Int32 = 0
    /// How often who was given it gave it back, to be given out again (`basic.reject` and `basic.nack` with requeue).
    package private(set) var requeues: Int32 = 0

    package mutating func countRequeue() {
        if requeues < .max { requeues += 1 }
    }

    package init(exchange: String, routingKey: String) {
        self.exchange = exchange
        self.routingKey = routingKey
    }
}

/// A value: why the broker gave a message back (`basic.return`).
package struct Returned: Sendable, Equatable {
    package var code: Int
    package var text: String

    package init(code: Int, text: String) {
        self.code = code
        self.text = text
    }
}

extension Message {
    /// One that goes by way of a broker.
    package init(id: MessageID, kind: Kind, exchange: String, routingKey: String, bytes: Int) {
        self.init(
            id: id, kind: kind, amqp: AMQPTransport(exchange: exchange, routingKey: routingKey), bytes: bytes)
    }

    /// The queue that who should take it reads, as far as its routing key tells; empty for a fanout.
    package var queue: String { amqp?.routingKey ?? "" }

    /// Where it was sent to: its queue, of a fanout the exchange.
    package var destination: String { amqp.map { $0.routingKey.isEmpty ? $0.exchange : $0.routingKey } ?? "" }

    /// How often who was given it gave it back, to be given out again.
    package var requeues: Int { Int(amqp?.requeues ?? 0) }

    /// Why it was given back; `nil` where it was not.
    package var returned: Returned? { amqp?.returned }

    /// How long who sent it waits for it to be taken, and a caller for the answer; `nil` where that is not said.
    package var timeout: Nanoseconds? { amqp?.expiration }
}
