/// A value: a delivery of a message to somebody whom it was not sent to: who reads another queue that it came into as
/// well, as an audit or a trace of the broker does (`amq.rabbitmq.trace`), who reads a dead-letter queue, or who fetched
/// it (`basic.get`), which no service of OpenStack does.
///
/// It tells nothing of whether the message was taken by whom it was for.
package struct AsideDelivery: Sendable {
    package var delivery: Delivery
    /// The queue that it came from; `nil` where that is not known.
    package var queue: String?
    /// Whether it was fetched (`basic.get`).
    package var isFetched: Bool
    /// Where it was dead-lettered first, and why.
    package var death: Death?
    /// The packets in which it came.
    package var packets: [PacketReference] = []

    /// A value: what the broker writes of a message that it dead-letters (RabbitMQ's headers `x-first-death-queue` and
    /// `x-first-death-reason`, else the oldest of `x-death`).
    package struct Death: Sendable, Equatable {
        package var queue: String
        /// `expired`, `rejected`, `maxlen`, `delivery_limit`.
        package var reason: String

        package init(queue: String, reason: String) {
            (self.queue, self.reason) = (queue, reason)
        }
    }

    package init(_ delivery: Delivery, from queue: String?, isFetched: Bool, death: Death?) {
        self.delivery = delivery
        self.queue = queue
        self.isFetched = isFetched
        self.death = death
    }
}
