import Bytes
import TestSupport
import Testing
import Trace

@testable import Protocols

@Suite struct `Frame search` {
    /// The bytes of one end of the conversation, and where its frames begin.
    private func stream(_ side: StreamSide) -> (bytes: [UInt8], boundaries: [Int]) {
        let bytes = Conversation.pieces.filter { $0.side == side }.flatMap(\.bytes)
        var boundaries: [Int] = []
        var offset = side == .first ? 8 : 0
        while offset < bytes.count {
            boundaries.append(offset)
            offset += FrameHeader(bytes.span.bytes, at: offset).frameSize
        }
        return (bytes, boundaries)
    }

    /// Names of the methods in frames from a boundary on.
    private func names(_ bytes: [UInt8], from boundary: Int, _ boundaries: [Int]) -> [String] {
        boundaries.filter { $0 >= boundary && bytes[$0] == 1 }.map {
            MethodTable.v091[MethodID(code: bytes.span.bytes.uint32(at: $0 + 7))]?.name ?? "?"
        }
    }

    /// Packets of at most that many bytes.
    private func packets(_ bytes: ArraySlice<UInt8>, _ size: Int, from side: StreamSide) -> [Piece] {
        stride(from: bytes.startIndex, to: bytes.endIndex, by: size).map {
            (side, Array(bytes[$0..<min($0 + size, bytes.endIndex)]))
        }
    }

    @Test(arguments: StreamSide.allCases)
    func `from every byte of a conversation on, every whole frame that follows is found`(_ side: StreamSide) {
        let (bytes, boundaries) = stream(side)
        for start in 1..<bytes.count {
            let boundary = boundaries.first { $0 >= start } ?? bytes.count
            let expected = names(bytes, from: boundary, boundaries)
            for size in [1, 100, bytes.count] {
                let (log, connection) = decode(packets(bytes[start...], size, from: side), sawHandshake: false)
                let counts = connection.counts(from: side)
                guard log.names == expected, log.skipped == boundary - start, counts.skipped == boundary - start,
                    counts.decoded == bytes.count - boundary
                else {
                    Issue.record(
                        "from byte \(start) in pieces of \(size): skipped \(log.skipped) \(counts), boundary \(boundary) \(log.names == expected) \(log.lines.prefix(3))"
                    )
                    return
                }
            }
        }
    }

    @Test func `a frame inside a body does not fool it`() {
        let body = [UInt8]("xx".utf8) + AMQPBuilder.ack(1, 9) + [UInt8]("yy, and so on".utf8)
        let bytes = Array(Conversation.request(1, key: "k", body: body).suffix(body.count + 1))
        let whole = bytes + AMQPBuilder.ack(1, 1) + AMQPBuilder.ack(1, 2)
        for size in 1...whole.count {
            let (log, _) = decode(packets(whole[...], size, from: .first), sawHandshake: false)
            guard log.skipped == bytes.count, log.names == ["basic.ack", "basic.ack"] else {
                Issue.record("fooled in pieces of \(size): \(log.lines)")
                return
            }
        }
    }

    @Test func `one method alone in a packet is enough on a port of AMQP`() {
        var log = EventLog()
        var connection = AMQPConnection(StreamOpening(firstPort: 40000, secondPort: 5672, sawHandshake: false))
        connection.feed(AMQPBuilder.ack(1, 9), from: .first, into: &log)
        #expect(log.names == ["basic.ack"])
    }

    @Test func `on another port it waits for a second frame`() {
        var log = EventLog()
        var connection = AMQPConnection(StreamOpening(firstPort: 40000, secondPort: 9999, sawHandshake: false))
        connection.feed(AMQPBuilder.ack(1, 9), from: .first, into: &log)
        #expect(log.names.isEmpty)
        connection.feed(AMQPBuilder.ack(1, 10), from: .first, at: .at(2), into: &log)
        #expect(log.names == ["basic.ack", "basic.ack"])
        #expect(log.methods.map(\.stamp.number) == [1, 2])
    }

    @Test func `a plausible frame that never ends does not hold up the ones behind it`() {
        let decoy = AMQPBuilder().octet(3).short(1).long(100_000).bytes
        let bytes = [0x55] + decoy + Conversation.request(1, key: "k", body: Conversation.json(20))
        let (log, _) = decode([(.first, bytes)], sawHandshake: false)
        #expect(log.bodies == [Conversation.json(20)])
        #expect(log.skipped == 8)
    }

    @Test func `what was searched in vain stays bounded`() {
        var generator = SeededGenerator(state: 1)
        var limits = Limits()
        limits.searchWindow = 4096
        var log = EventLog()
        var connection = AMQPConnection(
            StreamOpening(firstPort: 1, secondPort: 5672, sawHandshake: false, limits: SharedLimits(limits)))
        for _ in 0..<500 {
            // Nothing but octets that frames begin with.
            let bytes = (0..<1000).map { _ in [0, 0, 0, 1, 2, 3, 8][Int.random(in: 0..<7, using: &generator)] as UInt8 }
            connection.feed(bytes, from: .first, into: &log)
        }
        #expect(connection.counts(from: .first).skipped > 490_000)
        #expect(log.lines.isEmpty)
    }

    @Test func `both directions are found on their own`() {
        let client = stream(.first).bytes
        let server = stream(.second).bytes
        let (log, connection) = decode(
            [(.first, Array(client[300...])), (.second, Array(server[200...]))], sawHandshake: false)
        #expect(log.lines(of: .client).count { $0.contains("skipped") } == 1)
        #expect(log.lines(of: .server).count { $0.contains("skipped") } == 1)
        #expect(log.names.suffix(2) == ["channel.close-ok", "connection.close-ok"])
        #expect(connection.facts.isMidstream)
        for side in StreamSide.allCases {
            let counts = connection.counts(from: side)
            #expect(counts.seen == counts.decoded + counts.skipped)
        }
    }
}

@Suite struct `Gaps` {
    private let request = Conversation.request(1, key: "k", body: Conversation.json(2000))
    private let next = Conversation.request(1, key: "k", body: Conversation.json(30))

    /// The client's bytes with a hole in them, then two more messages.
    private func decode(losing hole: Range<Int>, of bytes: [UInt8]) -> (
        log: EventLog, counts: ByteCounts
    ) {
        var log = EventLog()
        var connection = AMQPConnection(StreamOpening(firstPort: 1, secondPort: 5672, sawHandshake: true))
        connection.feed(AMQPBuilder.protocolHeader, from: .first, into: &log)
        connection.feed(Array(bytes[..<hole.lowerBound]), from: .first, into: &log)
        connection.lose(hole.count, from: .first, into: &log)
        connection.feed(Array(bytes[hole.upperBound...]), from: .first, into: &log)
        connection.end(into: &log)
        return (log, connection.counts(from: .first))
    }

    @Test func `a gap inside a body is jumped over, the content is truncated at the hole`() {
        let bytes = request + next + next
        let start = request.count - 1000
        let (log, counts) = decode(losing: start..<start + 900, of: bytes)
        #expect(log.kinds == [.gap])
        #expect(log.contents.map(\.isTruncated) == [true, false, false])
        #expect(log.contents[0].bodySize == UInt64(Conversation.json(2000).count))
        #expect(log.bodies[0] == Array(Conversation.json(2000).dropLast(999)))
        #expect(counts.skipped == 0)
        #expect(counts.missing == 900)
        #expect(counts.gaps == 1)
    }

    @Test func `a gap larger than a frame is searched behind`() {
        let bytes = request + next + next + next
        let start = request.count - 1000
        let (log, _) = decode(losing: start..<request.count + 20, of: bytes)
        #expect(log.kinds == [.gap, .contentTruncated])
        #expect(log.contents.map(\.isTruncated) == [true, false, false])
        #expect(log.skipped == AMQPBuilder.publish(1, exchange: "nova", routingKey: "k").count - 20)
    }

    @Test func `a gap inside a method costs that frame and what hangs on it`() {
        let bytes = AMQPBuilder.heartbeat + next + next + next
        let (log, counts) = decode(losing: 8 + 12..<8 + 18, of: bytes)
        #expect(log.kinds == [.gap, .frameLost])
        #expect(log.contents.count == 2)
        #expect(counts.skipped == AMQPBuilder.publish(1, exchange: "nova", routingKey: "k").count - 6)
    }

    @Test func `wherever the gap lies, every message after it is whole`() {
        let bytes = next + request + next + next
        let wanted = [Conversation.json(30), Conversation.json(30)]
        for start in stride(from: 0, to: next.count + request.count, by: 7) {
            for count in [1, 5, 60, 300] where start + count < next.count + request.count {
                let (log, counts) = decode(losing: start..<start + count, of: bytes)
                guard Array(log.bodies.suffix(2)) == wanted, counts.seen == counts.decoded + counts.skipped else {
                    Issue.record("\(count) bytes lost at \(start): \(log.lines.map { $0.prefix(60) })")
                    return
                }
            }
        }
    }

    @Test func `after a gap the numbering of confirms is learned anew`() {
        var log = EventLog()
        var connection = AMQPConnection(StreamOpening(firstPort: 1, secondPort: 5672, sawHandshake: true))
        let open = AMQPBuilder.protocolHeader + AMQPBuilder.channelOpen(1) + AMQPBuilder.confirmSelect(1)
        connection.feed(open, from: .first, into: &log)
        connection.lose(next.count, from: .first, into: &log)
        connection.feed(next, from: .first, into: &log)
        connection.feed(AMQPBuilder.ack(1, 2), from: .second, into: &log)
        #expect(log.settlements.isEmpty)
        connection.feed(next, from: .first, into: &log)
        connection.feed(AMQPBuilder.ack(1, 3), from: .second, into: &log)
        #expect(log.settlements.map { Array($0.contentIDs) } == [[0], [1]])
    }
}
