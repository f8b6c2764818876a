import Network
import TestSupport
import Testing
import Trace

@Suite struct `Connections that are seen again` {
    /// A conversation with bytes that no other has.
    private static func session(
        client: Endpoint = .v4(1, port: 40_000), server: Endpoint = .v4(2, port: 5672), seed: UInt64 = 1,
        rounds: Int = 20, handshake: Bool = true, timestampsFrom: UInt32? = nil
    ) -> [RecordedPacket] {
        var generator = SeededGenerator(seed: seed)
        var session = TCPSessionBuilder(
            client: client, server: server, clientSequence: UInt32.random(in: 1...(.max), using: &generator),
            serverSequence: UInt32.random(in: 1...(.max), using: &generator))
        session.timestampsFrom = timestampsFrom
        if handshake { session.handshake() }
        for round in 0..<rounds {
            let size = round == 0 ? 8 : Int.random(in: 8...2000, using: &generator)
            let bytes = (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
            session.send(round % 2 == 0 ? .client : .server, bytes)
        }
        session.close()
        return session.takePackets()
    }

    /// The same packets with other addresses or ports of one end.
    private static func translated(
        _ packets: [RecordedPacket], from old: Endpoint, to new: Endpoint
    ) -> [RecordedPacket] {
        packets.map { packet in
            var packet = packet
            for (address, port) in [(26, 34), (30, 36)]
            where Array(packet.bytes[address..<address + 4]) == old.address
                && Array(packet.bytes[port..<port + 2]) == PacketBuilder.big(old.port)
            {
                packet.bytes.replaceSubrange(address..<address + 4, with: new.address)
                packet.bytes.replaceSubrange(port..<port + 2, with: PacketBuilder.big(new.port))
            }
            return packet
        }
    }

    /// Every packet of one and its copy; which comes first depends on the end that sent it where `turns` is set.
    private static func interleaved(
        _ one: [RecordedPacket], _ other: [RecordedPacket], turns: Bool = false
    ) -> [RecordedPacket] {
        zip(one, other).flatMap { one, other in
            turns && one.bytes[26..<30] == [10, 0, 0, 2] ? [other, one] : [one, other]
        }
    }

    private static func inside(_ packets: [RecordedPacket], _ encapsulation: Encapsulation) -> [RecordedPacket] {
        packets.map { RecordedPacket($0.time, encapsulation.wrap($0.bytes)) }
    }

    private func flows(_ packets: [RecordedPacket]) -> (flows: [StreamCollector.Flow], statistics: TCPStatistics) {
        var collector = StreamCollector()
        for packet in packets { collector.receive(packet) }
        collector.finish()
        #expect(collector.violations == [])
        return (collector.flows, collector.table.statistics)
    }

    private func expectOne(_ packets: [RecordedPacket], like single: [RecordedPacket]) {
        let (found, statistics) = flows(packets)
        let expected = flows(single).flows
        #expect(found.count == expected.count)
        #expect(statistics.mirroredConnections == expected.count)
        for (flow, expected) in zip(found, expected) {
            #expect(flow.forward == expected.forward && flow.backward == expected.backward)
        }
    }

    @Test(arguments: [0, 4, 30], [false, true])
    func `inside and outside of a tunnel are one, from the start and in mid-stream`(skipped: Int, outerFirst: Bool) {
        let packets = Array(Self.session().dropFirst(skipped))
        let tunnelled = Self.inside(packets, .vxlan(42))
        expectOne(
            outerFirst ? Self.interleaved(tunnelled, packets) : Self.interleaved(packets, tunnelled), like: packets)
    }

    @Test(arguments: [0, 4, 30], [false, true])
    func `before and after the server's address is translated are one`(skipped: Int, turns: Bool) {
        let packets = Array(Self.session().dropFirst(skipped))
        let other = Self.translated(packets, from: .v4(2, port: 5672), to: Endpoint([172, 16, 0, 9], port: 30_672))
        expectOne(Self.interleaved(packets, other, turns: turns), like: packets)
    }

    @Test(arguments: [0, 4, 30], [false, true])
    func `before and after the client's address is translated are one`(skipped: Int, turns: Bool) {
        let packets = Array(Self.session().dropFirst(skipped))
        let other = Self.translated(packets, from: .v4(1, port: 40_000), to: Endpoint([192, 168, 7, 7], port: 1024))
        expectOne(Self.interleaved(packets, other, turns: turns), like: packets)
    }

    /// The same data in segments of at most `size` bytes: network cards split, and join, what kernels send.
    private static func split(_ packet: RecordedPacket, into size: Int) -> [RecordedPacket] {
        let start = 34 + Int(packet.bytes[46] >> 4) * 4
        let payload = Array(packet.bytes[start...])
        guard payload.count > size else { return [packet] }
        let sequence = packet.bytes[38..<42].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return stride(from: 0, to: payload.count, by: size).map { place in
            var bytes = Array(packet.bytes[..<start])
            let part = payload[place..<min(place + size, payload.count)]
            bytes.replaceSubrange(16..<18, with: PacketBuilder.big(UInt16(bytes.count - 14 + part.count)))
            bytes.replaceSubrange(38..<42, with: PacketBuilder.big(sequence &+ UInt32(place)))
            return RecordedPacket(packet.time, bytes + part)
        }
    }

    @Test(arguments: [0, 4, 30], [(300, false), (300, true), (100, false), (21, true)])
    func `before and after translation are one where one of them is cut into smaller segments`(
        skipped: Int, cut: (size: Int, first: Bool)
    ) {
        let (size, splitsFirst) = cut
        let packets = Array(Self.session().dropFirst(skipped))
        let server = Endpoint([172, 16, 0, 9], port: 30_672)
        let copies = Self.translated(packets, from: .v4(2, port: 5672), to: server)
        let both = zip(packets, copies).flatMap { packet, copy in
            splitsFirst
                ? Self.split(packet, into: size) + [copy] : [packet] + Self.split(copy, into: size)
        }
        expectOne(both, like: packets)
        let tunnelled = packets.flatMap { packet in
            splitsFirst
                ? Self.split(packet, into: size) + Self.inside([packet], .vxlan(42))
                : [packet] + Self.inside(Self.split(packet, into: size), .vxlan(42))
        }
        expectOne(tunnelled, like: packets)
    }

    /// The file of another host, whose clock is a little behind, or what a capture wrote of one interface after another.
    @Test(arguments: [0, 4, 30], [3, 17])
    func `before and after translation are one however late the copy comes, by its timestamps`(skipped: Int, late: Int)
    {
        let packets = Array(Self.session(timestampsFrom: 77_000).dropFirst(skipped))
        let server = Endpoint([172, 16, 0, 9], port: 30_672)
        let copies = Self.translated(packets, from: .v4(2, port: 5672), to: server).map {
            RecordedPacket($0.time + .milliseconds(Int64(late)) + 1, $0.bytes)
        }
        expectOne((packets + copies).sorted { $0.time < $1.time }, like: packets)
    }

    @Test func `with the same numbers and bytes but other timestamps are two`() {
        let packets = Self.session(timestampsFrom: 77_000)
        let others = Self.translated(
            Self.session(timestampsFrom: 12_345), from: .v4(1, port: 40_000), to: .v4(1, port: 40_001))
        let (found, statistics) = flows(Self.interleaved(packets, others))
        #expect(found.count == 2)
        #expect(statistics.mirroredConnections == 0)
    }

    @Test func `on several interfaces are one`() {
        let packets = Self.session()
        let (found, statistics) = flows(Self.interleaved(packets, packets))
        #expect(found.map(\.forward) == flows(packets).flows.map(\.forward))
        #expect(statistics.mirroredConnections == 0 && statistics.retransmissions > 0)
    }

    @Test func `serve in the direction that is not seen with the first addresses`() {
        let packets = Self.session()
        let other = Self.inside(packets, .vxlan(42))
        let mixed = zip(packets, other).flatMap { one, other in
            one.bytes[26..<30] == [10, 0, 0, 2] ? [other] : [one, other]
        }
        let (found, _) = flows(mixed)
        let expected = flows(packets).flows
        #expect(found.map(\.forward.bytes) == expected.map(\.forward.bytes))
        #expect(found.map(\.backward.bytes) == expected.map(\.backward.bytes))
    }

    @Test func `in networks of different numbers are two`() {
        let packets = Self.session()
        let (found, statistics) = flows(
            Self.interleaved(Self.inside(packets, .vxlan(1)), Self.inside(packets, .vxlan(2))))
        #expect(found.count == 2)
        #expect(statistics.mirroredConnections == 0)
    }

    @Test func `with equal addresses in two networks do not disturb each other`() {
        let (one, other) = (Self.session(seed: 1), Self.session(seed: 2))
        let mixed = zip(Self.inside(one, .vxlan(1)), Self.inside(other, .vxlan(2))).flatMap { [$0, $1] }
        let (found, statistics) = flows(mixed)
        #expect(found.map(\.forward.bytes).allSatisfy { !$0.isEmpty } && found.count == 2)
        #expect(statistics.strays == 0 && statistics.conflictingOverlaps == 0 && statistics.gaps == 0)
    }

    /// As machines do that have just been started from one image: the same numbers, and the same beginning.
    @Test(arguments: [1, 3, 5])
    func `only as far as their beginnings are alike are two, and nothing of them is lost`(alike: Int) {
        func session(_ port: UInt16, _ last: UInt8) -> [RecordedPacket] {
            var session = TCPSessionBuilder(client: .v4(1, port: port))
            session.handshake()
            for round in 0..<10 as Range<UInt8> {
                let mark = round < UInt8(alike) ? 0 : last
                session.send(round % 2 == 0 ? .client : .server, [UInt8](repeating: round, count: 40) + [mark])
            }
            session.close()
            return session.takePackets()
        }
        let (one, other) = (session(40_000, 1), session(40_001, 2))
        for packets in [Self.interleaved(one, other), one + other] {
            let (found, statistics) = flows(packets)
            #expect(statistics.mirroredConnections == 0)
            #expect(found.count == 2)
            for (flow, packets) in zip(found, [one, other]) {
                let expected = flows(packets).flows
                #expect([flow.forward] == expected.map(\.forward))
                #expect([flow.backward] == expected.map(\.backward))
            }
        }
    }

    @Test func `that end and begin anew under the other addresses are new ones`() {
        let server = Endpoint([172, 16, 0, 9], port: 30_672)
        let first = Self.session()
        let again = Self.session(server: server, seed: 9)
        let (found, _) = flows(
            Self.interleaved(first, Self.translated(first, from: .v4(2, port: 5672), to: server)) + again)
        #expect(found.count == 2)
        #expect(found.last?.forward == flows(again).flows.first?.forward)
    }
}
