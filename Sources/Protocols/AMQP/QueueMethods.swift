/// A value: `exchange.declare`.
package struct ExchangeDeclare: Sendable, Equatable {
    package let exchange: String
    /// `topic`, `direct`, `fanout`, `headers` or a plugin's.
    package let type: String
    package let isPassive: Bool
    package let isDurable: Bool
    package let autoDelete: Bool
    package let isInternal: Bool
    package let noWait: Bool
    package let arguments: FieldTable
}

/// A value: `queue.declare`.
package struct QueueDeclare: Sendable, Equatable {
    /// Empty where the server is to choose the name.
    package let queue: String
    package let isPassive: Bool
    package let isDurable: Bool
    package let isExclusive: Bool
    package let autoDelete: Bool
    package let noWait: Bool
    package let arguments: FieldTable
}

/// A value: `queue.declare-ok`.
package struct QueueDeclareOk: Sendable, Equatable {
    package let queue: String
    package let messageCount: UInt32
    package let consumerCount: UInt32
}

/// A value: `queue.bind`.
package struct QueueBind: Sendable, Equatable {
    package let queue: String
    package let exchange: String
    package let routingKey: String
    package let noWait: Bool
    package let arguments: FieldTable
}
