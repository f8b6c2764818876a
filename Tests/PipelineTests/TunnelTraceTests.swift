import Capture
import Pipeline
import TestSupport
import Testing
import Trace

@Suite struct `A boot in a tunnel` {
    private static let boot: [RecordedPacket] = {
        var bus = WireBus()
        bus.bootUntilCompute1()
        bus.save("building", "spawning", by: WireBus.compute1)
        bus.save("active", .null, by: WireBus.compute1)
        return bus.packets
    }()

    private func trace(_ packets: [RecordedPacket], linkType: Int32 = 1) -> BusTrace {
        PacketPlayer(
            packets: packets.enumerated().map { index, packet in
                PacketPlayer.Packet(
                    bytes: packet.bytes, stamp: PacketStamp(time: packet.time, number: Int64(index + 1)),
                    linkType: LinkType(rawValue: linkType))
            }
        ).trace()
    }

    /// What is said of a trace but how it was captured.
    private struct Told: Equatable {
        let digest: TraceDigest
        let labels: [String]
        let ends: [String]
        let verdicts: [String]

        init(_ trace: BusTrace) {
            digest = TraceDigest(trace)
            labels = trace.participants.map(\.label)
            ends = trace.capture.connections.map { "\($0.client) \($0.server) \($0.bytesDecoded)" }.sorted()
            verdicts = trace.operations.map { "\($0.kind) \($0.outcome) \($0.verdict)" }
        }
    }

    private static func inside(_ packets: [RecordedPacket], _ encapsulation: Encapsulation) -> [RecordedPacket] {
        packets.map { RecordedPacket($0.time, encapsulation.wrap($0.bytes)) }
    }

    @Test(arguments: Encapsulation.all)
    func `is the same boot, and how it came is counted`(encapsulation: Encapsulation) {
        let found = trace(Self.inside(Self.boot, encapsulation), linkType: encapsulation.linkType)
        #expect(Told(found) == Told(trace(Self.boot)))
        #expect(found.operations.map(\.kind) == [.boot])
        #expect(found.capture.network.tunnels.keys.sorted() == encapsulation.tunnels.sorted())
        #expect(found.capture.network.segments == Self.boot.count)
        #expect(found.capture.anomalyCount == 0)
    }

    @Test(arguments: [0, 60, 150])
    func `that is seen outside of it, too, is told once`(skipped: Int) {
        let packets = Array(Self.boot.dropFirst(skipped))
        let tunnelled = Self.inside(packets, .vxlan(42))
        for copies in [(packets, tunnelled), (tunnelled, packets)] {
            let found = trace(zip(copies.0, copies.1).flatMap { [$0, $1] })
            #expect(Told(found) == Told(trace(packets)))
            #expect(found.messages.allSatisfy { $0.deliveries.count <= 1 })
            #expect(found.capture.network.tcp.mirroredConnections > 0)
        }
    }

    @Test func `of another tenant with the same addresses has its own connections`() {
        let alone = trace(Self.boot)
        let found = trace(
            zip(Self.inside(Self.boot, .vxlan(1)), Self.inside(Self.boot, .vxlan(2))).flatMap { [$0, $1] })
        #expect(found.capture.connections.count == 2 * alone.capture.connections.count)
        #expect(found.capture.network.tcp.mirroredConnections == 0)
        #expect(found.capture.anomalyCount == 0)
    }
}
