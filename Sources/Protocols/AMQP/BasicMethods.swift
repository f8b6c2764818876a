/// A value: `basic.consume`.
package struct BasicConsume: Sendable, Equatable {
    package let queue: String
    /// Empty where the server is to choose the tag.
    package let consumerTag: String
    package let noLocal: Bool
    package let noAck: Bool
    package let isExclusive: Bool
    package let noWait: Bool
    /// Empty in 0-8, which has no arguments here.
    package let arguments: FieldTable
}

/// A value: `basic.cancel`, from the server where the queue is gone.
package struct BasicCancel: Sendable, Equatable {
    package let consumerTag: String
    package let noWait: Bool
}

/// A value: `basic.publish`, followed by a content.
package struct BasicPublish: Sendable, Equatable {
    package let exchange: String
    package let routingKey: String
    package let mandatory: Bool
    package let immediate: Bool

    package init(exchange: String, routingKey: String, mandatory: Bool = false, immediate: Bool = false) {
        self.exchange = exchange
        self.routingKey = routingKey
        self.mandatory = mandatory
        self.immediate = immediate
    }
}

/// A value: `basic.return`, followed by the content that the broker could not route.
package struct BasicReturn: Sendable, Equatable {
    /// E.g. 312 NO_ROUTE.
    package let replyCode: UInt16
    package let replyText: String
    package let exchange: String
    package let routingKey: String

    package init(replyCode: UInt16, replyText: String, exchange: String, routingKey: String) {
        self.replyCode = replyCode
        self.replyText = replyText
        self.exchange = exchange
        self.routingKey = routingKey
    }
}

/// A value: `basic.deliver`, followed by a content.
package struct BasicDeliver: Sendable, Equatable {
    package let consumerTag: String
    /// Counted per channel.
    package let deliveryTag: UInt64
    package let redelivered: Bool
    package let exchange: String
    package let routingKey: String

    package init(
        consumerTag: String, deliveryTag: UInt64, redelivered: Bool = false, exchange: String, routingKey: String
    ) {
        self.consumerTag = consumerTag
        self.deliveryTag = deliveryTag
        self.redelivered = redelivered
        self.exchange = exchange
        self.routingKey = routingKey
    }
}

/// A value: `basic.get-ok`, followed by a content.
package struct BasicGetOk: Sendable, Equatable {
    /// Counted per channel, together with those of deliveries.
    package let deliveryTag: UInt64
    package let redelivered: Bool
    package let exchange: String
    package let routingKey: String
    /// Messages left in the queue.
    package let messageCount: UInt32

    package init(deliveryTag: UInt64, redelivered: Bool, exchange: String, routingKey: String, messageCount: UInt32) {
        self.deliveryTag = deliveryTag
        self.redelivered = redelivered
        self.exchange = exchange
        self.routingKey = routingKey
        self.messageCount = messageCount
    }
}

/// A value: `basic.ack`: of a delivery from the client, a publisher confirm from the server.
package struct BasicAck: Sendable, Equatable {
    /// 0 together with `multiple` means all that are outstanding.
    package let deliveryTag: UInt64
    package let multiple: Bool
}

/// A value: `basic.reject`.
package struct BasicReject: Sendable, Equatable {
    package let deliveryTag: UInt64
    package let requeue: Bool
}

/// A value: `basic.nack`, RabbitMQ's, in both directions.
package struct BasicNack: Sendable, Equatable {
    package let deliveryTag: UInt64
    package let multiple: Bool
    package let requeue: Bool
}
