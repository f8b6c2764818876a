@testable import Protocols
import TestSupport
import Testing
import Trace

@Suite struct `Frame decoder` {
    private let request = Conversation.request(1, key: "k", body: Conversation.json(40))

    /// Feeds the client's bytes without ending the stream.
    private func waiting(_ bytes: [UInt8]) -> EventLog {
        var log = EventLog()
        var connection = AMQPConnection(StreamOpening(firstPort: 1, secondPort: 5672, sawHandshake: true))
        connection.feed(AMQPBuilder.protocolHeader + bytes, from: .first, into: &log)
        return log
    }

    @Test func `one byte short is need more, not invalid`() {
        let frame = AMQPBuilder.heartbeat
        for count in 0..<frame.count {
            let log = waiting(Array(frame[..<count]))
            #expect(log.lines == ["client header AMQP 0-9-1"], "after \(count) bytes")
        }
        #expect(waiting(frame).lines.last == "client heartbeat")
    }

    @Test func `a protocol header and a partial frame in one segment wait for the rest`() {
        let bytes: [UInt8] = [0x41, 0x4D, 0x51, 0x50, 0x00, 0x06, 0x06, 0x06, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00]
        var log = EventLog()
        var connection = AMQPConnection(StreamOpening(firstPort: 1, secondPort: 5672, sawHandshake: true))
        connection.feed(bytes, from: .first, into: &log)
        #expect(log.lines == ["client header AMQP 0-6-6-6"])
        connection.feed([0x04, 0, 10, 0, 51, 0xCE] + AMQPBuilder.heartbeat, from: .first, into: &log)
        #expect(log.names == ["connection.close-ok"])
        #expect(log.lines.last == "client heartbeat")
    }

    @Test(arguments: StreamSide.allCases)
    func `a header with a part of a frame behind it is read from either end, cut anywhere, and repeated`(
        side: StreamSide
    ) {
        let bytes = AMQPBuilder.protocolHeader + AMQPBuilder.heartbeat
        for cut in 1...bytes.count {
            var log = EventLog()
            var connection = AMQPConnection(StreamOpening(firstPort: 1, secondPort: 5672, sawHandshake: true))
            for _ in 1...2 {
                connection.feed(Array(bytes[..<cut]), from: side, into: &log)
                connection.feed(Array(bytes[cut...]), from: side, into: &log)
            }
            #expect(log.lines.count { $0.hasSuffix(" header AMQP 0-9-1") } == 2, "cut at \(cut)")
            #expect(log.lines.count { $0.hasSuffix(" heartbeat") } == 2, "cut at \(cut): \(log.lines)")
            #expect(log.skipped == 0)
        }
    }

    @Test func `0xCE alone in a segment ends the frame`() {
        let (log, _) = decode([
            (.first, AMQPBuilder.protocolHeader), (.first, Array(request.dropLast())), (.first, [0xCE]),
            (.first, AMQPBuilder.heartbeat),
        ])
        #expect(log.bodies == [Conversation.json(40)])
        #expect(log.anomalies.isEmpty)
    }

    @Test(arguments: [0xFFFF_FFFF, 0xFFFF_FFF8, 0xFFFF_FFF7, 0x7FFF_FFFF, 0x0500_0000] as [UInt32])
    func `a size that no frame has is not waited for`(_ size: UInt32) {
        for type in [1, 2, 3, 8] as [UInt8] {
            let bad = AMQPBuilder().octet(type).short(1).long(size).bytes
            let log = waiting(bad + request + request)
            #expect(log.kinds == [.frameTooLarge])
            #expect(log.bodies == [Conversation.json(40), Conversation.json(40)])
            #expect(log.skipped == 7)
        }
    }

    @Test func `a body frame above 1 MiB, and one above 16 MB, are decoded`() {
        for count in [1_363_000, 17_000_000] {
            let body = [UInt8](repeating: 0x20, count: count)
            let bytes =
                AMQPBuilder.publish(1, exchange: "nova", routingKey: "k") + AMQPBuilder.content(1, body, frame: count)
            var pieces: [Piece] = [(.first, AMQPBuilder.protocolHeader)]
            for start in stride(from: 0, to: bytes.count, by: 1448) {
                pieces.append((.first, Array(bytes[start..<min(start + 1448, bytes.count)])))
            }
            let (log, _) = decode(pieces + [(.first, request)])
            #expect(log.bodies.map(\.count) == [count, Conversation.json(40).count])
            #expect(log.contents.first?.middlePackets.count == pieces.count - 3)
            #expect(log.anomalies.isEmpty)
        }
    }

    @Test func `a frame above the agreed frame_max is decoded and reported`() {
        let body = [UInt8](repeating: 0x20, count: 5000)
        let tuned = AMQPBuilder.protocolHeader + AMQPBuilder.tune(ok: true, frameMax: 4096)
        let publish =
            AMQPBuilder.publish(1, exchange: "", routingKey: "k") + AMQPBuilder.content(1, body, frame: 5000)
        #expect(decode([(.first, tuned + publish)]).log.kinds == [.frameAboveFrameMax])
        let (log, _) = decode([(.first, tuned), (.first, Array(publish[..<3000])), (.first, Array(publish[3000...]))])
        #expect(log.kinds == [.frameAboveFrameMax])
        #expect(log.bodies == [body])
    }

    @Test func `a missing 0xCE costs one frame`() {
        var bad = AMQPBuilder.ack(1, 7)
        bad[bad.count - 1] = 0x00
        let log = decodeClient(bad + request + request)
        #expect(log.kinds == [.frameEndMissing])
        #expect(log.skipped == bad.count)
        #expect(log.bodies.count == 2)
    }

    @Test func `a body whose 0xCE is missing is truncated, what follows is decoded`() {
        var bad = request
        bad[bad.count - 1] = 0x00
        for pieces: [Piece] in [
            [(.first, bad + request + request)], [(.first, bad), (.first, request), (.first, request)],
        ] {
            let (log, _) = decode([(.first, AMQPBuilder.protocolHeader)] + pieces)
            #expect(log.kinds == [.frameEndMissing, .contentTruncated])
            #expect(log.contents.map(\.isTruncated) == [true, false, false])
        }
        let cut = request.count - 10
        let (log, _) = decode([
            (.first, AMQPBuilder.protocolHeader), (.first, Array(bad[..<cut])),
            (.first, Array(bad[cut...]) + request + request),
        ])
        #expect(log.contents.map(\.isTruncated) == [true, false, false])
        #expect(log.bodies[0] == Conversation.json(40))
    }

    @Test func `0xCE inside a body is a byte like any other`() {
        let body = [UInt8](repeating: 0xCE, count: 300)
        let bytes = Conversation.request(1, key: "k", body: body)
        for cut in 1..<bytes.count {
            let (log, _) = decode([
                (.first, AMQPBuilder.protocolHeader), (.first, Array(bytes[..<cut])), (.first, Array(bytes[cut...])),
            ])
            #expect(log.bodies == [body])
        }
    }

    @Test(arguments: [0, 4, 5, 6, 7, 9, 255] as [UInt8])
    func `a frame of a type that does not exist is stepped over`(_ type: UInt8) {
        let log = decodeClient(AMQPBuilder.frame(type, 0, [1, 2, 3]) + request)
        #expect(log.kinds == [.frameTypeUnknown])
        #expect(log.bodies.count == 1)
        #expect(log.skipped == 0)
    }

    @Test func `a heartbeat with a payload or on a channel is still one`() {
        let log = decodeClient(AMQPBuilder.frame(8, 0, [1, 2]) + AMQPBuilder.frame(8, 3, []) + request)
        #expect(log.kinds == [.heartbeatMalformed, .heartbeatMalformed])
        #expect(log.lines.filter { $0 == "client heartbeat" }.count == 2)
        #expect(log.bodies.count == 1)
    }

    @Test func `a method payload under 4 bytes does not stop the stream`() {
        for count in 0..<4 {
            let log = decodeClient(AMQPBuilder.frame(1, 1, [UInt8](repeating: 0, count: count)) + request)
            #expect(log.kinds == [.methodMalformed])
            #expect(log.bodies.count == 1)
        }
    }

    @Test func `a stream that ends in a frame says so`() {
        let (log, connection) = decode([
            (.first, AMQPBuilder.protocolHeader), (.first, Array(AMQPBuilder.ack(1, 1).dropLast())),
        ])
        #expect(log.kinds == [.frameIncomplete])
        #expect(connection.counts(from: .first).skipped == AMQPBuilder.ack(1, 1).count - 1)
    }
}
