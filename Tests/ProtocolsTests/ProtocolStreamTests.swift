import Bytes
import Protocols
import TestSupport
import Testing
import Trace

@Suite struct `Protocol stream` {
    private func run(
        _ pieces: [Piece], ports: (UInt16, UInt16) = (40000, 5672), sawHandshake: Bool = true, ends: Bool = true
    ) -> (status: ProtocolStream.Status, log: EventLog, stream: ProtocolStream) {
        var log = EventLog()
        var stream = ProtocolStream(StreamOpening(firstPort: ports.0, secondPort: ports.1, sawHandshake: sawHandshake))
        for piece in pieces {
            stream.receive(piece.bytes.span.bytes, from: piece.side, at: .at(1)) { log.note($0, $1) }
        }
        if ends { stream.finish { log.note($0, $1) } }
        return (stream.status, log, stream)
    }

    private static let proxyLine = Array("PROXY TCP4 10.0.0.1 10.0.0.2 40000 5672\r\n".utf8)
    private static let proxyBinary: [UInt8] =
        [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A, 0x21, 0x11, 0x00, 0x0C]
        + [10, 0, 0, 1, 10, 0, 0, 2, 0x9C, 0x40, 0x16, 0x28]

    static let others: [(name: String, side: StreamSide, bytes: [UInt8])] = [
        ("TLS", .first, [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3]),
        ("HTTP", .first, Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)),
        ("HTTP/2", .first, Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)),
        ("SSH", .second, Array("SSH-2.0-OpenSSH_9.2\r\n".utf8)),
        ("STOMP", .first, Array("CONNECT\naccept-version:1.2\n\n\0".utf8)),
        ("AMQP 1.0", .first, [0x41, 0x4D, 0x51, 0x50, 0, 1, 0, 0]),
        ("AMQP 1.0 SASL", .first, [0x41, 0x4D, 0x51, 0x50, 3, 1, 0, 0]),
        ("AMQP 0-10", .first, [0x41, 0x4D, 0x51, 0x50, 1, 1, 0, 10]),
        ("RabbitMQ Streams", .first, [0, 0, 0, 0x82, 0, 0x11, 0, 1, 0, 0, 0, 1]),
        ("MySQL", .second, [0x5B, 0, 0, 0, 0x0A] + Array("8.0.36\0".utf8)),
        ("PostgreSQL", .first, [0, 0, 0, 8, 4, 0xD2, 0x16, 0x2F]),
        ("MQTT", .first, [0x10, 0x20, 0, 4, 0x4D, 0x51, 0x54, 0x54, 4, 2]),
        ("OpenFlow", .first, [4, 0, 0, 8, 0, 0, 0, 1]),
        ("Erlang distribution", .first, [0, 0x15, 0x6E, 0, 5, 0, 0, 0, 0]),
    ]

    @Test(arguments: others)
    func `other protocols are told by their first bytes, on AMQP's port too`(
        _ other: (name: String, side: StreamSide, bytes: [UInt8])
    ) {
        #expect(run([(other.side, other.bytes)]).status == .other(name: other.name))
        let drips = other.bytes.map { Piece(other.side, [$0]) }
        let (status, log, _) = run(drips + [(.second, AMQPBuilder.protocolHeader)])
        #expect(status == .other(name: other.name))
        #expect(log.lines.isEmpty)
    }

    @Test func `AMQP is accepted at its header, whatever the ports`() {
        let (status, log, stream) = run(Conversation.pieces, ports: (1234, 31415))
        #expect(status == .decoded)
        #expect(log.lines == Conversation.log.lines)
        #expect(stream.facts.protocolName == "AMQP 0-9-1")
    }

    @Test func `byte by byte through the front door the events are the same`() {
        let drips = Conversation.pieces.flatMap { piece in piece.bytes.map { Piece(piece.side, [$0]) } }
        #expect(run(drips).log.lines == Conversation.log.lines)
    }

    @Test func `in mid-stream it takes two frames, one is not enough`() {
        let ack = AMQPBuilder.ack(1, 1)
        #expect(run([(.first, ack)], ports: (1, 2), sawHandshake: false, ends: false).status == .undecided)
        #expect(run([(.first, ack)], ports: (1, 2), sawHandshake: false).status == .other(name: "unknown"))
        #expect(run([(.first, ack + ack)], ports: (1, 2), sawHandshake: false, ends: false).status == .decoded)
    }

    @Test func `a body in mid-stream is not taken for something else`() {
        for text in ["GET /v2.1/servers HTTP/1.1\",\"x", "{\"oslo.version\": \"2.0\""] {
            let bytes = Array(text.utf8) + AMQPBuilder.ack(1, 1) + AMQPBuilder.ack(1, 2)
            let (status, log, _) = run([(.first, bytes)], sawHandshake: false)
            #expect(status == .decoded)
            #expect(log.names == ["basic.ack", "basic.ack"])
        }
    }

    @Test func `what nobody recognises is given up after a bounded number of bytes`() {
        let text = [UInt8](repeating: 0x7A, count: 10_000)
        let unknown = run(Array(repeating: (.first, text), count: 30), ports: (1, 2), ends: false)
        #expect(unknown.status == .other(name: "unknown"))
        #expect(unknown.log.lines.isEmpty)
        #expect(run(Array(repeating: (.first, text), count: 30), ends: false).status == .undecided)
    }

    @Test(arguments: [proxyLine, proxyBinary])
    func `a proxy's header is stepped over`(_ proxy: [UInt8]) {
        var pieces = Conversation.pieces
        pieces[0].bytes = proxy + pieces[0].bytes
        let (status, log, stream) = run(pieces)
        #expect(status == .decoded)
        #expect(log.lines == Conversation.log.lines)
        #expect(stream.proxyBytes == proxy.count)
        let drips = pieces.flatMap { piece in piece.bytes.map { Piece(piece.side, [$0]) } }
        #expect(run(drips).log.lines == Conversation.log.lines)
        #expect(run([(.first, proxy + [0x16, 3, 1, 2, 0, 1])]).status == .other(name: "TLS"))
    }

    @Test func `each byte keeps the packet that it came in, whatever was held back before`() {
        // The first bytes of the header of a proxy, and of AMQP, do not tell what they are.
        let header = Self.proxyLine + AMQPBuilder.protocolHeader
        var stream = ProtocolStream(StreamOpening(firstPort: 40000, secondPort: 5672, sawHandshake: true))
        var packets: [Int64] = []
        for (number, octet) in header.enumerated() {
            stream.receive([octet].span.bytes, from: .first, at: .at(Int64(number))) { event, _ in
                if case .amqp(.protocolHeader(_, _, let stamp)) = event { packets.append(stamp.number) }
            }
        }
        #expect(packets == [Int64(header.count - 1)])
        #expect(stream.facts.traffic.beganAt == PacketStamp.at(Int64(Self.proxyLine.count)).time)
    }

    @Test func `a proxy's header without an end, or of 64 KiB, does no harm`() {
        let endless = Array("PROXY ".utf8) + [UInt8](repeating: 0x20, count: 500)
        #expect(run([(.first, endless)]).status == .other(name: "unknown"))
        var long = Self.proxyBinary
        long[14] = 0xFF
        long[15] = 0xFF
        let filler = [UInt8](repeating: 0, count: 65535 - 12)
        #expect(run([(.first, long), (.first, filler), (.first, AMQPBuilder.protocolHeader)]).status == .decoded)
    }

    @Test(arguments: [
        ("TCP4 192.0.2.7 192.0.2.9 51515 5672", 0xFFFF_C000_0207 as UInt64?), ("UNKNOWN", nil),
        ("UNKNOWN what ever it is", nil), ("TCP6 2001:db8::7 2001:db8::9 51515 5672", 7),
    ])
    func `a proxy's line names its client where it has an address`(words: String, low: UInt64?) {
        let line = Array("PROXY \(words)\r\n".utf8)
        let stream = run([(.first, line + AMQPBuilder.protocolHeader)]).stream
        #expect(stream.status == .decoded && stream.proxyBytes == line.count)
        #expect(stream.proxiedClient?.address.low == low && stream.proxiedClient?.port == low.map { _ in 51515 })
    }

    @Test func `a proxy's check of the broker, TLV records and the outermost of several proxies are read`() {
        var check = Self.proxyBinary
        check[12] = 0x20
        #expect(run([(.first, check)]).stream.proxiedClient == nil)
        #expect(run([(.first, check)]).status == .other(name: "PROXY header"))
        var records = Self.proxyBinary + [0x04, 0, 2, 1, 2]
        records[15] += 5
        let stream = run([(.first, records + Self.proxyLine + AMQPBuilder.protocolHeader)]).stream
        #expect(stream.status == .decoded && stream.proxyBytes == records.count + Self.proxyLine.count)
        #expect(stream.proxiedClient?.port == 40000)
    }

    @Test func `a gap before anything was seen is survived`() {
        var log = EventLog()
        var stream = ProtocolStream(StreamOpening(firstPort: 40000, secondPort: 5672, sawHandshake: true))
        stream.gap(100, from: .first, at: .at(1)) { log.note($0, $1) }
        let bytes = Conversation.request(1, key: "k", body: [1])
        stream.receive(bytes.span.bytes, from: .first, at: .at(2)) { log.note($0, $1) }
        stream.finish { log.note($0, $1) }
        #expect(stream.status == .decoded)
        #expect(log.bodies == [[1]])
    }

    @Test func `a connection without bytes stays undecided`() {
        #expect(run([]).status == .undecided)
    }

    @Test func `AMQP is in the list of protocols that are decoded`() {
        #expect(ProtocolRow.all.map(\.name) == ["AMQP 0-9-1"])
        let probes = [[], [0x41], [0x41, 0x4D, 0x51, 0x50, 0, 0, 9], AMQPBuilder.protocolHeader, [1]].map {
            (bytes: [UInt8]) in AMQPConnection.probe(bytes.span.bytes)
        }
        #expect(probes == [.needsMore, .needsMore, .needsMore, .yes, .no])
    }
}
