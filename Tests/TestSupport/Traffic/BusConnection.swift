/// A machine that is one AMQP connection of a service to the broker: its TCP flow and the tags it has counted.
struct BusConnection {
    private var flow: TCPFlow
    private let name: String
    private let consumed: [String]
    private let confirms: Bool
    private var published: UInt64 = 0
    private var delivered: UInt64 = 0
    private var isClientBusy = false
    private var isBrokerBusy = false

    /// - Parameters:
    ///   - process: `argv0:pid`, the beginning of `connection_name`.
    ///   - consumed: queues it takes messages from; none where it publishes, with confirms.
    init(
        process: String, address: UInt32, port: UInt16, broker: UInt32, consumed: [String] = [],
        segmentSize: Int, _ numbers: inout SeededGenerator
    ) {
        let uuid = MessageIDs.dashed(numbers.hexDigits())
        name = "\(process):\(String(decoding: uuid, as: UTF8.self))"
        flow = TCPFlow(client: (address, port), server: (broker, 5672), segmentSize: segmentSize, &numbers)
        self.consumed = consumed
        confirms = consumed.isEmpty
    }

    /// Whether a content is under way in that direction; another has to wait.
    func isBusy(_ fromClient: Bool) -> Bool {
        fromClient ? isClientBusy : isBrokerBusy
    }

    mutating func setBusy(_ fromClient: Bool, _ isBusy: Bool) {
        if fromClient { isClientBusy = isBusy } else { isBrokerBusy = isBusy }
    }

    mutating func nextPublishTag() -> UInt64 {
        published += 1
        return published
    }

    mutating func nextDeliveryTag() -> UInt64 {
        delivered += 1
        return delivered
    }

    /// The tag of the consumer that gets what is sent there.
    func consumerTag(exchange: String, routingKey: String) -> String {
        let index = consumed.firstIndex { $0 == routingKey || routingKey.isEmpty && $0.hasPrefix(exchange) }
        return "\((index ?? 0) + 1)"
    }

    mutating func send(
        _ bytes: ArraySlice<UInt8>, fromClient: Bool, _ writer: inout PcapWriter, _ clock: inout TrafficClock
    ) -> Int {
        flow.send(bytes, fromClient: fromClient, &writer, &clock)
    }

    /// The TCP handshake, AMQP's, and what a service declares before its first message.
    mutating func open(_ writer: inout PcapWriter, _ clock: inout TrafficClock) {
        flow.open(&writer, &clock)
        exchange(AMQPBuilder.protocolHeader, AMQPBuilder.start(), &writer, &clock)
        exchange(
            AMQPBuilder.startOk(connectionName: name, response: "LOGIN"), AMQPBuilder.tune(ok: false), &writer, &clock)
        exchange(AMQPBuilder.tune(ok: true), [], &writer, &clock)
        exchange(
            AMQPBuilder.method(0, 10, 40) { $0.shortstr("/").shortstr("").octet(0) },
            AMQPBuilder.method(0, 10, 41) { $0.shortstr("") }, &writer, &clock)
        exchange(AMQPBuilder.channelOpen(1), AMQPBuilder.channelOpenOk(1), &writer, &clock)
        if confirms {
            exchange(AMQPBuilder.confirmSelect(1), AMQPBuilder.confirmSelectOk(1), &writer, &clock)
        }
        for (index, queue) in consumed.enumerated() {
            exchange(
                AMQPBuilder.method(1, 50, 10) { $0.short(0).shortstr(queue).octet(0).table() },
                AMQPBuilder.method(1, 50, 11) { $0.shortstr(queue).long(0).long(0) }, &writer, &clock)
            let tag = "\(index + 1)"
            exchange(
                AMQPBuilder.method(1, 60, 20) { $0.short(0).shortstr(queue).shortstr(tag).octet(0).table() },
                AMQPBuilder.method(1, 60, 21) { $0.shortstr(tag) }, &writer, &clock)
        }
    }

    private mutating func exchange(
        _ request: [UInt8], _ answer: [UInt8], _ writer: inout PcapWriter, _ clock: inout TrafficClock
    ) {
        _ = flow.send(request[...], fromClient: true, &writer, &clock)
        if !answer.isEmpty { _ = flow.send(answer[...], fromClient: false, &writer, &clock) }
    }
}
