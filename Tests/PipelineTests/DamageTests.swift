import OpenStack
import TestSupport
import Testing
import Trace

/// Damage that links, taps and capture tools do, and damage that somebody does on purpose.
enum Damage: CaseIterable, CustomTestStringConvertible {
    case flippedBits, overwrittenHeaders, cutPackets, lostAndDoubled, shuffled, otherDirection, otherSequence,
        otherConnection, otherTime

    var testDescription: String { "\(self)" }

    func apply(to packets: [PacketPlayer.Packet], _ random: inout SeededGenerator) -> [PacketPlayer.Packet] {
        var result: [PacketPlayer.Packet] = []
        for packet in packets {
            guard Int.random(in: 0..<8, using: &random) == 0 else {
                result.append(packet)
                continue
            }
            result.append(contentsOf: apply(to: packet, &random))
        }
        return self == .shuffled ? shuffled(result, &random) : result
    }

    private func apply(
        to packet: PacketPlayer.Packet, _ random: inout SeededGenerator
    ) -> [PacketPlayer.Packet] {
        var packet = packet
        let count = packet.bytes.count
        guard count > Self.headers else { return [packet] }
        switch self {
        case .flippedBits:
            packet.bytes[.random(in: Self.headers..<count, using: &random)] ^=
                1 << UInt8.random(in: 0..<8, using: &random)
        case .overwrittenHeaders:
            packet.bytes[.random(in: 0..<Self.headers, using: &random)] = .random(in: 0...255, using: &random)
        case .cutPackets:
            packet.wireLength = count
            packet.bytes.removeLast(.random(in: 1...count, using: &random))
        case .lostAndDoubled:
            return Bool.random(using: &random) ? [] : [packet, packet]
        case .shuffled:
            break
        case .otherDirection:
            let ends = packet.bytes[26..<38]
            packet.bytes.replaceSubrange(26..<30, with: ends[30..<34])
            packet.bytes.replaceSubrange(30..<34, with: ends[26..<30])
            packet.bytes.replaceSubrange(34..<36, with: ends[36..<38])
            packet.bytes.replaceSubrange(36..<38, with: ends[34..<36])
        case .otherSequence:
            for index in 38..<42 { packet.bytes[index] = .random(in: 0...255, using: &random) }
        case .otherConnection:
            // The client's port is that of any other connection, or of none.
            let isToServer = packet.bytes[36] == 0x16 && packet.bytes[37] == 0x28
            packet.bytes[isToServer ? 35 : 37] = .random(in: 0...255, using: &random)
        case .otherTime:
            let times: [Int64] = [.min, -1, 0, 1 << 32, 4_294_967_295_999_999_999, .max]
            let time = Timestamp(nanoseconds: times.randomElement(using: &random) ?? 0)
            packet.stamp = PacketStamp(time: time, number: packet.stamp.number)
        }
        return [packet]
    }

    /// Ethernet, IPv4 and TCP without options.
    private static let headers = 54

    private func shuffled(
        _ packets: [PacketPlayer.Packet], _ random: inout SeededGenerator
    ) -> [PacketPlayer.Packet] {
        let window = Int.random(in: 2...60, using: &random)
        return stride(from: 0, to: packets.count, by: window).flatMap {
            packets[$0..<min($0 + window, packets.count)].shuffled(using: &random)
        }
    }
}

@Suite struct `Damaged recordings` {
    private static let rounds = 8
    private static let packetsPerRound = 200

    private static let packets = Result {
        try [Recording(name: "boot-novalidhost"), Recording(name: "boot-conductor-down")].flatMap {
            try PacketPlayer($0).amqpOnly().packets
        }
    }

    @Test(arguments: Damage.allCases)
    func `are played to their end, and every byte of them is accounted for`(damage: Damage) throws {
        let packets = try Self.packets.get()
        for round in 0..<Self.rounds {
            var random = SeededGenerator(seed: UInt64(round))
            let start = Int.random(in: 0..<packets.count - Self.packetsPerRound, using: &random)
            var damaged = damage.apply(to: Array(packets[start..<start + Self.packetsPerRound]), &random)
            if round.isMultiple(of: 3), let other = Damage.allCases.randomElement(using: &random) {
                damaged = other.apply(to: damaged, &random)
            }
            let player = PacketPlayer(packets: damaged)
            let trace = player.trace(detail: .full)
            expectConsistent(trace, "\(damage), round \(round)")
            #expect(TraceDigest(trace) == TraceDigest(player.trace(detail: .full)), "\(damage), round \(round)")
        }
    }

    private func expectConsistent(_ trace: BusTrace, _ what: Comment) {
        for connection in trace.capture.connections {
            #expect(connection.bytes == connection.bytesDecoded + connection.bytesSkipped, what)
            #expect(connection.bytesDecoded >= 0 && connection.bytesSkipped >= 0, what)
            #expect(connection.bytesMissing >= connection.gaps, what)
        }
        #expect(trace.capture.anomalies.count <= trace.capture.anomalyCount, what)
        #expect(trace.messages.map(\.id) == Array(trace.messages.ids), what)
        #expect(trace.calls.map(\.id) == Array(trace.calls.ids), what)
        let participants = trace.participants
        for message in trace.messages {
            #expect(message.from.map(participants.contains) ?? true, what)
            #expect(message.deliveries.allSatisfy { $0.to.map(participants.contains) ?? true }, what)
            #expect(message.call.map { trace.calls.contains($0) } ?? true, what)
        }
        for call in trace.calls {
            #expect([call.request, call.reply].allSatisfy { $0.map(trace.messages.contains) ?? true }, what)
        }
        for operation in trace.operations {
            #expect(operation.messages.allSatisfy(trace.messages.contains), what)
        }
    }
}
