@testable import Protocols
import TestSupport
import Testing
import Trace

@Suite struct `AMQP connection` {
    @Test func `a conversation gives every method, content and settlement in order`() {
        let (log, connection) = decode(Conversation.pieces)
        #expect(
            log.names == [
                "connection.start", "connection.start-ok", "connection.tune", "connection.tune-ok",
                "connection.open", "connection.open-ok", "channel.open", "channel.open-ok", "exchange.declare",
                "confirm.select", "exchange.declare-ok", "confirm.select-ok", "basic.publish", "basic.ack",
                "channel.open", "basic.consume", "channel.open-ok", "basic.consume-ok", "basic.deliver",
                "basic.ack", "basic.publish", "basic.get-ok", "basic.deliver", "basic.reject", "basic.return",
                "basic.ack", "channel.close", "connection.close", "channel.close-ok", "connection.close-ok",
            ])
        #expect(log.contents.map(\.id) == [0, 1, 2, 3, 4, 5])
        #expect(log.bodies.map(\.count) == [340, 740, 0, 6, 2, 0])
        #expect(log.bodies[1] == Conversation.json(700))
        #expect(log.bodies[3] == [1, 2, 3, 4, 5, 6])
        #expect(log.settlements.map(\.kind) == [.confirmed, .acknowledged, .requeued, .confirmed])
        #expect(log.settlements.map { Array($0.contentIDs) } == [[0], [1], [4], [2]])
        #expect(log.anomalies.isEmpty)
        #expect(connection.version == .v091)
        #expect(!connection.facts.isMidstream)
        #expect(connection.serverSide == .second)
    }

    @Test func `every byte is decoded, and counted once`() {
        let (_, connection) = decode(Conversation.pieces)
        for side in StreamSide.allCases {
            let total = Conversation.pieces.filter { $0.side == side }.reduce(0) { $0 + $1.bytes.count }
            let counts = connection.counts(from: side)
            #expect(counts == ByteCounts(seen: total, decoded: total))
        }
    }

    @Test func `byte by byte the events are the same`() {
        let pieces = Conversation.pieces.flatMap { piece in piece.bytes.map { Piece(piece.side, [$0]) } }
        #expect(decode(pieces).log.lines == Conversation.log.lines)
    }

    @Test func `in every two-way split of every packet the events are the same`() {
        let whole = Conversation.log.lines
        for (number, piece) in Conversation.pieces.enumerated() {
            for cut in 1..<piece.bytes.count {
                var pieces = Conversation.pieces
                pieces[number].bytes = Array(piece.bytes[..<cut])
                pieces.insert((piece.side, Array(piece.bytes[cut...])), at: number + 1)
                guard decode(pieces).log.lines == whole else {
                    Issue.record("differs when packet \(number) is cut at \(cut)")
                    return
                }
            }
        }
    }

    @Test func `the SASL response is nowhere, its length is`() throws {
        let log = Conversation.log
        #expect(!log.lines.contains { $0.contains(Conversation.password) })
        guard case .connectionStartOk(let startOk) = log.methods[1].method else {
            Issue.record("no start-ok")
            return
        }
        #expect(startOk.responseByteCount == Conversation.password.utf8.count)
        #expect(startOk.connectionName == "nova-api:7:8efe")
    }

    @Test func `a content knows its packets`() throws {
        let publish = Conversation.request(1, key: "conductor", body: Conversation.json(300))
        let cuts = [0, 10, 100, 200, publish.count]
        let packets: [Piece] = zip(cuts, cuts.dropFirst()).map { (.first, Array(publish[$0..<$1])) }
        let content = try #require(decode([(.first, AMQPBuilder.protocolHeader)] + packets).log.contents.first)
        #expect(content.packets.map(\.number) == [2, 3, 4, 5])
        #expect(content.firstPacket.number == 2)
        #expect(content.lastPacket.number == 5)
    }

    @Test func `a whole body is handed out where it lies`() {
        let bytes = AMQPBuilder.protocolHeader + Conversation.request(1, key: "k", body: Conversation.json(99))
        var connection = AMQPConnection(StreamOpening(firstPort: 1, secondPort: 5672, sawHandshake: true))
        var isInside = false
        bytes.span.bytes.withUnsafeBytes { outer in
            connection.receive(RawSpan(_unsafeBytes: outer), from: .first, at: .at(1)) { event, body in
                guard case .amqp(.content) = event else { return }
                isInside = body.withUnsafeBytes { inner in
                    guard let start = inner.baseAddress, let base = outer.baseAddress else { return false }
                    return start >= base && start < base + outer.count
                }
            }
        }
        #expect(isInside)
    }
}

@Suite struct `Roles and versions` {
    @Test func `a protocol header from the server refuses the client's version`() {
        let (log, connection) = decode([
            (.first, [0x41, 0x4D, 0x51, 0x50, 0, 1, 0, 0]), (.second, AMQPBuilder.protocolHeader),
        ])
        #expect(log.lines.first == "client header AMQP 1.0")
        #expect(log.lines.contains("server header AMQP 0-9-1"))
        #expect(log.kinds == [.protocolRefused])
        #expect(connection.serverSide == .second)
    }

    @Test func `a repeated header begins a new connection`() {
        let request = Conversation.request(1, key: "k", body: [])
        let bytes = AMQPBuilder.protocolHeader + AMQPBuilder.channelOpen(1) + request
        let (log, _) = decode([(.first, bytes), (.first, bytes)])
        #expect(log.kinds == [.protocolHeaderRepeated])
        #expect(log.contents.map(\.id) == [0, 1])
    }

    @Test func `a header behind the greeting that answers it was captured late and begins nothing anew`() {
        let (log, connection) = decode([(.second, AMQPBuilder.start()), (.first, AMQPBuilder.protocolHeader)])
        #expect(log.kinds.isEmpty)
        #expect(connection.serverSide == .second)
    }

    @Test func `a method that only the server sends overrules the ports, and says so`() {
        let (log, connection) = decode(
            [
                (.first, AMQPBuilder.ack(1, 4) + Conversation.delivery(1, tag: 5, body: [1])),
                (.second, AMQPBuilder.ack(1, 5)),
            ], sawHandshake: false)
        #expect(connection.serverSide == .first)
        #expect(log.kinds == [.rolesReversed])
        #expect(log.settlements.map(\.kind) == [.acknowledged])
    }

    @Test func `once proved, a method from the wrong side changes nothing`() {
        let (log, connection) = decode(
            Conversation.pieces + [(.second, AMQPBuilder.publish(1, exchange: "", routingKey: ""))])
        #expect(connection.serverSide == .second)
        #expect(log.kinds.contains(.methodFromWrongSide))
    }

    @Test func `0-8 closes with 60 and consumes without arguments`() {
        let consume = AMQPBuilder.method(1, 60, 20) { $0.short(0).shortstr("q").shortstr("t").octet(2) }
        let close = AMQPBuilder.method(0, 10, 60) { $0.short(200).shortstr("bye").short(0).short(0) }
        let (log, connection) = decode([
            (.first, [0x41, 0x4D, 0x51, 0x50, 1, 1, 9, 1]), (.second, AMQPBuilder.start(major: 8, minor: 0)),
            (.first, AMQPBuilder.channelOpen(1)), (.second, AMQPBuilder.method(1, 20, 11)), (.first, consume + close),
            (.second, AMQPBuilder.method(0, 10, 50) { $0.shortstr("other").shortstr("") }),
            (.second, AMQPBuilder.method(1, 20, 30) { $0.short(1).shortstr("x").table() }),
            (.second, AMQPBuilder.method(0, 10, 61)),
        ])
        #expect(
            log.names == [
                "connection.start", "channel.open", "channel.open-ok", "basic.consume", "connection.close",
                "connection.redirect", "channel.alert", "connection.close-ok",
            ])
        #expect(log.anomalies.isEmpty)
        #expect(connection.version == .v08)
    }

    @Test func `0-9 is read as 0-9-1, and 0-8 is recognised in mid-stream`() {
        let (log, connection) = decode([
            (.first, [0x41, 0x4D, 0x51, 0x50, 1, 1, 0, 9]), (.second, AMQPBuilder.start()),
        ])
        #expect(connection.version == .v09)
        #expect(log.anomalies.isEmpty)
        let consume = AMQPBuilder.method(1, 60, 20) { $0.short(0).shortstr("q").shortstr("t").octet(2) }
        let (older, _) = decode([(.first, consume + AMQPBuilder.heartbeat)], sawHandshake: false)
        #expect(older.names == ["basic.consume"])
        #expect(older.anomalies.isEmpty)
    }

    @Test func `names are shown for all versions`() {
        let names = [0x0000_0901, 0x0101_0009, 0x0101_0800, 0x0001_0000, 0x0301_0000, 0x0101_000A, 0x0006_0606]
            .map { AMQPVersion(code: $0).description }
        #expect(
            names == ["AMQP 0-9-1", "AMQP 0-9", "AMQP 0-8", "AMQP 1.0", "AMQP 1.0 SASL", "AMQP 0-10", "AMQP 0-6-6-6"])
    }
}
