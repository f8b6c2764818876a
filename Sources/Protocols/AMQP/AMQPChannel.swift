import Trace

/// A machine that holds what a connection knows of one channel between its opening and its closing.
///
/// The contents under way stand in `AMQPSession.assemblies`, where they can be changed without copying a channel.
struct AMQPChannel {
    let number: UInt16
    var confirms: PublisherConfirms
    /// Deliveries waiting for the client's acknowledgement, by delivery tag.
    var deliveries = OutstandingContents()
    /// Whether it was said already that too many wait.
    var reportedLimit = false
    /// Whether the answer to the last `basic.get` needs no acknowledgement.
    var getIsNoAck = false
    /// Tags of consumers whose deliveries need no acknowledgement; the empty one until `basic.consume-ok` names it.
    private var noAckConsumers: [String] = []

    init(number: UInt16, sawOpen: Bool) {
        self.number = number
        confirms = PublisherConfirms(sawOpen: sawOpen)
    }

    static let bytesPerOutstanding = MemoryLayout<(tag: UInt64, id: Int)>.stride

    /// Bytes of memory beside the value itself.
    var heldBytes: Int {
        (deliveries.count + confirms.waiting) * AMQPChannel.bytesPerOutstanding
            + noAckConsumers.total { MemoryLayout<String>.stride + $0.utf8.count }
    }

    mutating func consume(_ method: BasicConsume) {
        guard method.noAck, noAckConsumers.count < Limits.unacknowledgingConsumers else { return }
        noAckConsumers.append(method.consumerTag)
    }

    mutating func consumeOk(_ consumerTag: String) {
        if let unnamed = noAckConsumers.firstIndex(of: "") { noAckConsumers[unnamed] = consumerTag }
    }

    mutating func cancel(_ consumerTag: String) {
        noAckConsumers.removeAll { $0 == consumerTag }
    }

    /// Whether there are consumers whose deliveries wait for no answer.
    var hasNoAckConsumers: Bool { !noAckConsumers.isEmpty }

    /// Whether a delivery waits for an answer.
    func needsAck(_ method: AMQPContent.Method) -> Bool {
        guard case .deliver(let deliver) = method else { return true }
        return !noAckConsumers.contains(deliver.consumerTag)
    }
}
