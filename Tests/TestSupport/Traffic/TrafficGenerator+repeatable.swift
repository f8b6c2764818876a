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
        generator.writeEvenConversations(conversations)
        return Repeatable(openingPackets: openingPackets, tally: try generator.finish())
    }

    private mutating func writeEvenConversations(_ count: Int) {
        var open: [Conversation] = []
        while open.count < Self.width { open.append(nextEvenConversation()) }
        while !open.isEmpty {
            let index = numbers.below(open.count)
            _ = open[index].advance(segments: 1, in: &cloud, &writer, &clock)
            guard open[index].isOver else { continue }
            if tally.conversations >= count { open.remove(at: index) } else { open[index] = nextEvenConversation() }
        }
    }

    private mutating func nextEvenConversation() -> Conversation {
        let conductor = cloud.conductors[numbers.below(cloud.conductors.count)]
        var conversation =
            numbers.below(11) < 9
            ? call(
                MessageBodies.evenCall, MessageBodies.evenReply,
                from: cloud.computes[numbers.below(cloud.computes.count)], to: conductor, topic: "conductor")
            : cast(MessageBodies.evenCast, from: conductor)
        conversation.beginIDs(with: Self.repeatMark)
        return conversation
    }
}
