/// A machine that writes a capture of a busy cloud's message bus: calls, casts, fanouts and notifications between fifteen
/// processes, many at once, among packets of a database.
///
/// The same seed gives the same file, byte for byte, and nothing of it is kept in memory.
package struct TrafficGenerator: ~Copyable {
    /// A value: how large a capture is to be; it ends when what is under way then is over.
    package enum Size: Sendable {
        case bytes(Int)
        /// Calls, casts, fanouts and notifications.
        case conversations(Int)
        /// Packets of the database alone, without any AMQP.
        case unrelatedPackets(Int)
    }

    /// A value: what a capture holds.
    package struct Tally: Sendable, Equatable {
        package var bytes = 0
        package var packets = 0
        package var unrelatedPackets = 0
        package var calls = 0
        package var casts = 0
        package var fanouts = 0
        package var notifications = 0

        package init() {}

        package var conversations: Int { calls + casts + fanouts + notifications }
    }

    var numbers: SeededGenerator
    var clock: TrafficClock
    var writer: PcapWriter
    var cloud: Cloud
    private var database: DatabaseTraffic
    var tally = Tally()
    /// Conversations that go on at the same time.
    static let width = 24

    /// Writes a capture file.
    package static func write(
        _ size: Size, seed: UInt64 = 1, to path: String
    ) throws(PcapWriter.Failure) -> Tally {
        var generator = try TrafficGenerator(seed: seed, path: path)
        generator.database.open(&generator.writer, &generator.clock)
        if case .unrelatedPackets(let count) = size {
            generator.writeUnrelated(count)
        } else {
            generator.writeConversations(size)
        }
        return try generator.finish()
    }
}

extension TrafficGenerator {
    init(
        seed: UInt64, segmentSize: Int = TCPFlow.usualSegmentSize, path: String
    ) throws(PcapWriter.Failure) {
        numbers = SeededGenerator(seed: seed)
        clock = TrafficClock(seed: seed &+ 1)
        cloud = Cloud(segmentSize: segmentSize, &numbers)
        database = DatabaseTraffic(&numbers)
        writer = try PcapWriter(path: path)
    }

    private mutating func writeUnrelated(_ count: Int) {
        while writer.packets < count { database.send(&numbers, &writer, &clock) }
    }

    private mutating func writeConversations(_ size: Size) {
        for connection in cloud.connections.indices { cloud[connection].open(&writer, &clock) }
        var open: [Conversation] = []
        while open.count < Self.width { open.append(nextConversation()) }
        while !open.isEmpty {
            let index = numbers.below(open.count)
            let isSending = open[index].advance(segments: 1 + numbers.below(8), in: &cloud, &writer, &clock)
            if isSending, numbers.below(8) == 0 { database.send(&numbers, &writer, &clock) }
            guard open[index].isOver else { continue }
            if isEnough(size) { open.remove(at: index) } else { open[index] = nextConversation() }
        }
    }

    private func isEnough(_ size: Size) -> Bool {
        switch size {
        case .bytes(let bytes): writer.bytes >= bytes
        case .conversations(let count): tally.conversations >= count
        case .unrelatedPackets: true
        }
    }

    mutating func finish() throws(PcapWriter.Failure) -> Tally {
        try writer.finish()
        tally.bytes = writer.bytes
        tally.packets = writer.packets
        tally.unrelatedPackets = database.packets
        return tally
    }

    /// The mix of a cloud that boots servers.
    private mutating func nextConversation() -> Conversation {
        let compute = cloud.computes[numbers.below(cloud.computes.count)]
        let conductor = cloud.conductors[numbers.below(cloud.conductors.count)]
        switch numbers.below(100) {
        case 0..<40:
            return call(MessageBodies.save, MessageBodies.saveReply, from: compute, to: conductor, topic: "conductor")
        case 40..<65:
            return call(MessageBodies.load, MessageBodies.loadReply, from: compute, to: conductor, topic: "conductor")
        case 65..<69:
            return call(
                MessageBodies.select, MessageBodies.selectReply, from: conductor, to: cloud.schedulers[0],
                topic: "scheduler")
        case 69..<72: return cast(MessageBodies.build, from: conductor)
        case 72..<78: return cast(MessageBodies.event, from: cloud.apis[numbers.below(cloud.apis.count)])
        case 78..<84:
            tally.fanouts += 1
            return .cast(
                MessageBodies.inventory, from: compute,
                to: .init(exchange: "scheduler_fanout", routingKey: "", takers: cloud.schedulers), &numbers)
        case 84..<92: return notification(MessageBodies.notification, "notifications.info", from: compute)
        default: return notification(MessageBodies.versionedNotification, "versioned_notifications.info", from: compute)
        }
    }

    mutating func call(
        _ body: BodyTemplate, _ answer: BodyTemplate, from caller: Cloud.Process, to server: Cloud.Process,
        topic: String
    ) -> Conversation {
        tally.calls += 1
        return .call(body, answer: answer, from: caller, to: server, topic: topic, &numbers)
    }

    /// To one compute.
    mutating func cast(_ body: BodyTemplate, from sender: Cloud.Process) -> Conversation {
        tally.casts += 1
        let host = numbers.below(cloud.computes.count)
        return .cast(
            body, from: sender, to: .init(routingKey: "compute.compute\(host + 1)", takers: [cloud.computes[host]]),
            &numbers)
    }

    private mutating func notification(
        _ body: BodyTemplate, _ queue: String, from sender: Cloud.Process
    ) -> Conversation {
        tally.notifications += 1
        return .cast(body, from: sender, to: .init(routingKey: queue, takers: cloud.telemetry), &numbers)
    }
}
