import Network
import TestSupport
import Testing
import Trace

/// Packets overtake one another on their way into a capture; the connection itself was in order.
@Suite struct `What packets out of order may not do` {
    private let request = (0..<3_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
    private let reply = (0..<5_000).map { UInt8(truncatingIfNeeded: $0 &* 13 &+ $0 >> 7) }

    private func session(close: Bool = true) -> [RecordedPacket] {
        var session = TCPSessionBuilder(clientSequence: 0xFFFF_F000)
        session.handshake()
        for part in 0..<10 {
            session.send(.client, Array(request[part * 300..<(part + 1) * 300]), segmentSize: 100)
            session.send(.server, Array(reply[part * 500..<(part + 1) * 500]), segmentSize: 100)
        }
        if close { session.close() }
        return session.packets
    }

    private func run(_ packets: [RecordedPacket]) -> StreamCollector {
        var collector = StreamCollector()
        for packet in packets { collector.receive(packet) }
        collector.finish()
        return collector
    }

    private func expectWhole(_ collector: StreamCollector, _ comment: Comment) {
        #expect(collector.violations.isEmpty, comment)
        #expect(collector.flows.count == 1, comment)
        #expect(collector.flows.first?.forward == StreamCollector.Stream(bytes: request), comment)
        #expect(collector.flows.first?.backward == StreamCollector.Stream(bytes: reply), comment)
        #expect(collector.flows.first?.endpoints.sawHandshake == true, comment)
        #expect(collector.flows.first?.forwardMidstream == false, comment)
        #expect(collector.flows.first?.closing == .finished, comment)
        #expect(collector.table.statistics.gaps == 0, comment)
        #expect(collector.table.bufferedBytes == 0, comment)
    }

    @Test(arguments: [8, 32, 64], 0..<12)
    func `a whole connection, from SYN to FIN, gives the same bytes shuffled, and shuffled twice`(
        window: Int, seed: Int
    ) {
        let packets = session()
        let shuffled = packets.shuffled(within: window, seed: UInt64(seed))
        expectWhole(run(shuffled), "window \(window), seed \(seed)")
        let doubled = packets.flatMap { [$0, $0] }.shuffled(within: window, seed: UInt64(seed))
        expectWhole(run(doubled), "doubled, window \(window), seed \(seed)")
    }

    @Test(arguments: 0..<12)
    func `bytes come behind those that their sender had before`(seed: Int) {
        var collector = StreamCollector()
        var lengths: [(Int, Int)] = []
        for packet in session().shuffled(within: 16, seed: UInt64(seed)) {
            collector.receive(packet)
            guard let flow = collector.flows.first else { continue }
            lengths.append((flow.forward.length, flow.backward.length))
        }
        // Each part of the reply answers the part of the request before it.
        for (asked, answered) in lengths where answered > 0 { #expect(asked >= (answered + 499) / 500 * 300) }
    }

    @Test func `a wait that is over does not cut a later one short`() {
        var session = TCPSessionBuilder()
        session.handshake()
        var collector = StreamCollector()
        session.takePackets().forEach { collector.receive($0) }
        /// The answer comes in front of its question; what lies between them waits in vain for nothing.
        func exchange(_ between: [RecordedPacket] = []) {
            session.send(.client, [UInt8](repeating: 1, count: 100))
            session.send(.server, [UInt8](repeating: 2, count: 100))
            let packets = session.takePackets()
            let late = packets[0]
            for packet in [packets[2]] + between { collector.receive(packet) }
            collector.receive(RecordedPacket((between.last ?? packets[2]).time, late.bytes))
        }
        exchange()
        session.time = session.time + .milliseconds(2_980)
        var other = TCPSessionBuilder(client: .v4(3, port: 40_001), at: session.time + .milliseconds(100))
        other.handshake()
        let begin = collector.flows[0].backward.length
        exchange(other.packets)
        #expect(begin == 100)
        let stamps = collector.stamps
        #expect(stamps.count == 4 && collector.flows[0].forward.length == 200)
        // The question is handed on before the answer that waited for it: its number is higher.
        #expect(stamps[2] > stamps[3])
    }

    @Test func `a reset that answers a FIN which was not captured is no reset of the connection`() {
        var session = TCPSessionBuilder()
        session.handshake()
        session.send(.client, Array("question".utf8))
        session.send(.server, Array("answer".utf8))
        // The FIN counts as one byte.
        session.lose(.client, 1)
        session.reset(.server)
        let collector = run(session.packets)
        #expect(collector.flows.first?.closing == .finished)
        #expect(collector.flows.first?.closedBy == .first)
        #expect(collector.table.statistics.gaps == 0)
    }

    @Test func `so it is where all data wait for bytes that the capture lacks, nor is it a refusal`() {
        var session = TCPSessionBuilder()
        session.handshake()
        session.send(.client, Array("header".utf8))
        session.send(.server, Array("question".utf8))
        session.send(.client, Array("answer".utf8))
        session.lose(.client, 1)
        session.reset(.server)
        // The header, and in the second capture the answer to the SYN as well.
        for missing in [[3], [1, 2, 3]] {
            var packets = session.packets
            for place in missing.reversed() { packets.remove(at: place) }
            var collector = run(packets)
            #expect(collector.flows.first?.closing == .finished)
            #expect(collector.flows.first?.closedBy == .first)
            var attempts: [TCPAttempt] = []
            collector.table.visitFailedAttempts { attempts.append($0) }
            #expect(attempts.isEmpty)
        }
    }

    @Test func `a reset in front of the last data ends the connection behind them`() {
        var session = TCPSessionBuilder()
        session.handshake()
        session.send(.client, Array("question".utf8))
        session.send(.server, Array("answer".utf8))
        session.reset(.server)
        var packets = session.packets
        let reset = packets.removeLast()
        packets.insert(reset, at: packets.count - 2)
        let collector = run(packets)
        #expect(collector.flows.count == 1)
        #expect(collector.flows.first?.backward == StreamCollector.Stream(bytes: Array("answer".utf8)))
        #expect(collector.flows.first?.closing == .reset)
        #expect(collector.table.statistics.gaps == 0)
    }

    @Test func `a reset in front of the last data of the other end, whose FIN it answers, is no reset`() {
        var session = TCPSessionBuilder()
        session.handshake()
        session.send(.client, Array("question".utf8))
        session.send(.server, Array("answer".utf8))
        session.send(.client, Array("thanks".utf8))
        session.lose(.client, 1)
        session.reset(.server)
        var packets = session.packets
        packets.insert(packets.removeLast(), at: packets.count - 2)
        let collector = run(packets)
        #expect(collector.flows.first?.forward.bytes == Array("questionthanks".utf8))
        #expect(collector.flows.first?.closing == .finished)
        #expect(collector.flows.first?.closedBy == .first)
    }

    @Test func `bytes that are lost hold those that acknowledge them up for a while only`() {
        var session = TCPSessionBuilder()
        session.handshake()
        session.send(.client, Array("one".utf8))
        session.lose(.client, 40)
        session.send(.server, Array("two".utf8))
        var collector = StreamCollector()
        for packet in session.packets { collector.receive(packet) }
        #expect(collector.flows.first?.backward.bytes.isEmpty == true)
        var other = TCPSessionBuilder(client: .v4(7, port: 7))
        other.time = session.time + .seconds(4)
        other.handshake()
        for packet in other.packets { collector.receive(packet) }
        #expect(collector.flows.first?.backward.bytes == Array("two".utf8))
    }

    @Test func `what was cut off packets is no gap`() {
        var packets = session(close: false)
        for place in packets.indices where packets[place].bytes.count > 100 { packets[place].bytes.removeLast(54) }
        for place in packets.indices { packets[place].wireLength = session(close: false)[place].wireLength }
        let collector = run(packets)
        #expect(collector.table.statistics.gaps == 0)
        #expect(collector.table.statistics.cutSegments == 80)
        #expect(collector.table.statistics.cutBytes == 80 * 54)
        #expect(collector.flows.first?.forward.length == request.count)
    }
}
