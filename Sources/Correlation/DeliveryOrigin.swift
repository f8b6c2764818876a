import OpenStack
package import Trace

/// A value: where a delivery came from, which its routing key need not tell: a queue may be bound to any exchange.
package struct DeliveryOrigin: Sendable {
    /// The queue that the consumer reads (`basic.consume`), or that was asked (`basic.get`); `nil` where that was not seen.
    package var queue: String?
    /// Whether it was fetched (`basic.get`).
    package var isFetched: Bool
    package var death: AsideDelivery.Death?

    /// - Returns: `nil` where nothing is known.
    package init?(queue: String?, isFetched: Bool, death: AsideDelivery.Death?) {
        if queue == nil, !isFetched, death == nil { return nil }
        (self.queue, self.isFetched, self.death) = (queue, isFetched, death)
    }
}

extension Passage {
    /// RabbitMQ's exchange of copies of all that passes, for who debugs it (`rabbitmqctl trace_on`).
    private static let traceExchange = "amq.rabbitmq.trace"

    /// Whether it is a delivery to somebody whom the message was not sent to.
    ///
    /// oslo.messaging names a queue as its routing key, and one for a fanout by its exchange and a uuid. In mid-stream,
    /// where the consumer's queue is not known, the routing key is the best that there is.
    ///
    /// - Parameter sent: where the message was published to, where that was seen.
    func isAside(of sent: @autoclosure () -> AMQPTransport?) -> Bool {
        guard case .deliver = leg else { return false }
        if exchange == Self.traceExchange { return true }
        guard let origin else { return false }
        if origin.isFetched { return true }
        guard let queue = origin.queue else { return origin.death != nil }
        switch body {
        case .request, .reply: break
        case .notification, .opaque: return false
        }
        let isOnItsWay = Self.leads(exchange, routingKey, to: queue)
        if isOnItsWay, origin.death == nil { return false }
        guard let sent = sent() else { return !isOnItsWay }
        // A shovel may have sent it on elsewhere.
        return !Self.leads(sent.exchange, sent.routingKey, to: queue)
    }

    private static func leads(_ exchange: String, _ routingKey: String, to queue: String) -> Bool {
        queue == routingKey || (routingKey.isEmpty || exchange.hasSuffix("_fanout")) && queue.hasPrefix(exchange)
    }
}
