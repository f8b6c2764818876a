import TestSupport
import Testing
import Trace

@testable import Protocols

@Suite struct `Bytes that are written to be looked at again and again` {
    /// A whole method, and the head of a publish that says that so many bytes follow.
    private func unit(claiming size: UInt32) -> [UInt8] {
        let head = [1, 0, 1] + withUnsafeBytes(of: size.bigEndian) { [UInt8]($0) } + [0, 60, 0, 40]
        return AMQPBuilder.ack(1, 1) + head
    }

    private func bytes(_ unit: [UInt8], times count: Int) -> [UInt8] {
        (0..<count).flatMap { _ in unit }
    }

    private func pieces(_ bytes: [UInt8], of size: Int) -> [Piece] {
        stride(from: 0, to: bytes.count, by: size).map { (.first, Array(bytes[$0..<min($0 + size, bytes.count)])) }
    }

    @Test(.timeLimit(.minutes(10)), arguments: [1 << 20, 100_000, 4095] as [UInt32], [1460, 60_000, Int.max])
    func `cost as much work as other bytes`(size: UInt32, packet: Int) {
        let stream = bytes(unit(claiming: size), times: 1 << 15)
        var log = EventLog()
        var connection = AMQPConnection(StreamOpening(firstPort: 40000, secondPort: 5672, sawHandshake: false))
        for piece in pieces(stream, of: min(packet, stream.count)) {
            connection.feed(piece.bytes, from: .first, at: .at(1), into: &log)
            #expect(connection.heldBytes < 3 << 20)
        }
        connection.end(into: &log)
        let counts = connection.counts(from: .first)
        #expect(counts.decoded + counts.skipped == stream.count)
        // What was kept to be looked at again: in proportion, and beside it short frames only.
        let limits = Limits.default
        #expect(
            connection.growth <= (1 + limits.looksPerByte) * stream.count + 2 * limits.controlFrameSize
                + (1 << 15) * limits.unprovenFrameSize)
    }

    @Test func `hide no frame when it is the first time`() {
        let hidden = (1...20).flatMap { AMQPBuilder.ack(1, UInt64($0)) }
        let lie = Array(unit(claiming: 200_000).suffix(11)) + [UInt8](repeating: 0x55, count: 100_000)
        let filler = [UInt8](repeating: 0x55, count: 120_000)
        let log = decodeClient(lie + hidden + filler + AMQPBuilder.ack(1, 21) + AMQPBuilder.ack(1, 22))
        #expect(log.names.count { $0 == "basic.ack" } == 22)
    }
}

@Suite struct `A connection that gives up what is under way` {
    @Test func `hands out what there is of a message, says so, and reads on`() {
        var log = EventLog()
        var connection = AMQPConnection(StreamOpening(firstPort: 40000, secondPort: 5672, sawHandshake: true))
        let message = Conversation.request(1, key: "k", body: [UInt8](repeating: 0x61, count: 50_000))
        connection.feed(AMQPBuilder.protocolHeader + message.prefix(20_000), from: .first, at: .at(1), into: &log)
        #expect(connection.heldBytes > 10_000)
        connection.giveUp { log.note($0, $1) }
        #expect(connection.heldBytes == 0)
        #expect(log.lines.contains { $0.contains("held-above-limit") })
        #expect(log.lines.contains { $0.contains("content-truncated") })
        let before = log.lines.count
        connection.feed(Array(message.dropFirst(20_000)), from: .first, at: .at(2), into: &log)
        connection.feed(Conversation.request(1, key: "k", body: [0x62]), from: .first, at: .at(3), into: &log)
        connection.end(into: &log)
        #expect(log.lines.dropFirst(before).count { $0.contains("content") } == 1, "\(log.lines)")
    }
}
