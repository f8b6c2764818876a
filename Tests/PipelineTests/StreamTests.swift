import Testing
import Trace

@Suite struct `However the bytes travel, the messages are the same` {
    private static let recording = Recording(name: "boot-novalidhost")

    private static func whole() throws -> PacketPlayer { try PacketPlayer(recording).amqpOnly() }

    @Test(arguments: [1, 2, 3, 7, 8, 100, 1000])
    func `in segments of any size`(size: Int) throws {
        let whole = try Self.whole()
        #expect(TraceDigest(whole.segmented(into: size).trace()) == TraceDigest(whole.trace()))
    }

    @Test func `every packet twice`() throws {
        let whole = try Self.whole()
        let doubled = PacketPlayer(packets: whole.packets.flatMap { [$0, $0] })
        #expect(TraceDigest(doubled.trace()) == TraceDigest(whole.trace()))
    }

    @Test(arguments: [2, 3, 5])
    func `reordered within windows of a few packets`(window: Int) throws {
        let whole = try Self.whole()
        // Each stream's first data stay in front: on an open connection nothing is known to precede what comes first.
        var seen: Set<[UInt8]> = []
        var first: [PacketPlayer.Packet] = []
        var rest: [PacketPlayer.Packet] = []
        for packet in whole.packets {
            let flow = Array(packet.bytes[26..<38])
            if whole.hasData(packet), seen.insert(flow).inserted { first.append(packet) } else { rest.append(packet) }
        }
        let shuffled = stride(from: 0, to: rest.count, by: window).flatMap {
            rest[$0..<min($0 + window, rest.count)].reversed()
        }
        #expect(
            TraceDigest(PacketPlayer(packets: first + shuffled).trace())
                == TraceDigest(PacketPlayer(packets: first + rest).trace()))
    }

    @Test func `with a segment lost, what is lost is stated and nothing is invented`() throws {
        let whole = try Self.whole()
        let complete = Set(TraceDigest(whole.trace()).messages.map(Self.identity))
        var lossy = 0
        for index in stride(from: 0, to: whole.packets.count, by: 23) where whole.packets[index].bytes.count > 300 {
            var packets = whole.packets
            packets.remove(at: index)
            let trace = PacketPlayer(packets: packets).trace()
            let found = Set(TraceDigest(trace).messages.map(Self.identity))
            let known = found.filter { !$0.contains(" - ") }
            #expect(known.isSubset(of: complete), "without packet \(index)")
            if found != complete || trace.messages.contains(where: \.isTruncated) {
                lossy += 1
                let stated =
                    trace.capture.connections.contains { $0.gaps > 0 || $0.midstream && $0.bytesSkipped > 0 }
                    || trace.capture.anomalyCount > 0
                #expect(stated, "without packet \(index)")
            }
        }
        #expect(lossy > 0)
    }

    private static func identity(_ digest: String) -> String {
        digest.split(separator: " ").prefix(3).joined(separator: " ")
    }
}

@Suite struct `A capture that begins later` {
    struct Cut: CustomTestStringConvertible, Sendable {
        let recording: Recording
        let packets: Int

        var testDescription: String { "\(recording.name) without its first \(packets) packets" }
    }

    static let cuts = Recording.all.flatMap { recording in
        [100, 1000, 2000, 5000].map { Cut(recording: recording, packets: $0) }
    }

    /// Packets of the whole recording keep their numbers, so that those of a message can be compared.
    @Test(arguments: cuts)
    func `still holds every message that lies whole in it, from the senders that the services logged`(cut: Cut) throws {
        let player = try PacketPlayer(cut.recording)
        guard cut.packets < player.packets.count else { return }
        let whole = player.trace()
        let rest = PacketPlayer(packets: Array(player.packets.dropFirst(cut.packets))).trace()
        let found = Dictionary(rest.messages.map { ($0.uniqueID, $0) }, uniquingKeysWith: { first, _ in first })
        for message in whole.messages where message.packets.allSatisfy({ $0.number > Int64(cut.packets) }) {
            let same = try #require(found[message.uniqueID], "\(message.title)")
            #expect(same.kind == message.kind)
            #expect(same.deliveries.count == message.deliveries.count)
        }
        let truth = try cut.recording.truth()
        for call in rest.calls where call.request.map({ rest.messages[$0].publishedAt != nil }) == true {
            guard let logged = truth.calls[call.messageID] else { continue }
            #expect(call.from.flatMap { rest.participants[$0].service } == logged.caller, "caller of \(call.title)")
            guard call.to != nil else { continue }
            #expect(call.to.flatMap { rest.participants[$0].service } == logged.server, "server of \(call.title)")
        }
        for message in rest.messages where message.publishedAt != nil {
            guard let logged = message.uniqueID.flatMap({ truth.casts[$0] }),
                let service = message.from.flatMap({ rest.participants[$0].service })
            else { continue }
            #expect(service == logged.sender, "sender of \(message.title)")
        }
    }
}
