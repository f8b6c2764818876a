import Pipeline
import TestSupport
import Testing
import Trace

@testable import Capture

/// What was captured slightly out of order is understood like what was not, and nothing is said to be wrong with it.
@Suite struct `Captures out of order` {
    private enum Times: CaseIterable {
        /// Of the packets themselves, which then go back and forth.
        case own
        /// In the order in which they stand.
        case ascending
    }

    private func boot() -> PacketPlayer {
        var bus = WireBus()
        bus.wait(.seconds(2))
        bus.bootUntilCompute1()
        bus.save("building", "spawning", by: WireBus.compute1)
        bus.save("active", .null, by: WireBus.compute1)
        return PacketPlayer(
            packets: bus.packets.enumerated().map { index, packet in
                PacketPlayer.Packet(
                    bytes: packet.bytes, stamp: PacketStamp(time: packet.time, number: Int64(index + 1)),
                    linkType: LinkType(rawValue: 1))
            })
    }

    private func reordered(_ player: PacketPlayer, _ window: Int, _ seed: UInt64, _ times: Times) -> PacketPlayer {
        var packets = player.packets.shuffled(within: window, seed: seed)
        for index in packets.indices {
            let time = times == .own ? packets[index].stamp.time : player.packets[index].stamp.time
            packets[index].stamp = PacketStamp(time: time, number: Int64(index + 1))
        }
        return PacketPlayer(packets: packets)
    }

    @Test(arguments: [8, 32], 0..<6)
    func `a boot shuffled gives the same trace without an anomaly`(window: Int, seed: Int) {
        let player = boot()
        let whole = player.trace()
        #expect(whole.operations.first?.outcome == .completed)
        for times in Times.allCases {
            let trace = reordered(player, window, UInt64(seed), times).trace()
            let name: Comment = "window \(window), seed \(seed), \(times)"
            #expect(TraceDigest(trace) == TraceDigest(whole), name)
            #expect(trace.capture.anomalies.map(\.kind) == [], name)
            #expect(trace.operations.map(\.outcome) == [.completed], name)
            #expect(trace.calls.allSatisfy { $0.latency ?? 0 >= 0 && $0.serviceTime ?? 0 >= 0 }, name)
        }
        let doubled = PacketPlayer(packets: player.packets.flatMap { [$0, $0] })
        let trace = reordered(doubled, window, UInt64(seed), .ascending).trace()
        #expect(TraceDigest(trace) == TraceDigest(whole), "doubled, window \(window), seed \(seed)")
        #expect(trace.capture.anomalies.map(\.kind) == [], "doubled, window \(window), seed \(seed)")
    }

    @Test(arguments: ["boot-novalidhost", "boot-conductor-down"].map(Recording.init), [8])
    func `a recording shuffled gives the same trace, and no more anomalies`(
        recording: Recording, window: Int
    ) throws {
        let player = try PacketPlayer(recording)
        let whole = player.trace()
        let trace = reordered(player, window, 5, .ascending).trace()
        #expect(TraceDigest(trace) == TraceDigest(whole))
        #expect(trace.capture.anomalyCount <= whole.capture.anomalyCount, "\(trace.capture.anomalies.map(\.kind))")
        #expect(trace.operations.map(\.outcome) == whole.operations.map(\.outcome))
    }
}
