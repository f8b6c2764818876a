/// A machine that goes through the steps of one call, cast, fanout or notification, from publish to last acknowledgement.
struct Conversation {
    /// A value: what one end sends in one go.
    struct Step {
        enum Content {
            case publish(BodyTemplate, exchange: String, routingKey: String, mandatory: Bool)
            case deliver(BodyTemplate, exchange: String, routingKey: String)
            /// Of the publish before it.
            case confirm
            /// Of the delivery before it.
            case acknowledge
        }

        let connection: Int
        let content: Content

        var isFromClient: Bool {
            switch content {
            case .publish, .acknowledge: true
            case .deliver, .confirm: false
            }
        }
    }

    private(set) var steps: [Step] = []
    private var position = 0
    private var ids = MessageIDs()
    /// `_unique_id` of the answer.
    private var answerID: [UInt8] = []
    private var publishTag: UInt64 = 0
    private var deliveryTag: UInt64 = 0
    /// What is being sent, and how far.
    private var bytes: [UInt8] = []
    private var sent = 0

    var isOver: Bool { position == steps.count && sent == bytes.count }

    /// Sends up to `segments` of the present step, or begins the next one; `false` where it has to wait.
    mutating func advance(
        segments: Int, in cloud: inout Cloud, _ writer: inout PcapWriter, _ clock: inout TrafficClock
    ) -> Bool {
        if sent == bytes.count {
            guard begin(&cloud) else { return false }
        }
        let step = steps[position - 1]
        for _ in 0..<segments where sent < bytes.count {
            sent += cloud[step.connection].send(
                bytes[sent...], fromClient: step.isFromClient, &writer, &clock)
        }
        if sent == bytes.count { cloud[step.connection].setBusy(step.isFromClient, false) }
        return true
    }

    /// Lets the ids of its messages begin with a text of hexadecimal digits, so that they can be found again.
    mutating func beginIDs(with mark: [UInt8]) {
        ids.begin(with: mark)
        answerID.replaceSubrange(..<mark.count, with: mark)
    }

    private mutating func begin(_ cloud: inout Cloud) -> Bool {
        guard position < steps.count else { return false }
        let step = steps[position]
        guard !cloud[step.connection].isBusy(step.isFromClient) else { return false }
        cloud[step.connection].setBusy(step.isFromClient, true)
        position += 1
        bytes.removeAll(keepingCapacity: true)
        sent = 0
        switch step.content {
        case .publish(let body, let exchange, let routingKey, let mandatory):
            publishTag = cloud[step.connection].nextPublishTag()
            bytes += AMQPBuilder.publish(1, exchange: exchange, routingKey: routingKey, mandatory: mandatory)
            append(body)
        case .deliver(let body, let exchange, let routingKey):
            deliveryTag = cloud[step.connection].nextDeliveryTag()
            let consumer = cloud[step.connection].consumerTag(exchange: exchange, routingKey: routingKey)
            bytes += AMQPBuilder.deliver(
                1, tag: deliveryTag, consumer: consumer, exchange: exchange, routingKey: routingKey)
            append(body)
        case .confirm: bytes += AMQPBuilder.ack(1, publishTag)
        case .acknowledge: bytes += AMQPBuilder.ack(1, deliveryTag)
        }
        return true
    }

    /// Appends a content header and the body, which fits into one frame.
    private mutating func append(_ body: BodyTemplate) {
        bytes += AMQPBuilder.header(
            1, bodySize: UInt64(body.bytes.count), flags: 0xF900, properties: Self.properties)
        bytes += AMQPBuilder().octet(3).short(1).long(UInt32(body.bytes.count)).bytes
        var own = ids
        if body.isAnswer { own.uniqueID = answerID }
        body.append(own, to: &bytes)
        bytes.append(0xCE)
    }

    private static let properties = AMQPBuilder().shortstr("application/json").shortstr("utf-8").table().octet(2)
        .octet(0).shortstr("60000").bytes
}

extension Conversation {
    /// A value: what a request goes to, and who takes it.
    struct Destination {
        var exchange = "nova"
        let routingKey: String
        let takers: [Cloud.Process]
    }

    private init(from sender: Cloud.Process, _ numbers: inout SeededGenerator) {
        ids = MessageIDs(
            uniqueID: numbers.hexDigits(), messageID: numbers.hexDigits(), replyQueue: sender.replyQueue,
            requestID: MessageIDs.dashed(numbers.hexDigits()), instance: MessageIDs.dashed(numbers.hexDigits()))
        answerID = numbers.hexDigits()
    }

    /// A cast, fanout or notification.
    static func cast(
        _ body: BodyTemplate, from sender: Cloud.Process, to destination: Destination, _ numbers: inout SeededGenerator
    ) -> Conversation {
        var conversation = Conversation(from: sender, &numbers)
        conversation.pass(body, from: sender, to: destination)
        return conversation
    }

    /// A call and its answer.
    static func call(
        _ body: BodyTemplate, answer: BodyTemplate, from caller: Cloud.Process, to server: Cloud.Process,
        topic: String, _ numbers: inout SeededGenerator
    ) -> Conversation {
        var conversation = Conversation(from: caller, &numbers)
        conversation.pass(body, from: caller, to: Destination(routingKey: topic, takers: [server]))
        let queue = "reply_" + String(decoding: caller.replyQueue, as: UTF8.self)
        conversation.steps += [
            Step(
                connection: server.sender,
                content: .publish(answer, exchange: "", routingKey: queue, mandatory: true)),
            Step(connection: server.sender, content: .confirm),
            Step(connection: caller.replies, content: .deliver(answer, exchange: "", routingKey: queue)),
            Step(connection: caller.replies, content: .acknowledge),
        ]
        return conversation
    }

    private mutating func pass(_ body: BodyTemplate, from sender: Cloud.Process, to destination: Destination) {
        let (exchange, key) = (destination.exchange, destination.routingKey)
        steps = [
            Step(
                connection: sender.sender,
                content: .publish(body, exchange: exchange, routingKey: key, mandatory: false)),
            Step(connection: sender.sender, content: .confirm),
        ]
        for taker in destination.takers {
            steps.append(
                Step(connection: taker.listener, content: .deliver(body, exchange: exchange, routingKey: key)))
            steps.append(Step(connection: taker.listener, content: .acknowledge))
        }
    }
}
