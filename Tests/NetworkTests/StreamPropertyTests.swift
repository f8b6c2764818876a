import Network
import TestSupport
import Testing
import Trace

/// Whatever the network does to the packets, the bytes are the same.
@Suite struct `TCP streams, whatever happens to the packets` {
    private let request = (0..<9_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
    private let reply = (0..<14_000).map { UInt8(truncatingIfNeeded: $0 &* 13 &+ $0 >> 7) }

    private func session(segmentSize: Int, close: Bool = true, startingAt sequence: UInt32 = 0xFFFF_F000)
        -> [RecordedPacket]
    {
        var session = TCPSessionBuilder(clientSequence: sequence)
        session.handshake()
        for part in 0..<10 {
            session.send(.client, Array(request[part * 900..<(part + 1) * 900]), segmentSize: segmentSize)
            session.send(.server, Array(reply[part * 1400..<(part + 1) * 1400]), segmentSize: segmentSize)
        }
        if close { session.close() }
        return session.packets
    }

    private func run(_ packets: [RecordedPacket], limits: NetworkLimits = NetworkLimits()) -> StreamCollector {
        var collector = StreamCollector(limits: limits)
        for packet in packets { collector.receive(packet) }
        collector.finish()
        return collector
    }

    private func expectWhole(_ collector: StreamCollector, _ comment: Comment = "") {
        #expect(collector.violations.isEmpty, comment)
        #expect(collector.flows.count == 1, comment)
        guard let flow = collector.flows.first else { return }
        #expect(flow.forward == StreamCollector.Stream(bytes: request), comment)
        #expect(flow.backward == StreamCollector.Stream(bytes: reply), comment)
        #expect(collector.table.bufferedBytes == 0, comment)
    }

    @Test(arguments: [1, 2, 7, 100, 1448])
    func `segments of any size give the same bytes`(segmentSize: Int) {
        let collector = run(session(segmentSize: segmentSize))
        expectWhole(collector)
        #expect(collector.flows.first?.closing == .finished)
    }

    @Test func `every packet twice gives the same bytes`() {
        let packets = session(segmentSize: 100)
        expectWhole(run(packets.flatMap { [$0, $0] }))
    }

    @Test(arguments: 0..<20)
    func `packets reordered within a window give the same bytes`(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var packets = session(segmentSize: 100, close: false)
        for start in stride(from: 3, to: packets.count - 6, by: 6) {
            packets[start..<start + 6].shuffle(using: &generator)
        }
        expectWhole(run(packets), "seed \(seed)")
    }

    @Test(arguments: 0..<20)
    func `loss with retransmission in other pieces gives the same bytes`(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let (client, server) = (Endpoint.v4(1, port: 40_000), Endpoint.v4(2, port: 5672))
        var collector = StreamCollector()
        var now: Int64 = 0
        func send(_ flags: UInt8, _ start: Int, _ count: Int) {
            now += 1
            let packet = PacketBuilder.tcpOverIP(
                from: client, to: server, sequence: 0xFFFF_FF00 &+ UInt32(start), flags: flags,
                start == 0 ? [] : Array(request[start - 1..<start - 1 + count]))
            collector.receive(
                RecordedPacket(Timestamp(nanoseconds: now * 1_000_000), PacketBuilder.ethernet(packet)))
        }
        send(PacketBuilder.syn, 0, 0)
        var window: [(Int, Int)] = []
        var start = 1
        while start <= request.count {
            let count = min(Int.random(in: 1...300, using: &generator), request.count - start + 1)
            window.append((start, count))
            start += count
            guard window.count == 12 || start > request.count else { continue }
            for (start, count) in window.shuffled(using: &generator) where Int.random(in: 0..<3, using: &generator) > 0
            {
                send(PacketBuilder.ack, start, count)
            }
            let (from, to) = (window[0].0, start)
            var again = from
            while again < to {
                let count = min(Int.random(in: 1...500, using: &generator), to - again)
                let back = Int.random(in: 0..<again, using: &generator) % 40
                send(PacketBuilder.ack, max(1, again - back), count + min(back, again - 1))
                again += count
            }
            window = []
        }
        collector.finish()
        #expect(collector.violations.isEmpty)
        #expect(collector.flows.first?.forward == StreamCollector.Stream(bytes: request), "seed \(seed)")
        #expect(collector.table.statistics.conflictingOverlaps == 0)
        #expect(collector.table.statistics.outOfOrder > 0)
    }

    @Test(arguments: 0..<30)
    func `every lost segment is a gap of its size in its place`(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let packets = session(segmentSize: 100)
        let kept = packets.filter { packet in
            packet.bytes.count <= 54 || Int.random(in: 0..<10, using: &generator) > 0
        }
        let collector = run(kept)
        #expect(collector.violations.isEmpty)
        guard let flow = collector.flows.first else { return }
        for (stream, original) in [(flow.forward, request), (flow.backward, reply)] {
            #expect(stream.length == original.count, "seed \(seed)")
            var position = 0
            var bytes: [UInt8] = []
            for gap in stream.gaps {
                bytes += original[position..<gap.at]
                position = gap.at + gap.count
            }
            #expect(stream.bytes == bytes + original[position...], "seed \(seed)")
        }
        #expect(flow.closing == .finished)
    }

    @Test(arguments: 0..<10)
    func `damaged packets are survived, and no limit is passed`(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var limits = NetworkLimits()
        limits.bufferedBytesPerDirection = 4096
        limits.bufferedBytes = 8192
        limits.connections = 16
        var collector = StreamCollector(limits: limits)
        for _ in 0..<20 {
            for var packet in session(segmentSize: 200) {
                for _ in 0..<Int.random(in: 0...2, using: &generator) {
                    packet.bytes[Int.random(in: 14..<packet.bytes.count, using: &generator)] =
                        UInt8.random(in: 0...255, using: &generator)
                }
                collector.receive(packet)
                #expect(collector.table.bufferedBytes <= 8192)
                #expect(collector.table.count <= 16)
            }
        }
        collector.finish()
        #expect(collector.violations.isEmpty)
        #expect(collector.table.bufferedBytes == 0)
    }
}
