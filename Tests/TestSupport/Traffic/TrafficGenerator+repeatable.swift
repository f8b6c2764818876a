/// Traffic that can be sent over and over, each time as new traffic.
extension TrafficGenerator {
    /// What ids of messages begin with here: whoever sends it puts other digits in its place each time.
    package static let repeatMark = Array("1009f00d".utf8)

    /// A value: what a capture to be repeated holds.
    package struct Repeatable: Sendable {
        /// Packets at the beginning that open the connections, not to be repeated.
        package var openingPackets: Int
        package var tally: Tally

        /// Each is published once and delivered once.
        package var messages: Int { 2 * tally.calls + tally.casts }
    }

    /// Writes a capture of calls and casts, nine to two, of which every message is 4 kB and every publish, delivery and
    /// acknowledgement one packet; every conversation is over at its end.
    package static func writeRepeatable(
        conversations: Int, seed: UInt64 = 1, to path: String
    ) throws(PcapWriter.Failure) -> Repeatable {
        var generator = try TrafficGenerator(seed: seed, segmentSize: TCPFlow.largestSegmentSize, path: path)
        for connection in generator.cloud.connections.indices {
            generator.cloud[connection].open(&generator.writer, &generator.clock)
        }
        let openingPackets = generator.writer.packets
        generator.writeEven(MessageBodies.even(of: 4096), mark: repeatMark) { $0.tally.conversations >= conversations }
        return Repeatable(openingPackets: openingPackets, tally: try generator.finish())
    }

    /// Calls and casts of one size: their bodies have so many bytes, or, without a size, as few as can be.
    ///
    /// Segments are those of an MTU of 1500.
    package static func writeEven(bodies size: Int?, bytes: Int, seed: UInt64 = 1, to path: String) throws(PcapWriter
        .Failure) -> Tally
    {
        var generator = try TrafficGenerator(seed: seed, path: path)
        for connection in generator.cloud.connections.indices {
            generator.cloud[connection].open(&generator.writer, &generator.clock)
        }
        generator.writeEven(size.map(MessageBodies.even) ?? MessageBodies.smallest, segments: 64) {
            $0.writer.bytes >= bytes
        }
        return try generator.finish()
    }

    /// Builds of servers, each under a request of its own.
    package static func writeBuilds(_ count: Int, seed: UInt64 = 1, to path: String) throws(PcapWriter.Failure) -> Tally
    {
        var generator = try TrafficGenerator(seed: seed, path: path)
        for connection in generator.cloud.connections.indices {
            generator.cloud[connection].open(&generator.writer, &generator.clock)
        }
        let build = MessageBodies.Even(
            call: MessageBodies.select, reply: MessageBodies.selectReply, cast: MessageBodies.build)
        generator.writeEven(build, segments: 8) { $0.tally.conversations >= count }
        return try generator.finish()
    }

    private mutating func writeEven(
        _ bodies: MessageBodies.Even, segments: Int = 1, mark: [UInt8]? = nil,
        until isEnough: (borrowing TrafficGenerator) -> Bool
    ) {
        var open: [Conversation] = []
        while open.count < Self.width { open.append(nextEvenConversation(bodies, mark)) }
        while !open.isEmpty {
            let index = numbers.below(open.count)
            _ = open[index].advance(segments: segments, in: &cloud, &writer, &clock)
            guard open[index].isOver else { continue }
            if isEnough(self) { open.remove(at: index) } else { open[index] = nextEvenConversation(bodies, mark) }
        }
    }

    private mutating func nextEvenConversation(_ bodies: MessageBodies.Even, _ mark: [UInt8]?) -> Conversation {
        let conductor = cloud.conductors[numbers.below(cloud.conductors.count)]
        var conversation =
            numbers.below(11) < 9
            ? call(
                bodies.call, bodies.reply,
                from: cloud.computes[numbers.below(cloud.computes.count)], to: conductor, topic: "conductor")
            : cast(bodies.cast, from: conductor)
        if let mark { conversation.beginIDs(with: mark) }
        return conversation
    }
}
