import Advice
import Capture
import Diagnosis
import Network
import TestSupport
import Testing
import Trace

@Suite struct `Trouble with connections` {
    private func trace(_ openings: [BrokerOpening]) -> BusTrace { trace(openings.flatMap(\.session.packets)) }

    private func trace(_ packets: some Sequence<RecordedPacket>) -> BusTrace {
        let packets = packets.sorted { $0.time < $1.time }.enumerated().map { index, packet in
            PacketPlayer.Packet(
                bytes: packet.bytes, stamp: PacketStamp(time: packet.time, number: Int64(index + 1)),
                linkType: LinkType(rawValue: 1))
        }
        return PacketPlayer(packets: packets).trace()
    }

    private func sentences(_ trace: BusTrace) -> [String] { trace.connectionTroubles.map(\.sentence) }

    /// A segment without data from one end to the other.
    private func segment(
        _ flags: UInt8, from client: Bool, port: UInt16 = 40_000, server: UInt16 = 5672, at milliseconds: Int64
    ) -> RecordedPacket {
        let (one, other) = (Endpoint.v4(7, port: port), Endpoint.v4(2, port: server))
        let packet = PacketBuilder.tcpOverIP(
            from: client ? one : other, to: client ? other : one,
            sequence: flags & PacketBuilder.syn != 0 ? 1000 : 1001,
            acknowledgment: flags & PacketBuilder.ack != 0 ? 1001 : 0, flags: flags, [])
        return RecordedPacket(
            Timestamp(seconds: 1_700_000_000, nanoseconds: 0) + .milliseconds(milliseconds),
            PacketBuilder.ethernet(packet))
    }

    private static let reset = PacketBuilder.rst | PacketBuilder.ack

    // MARK: What the opening tells

    @Test(arguments: [false, true])
    func `the opening tells user, virtual host, client, server and heartbeat, and no password`(plain: Bool) throws {
        var opening = BrokerOpening()
        opening.login(plain: plain)
        opening.open("nova_cell1", heartbeat: 30)
        opening.opened()
        let connection = try #require(trace([opening]).capture.connections.first)
        let handshake = try #require(connection.handshake)
        #expect(connection.virtualHost == "nova_cell1" && handshake.user == "nova" && handshake.stage == .open)
        #expect(handshake.product == "py-amqp" && handshake.productVersion == "5.1.1")
        #expect(handshake.serverProduct == "RabbitMQ" && handshake.heartbeat == 30)
        #expect(connection.openedAt != nil && connection.incidents.isEmpty)
        #expect(!"\(connection)".contains("hunter2"))
    }

    @Test func `a connection of which the opening was not seen tells nothing of it`() throws {
        var opening = BrokerOpening()
        opening.login()
        opening.open("/")
        opening.opened()
        opening.client(AMQPBuilder.channelOpen(1))
        opening.server(AMQPBuilder.channelOpenOk(1))
        opening.client(AMQPBuilder.heartbeat)
        let late = Array(opening.session.packets.suffix(6))
        let connection = try #require(trace(late).capture.connections.first)
        #expect(connection.midstream && connection.openedAt == nil)
        #expect(connection.handshake == nil && connection.virtualHost == nil)
    }

    // MARK: TCP

    @Test func `refused TCP is counted by client and broker, on ports of AMQP alone`() {
        var packets: [RecordedPacket] = []
        for attempt in 0..<4 {
            let (port, at) = (UInt16(41_000 + attempt), Int64(attempt) * 1000)
            packets.append(segment(PacketBuilder.syn, from: true, port: port, at: at))
            packets.append(segment(Self.reset, from: false, port: port, at: at + 1))
            packets.append(segment(PacketBuilder.syn, from: true, port: port, server: 8080, at: at + 2))
            packets.append(segment(Self.reset, from: false, port: port, server: 8080, at: at + 3))
        }
        let trace = trace(packets)
        #expect(trace.capture.attempts.map(\.kind) == [.refused] && trace.capture.attempts.first?.count == 4)
        #expect(
            sentences(trace) == [
                "4 attempts to connect to 10.0.0.2:5672 refused (TCP reset): nothing listens there, or a firewall "
                    + "rejects it (10.0.0.7), 22:13:20 to 22:13:23"
            ])
    }

    @Test func `a port on which AMQP is spoken otherwise is a broker's`() {
        var opening = BrokerOpening(server: 15_000)
        opening.login()
        opening.open("/")
        opening.opened()
        let refused = [
            segment(PacketBuilder.syn, from: true, port: 41_000, server: 15_000, at: 5000),
            segment(Self.reset, from: false, port: 41_000, server: 15_000, at: 5001),
        ]
        let trace = trace(opening.session.packets + refused)
        #expect(trace.capture.attempts.first?.server == "10.0.0.2:15000")
        #expect(sentences(trace).first?.hasSuffix("(nova-compute 10.0.0.7), at 22:13:25") == true)
    }

    @Test func `a port on which AMQP is spoken to another broker is this one's, too`() {
        var opening = BrokerOpening(server: 15_000)
        opening.login()
        opening.open("/")
        opening.opened()
        var refused = TCPSessionBuilder(server: .v4(3, port: 15_000), at: opening.session.time + .seconds(1))
        refused.refuse()
        #expect(trace(opening.session.packets + refused.packets).capture.attempts.map(\.server) == ["10.0.0.3:15000"])
    }

    @Test func `where nothing but attempts is seen they are told of whatever the port, unless they are a scan`() {
        func refused(_ ports: [UInt16]) -> [RecordedPacket] {
            ports.enumerated().flatMap { index, port in
                let at = Int64(index) * 10
                return [
                    segment(PacketBuilder.syn, from: true, port: 41_000 + UInt16(index), server: port, at: at),
                    segment(Self.reset, from: false, port: 41_000 + UInt16(index), server: port, at: at + 1),
                ]
            }
        }
        #expect(
            sentences(trace(refused([19_000, 19_000]))) == [
                "2 attempts to connect to 10.0.0.2:19000 refused (TCP reset): nothing listens there, or a firewall "
                    + "rejects it (10.0.0.7), at 22:13:20"
            ])
        #expect(sentences(trace(refused([1, 2, 3, 4, 5, 6]))).isEmpty, "a scan")
        #expect(trace(refused([19_000, 5672])).capture.attempts.map(\.server) == ["10.0.0.2:5672"])
        var web = BrokerOpening(port: 42_000, server: 80)
        web.client(Array("GET / HTTP/1.1\r\n\r\n".utf8))
        web.server(Array("HTTP/1.1 200 OK\r\n\r\n".utf8))
        #expect(trace(refused([19_000]) + web.session.packets).capture.attempts.isEmpty, "somebody else's")
    }

    @Test func `a SYN that is sent again and again is not answered, copies of one packet are no repetition`() {
        func syns(_ times: [Int64]) -> BusTrace {
            trace(times.map { segment(PacketBuilder.syn, from: true, at: $0) })
        }
        #expect(syns([0]).capture.attempts.isEmpty, "one SYN at the end of a capture may be answered yet")
        #expect(syns([0, 1, 2]).capture.attempts.isEmpty)
        #expect(syns([0, 1000]).capture.attempts.map(\.kind) == [.unanswered])
        let tried = syns([0, 1000, 3000, 7000, 15_000])
        #expect(tried.capture.attempts.first?.count == 1, "it is one attempt")
        #expect(sentences(tried).first?.hasPrefix("1 attempt to connect to 10.0.0.2:5672 not answered") == true)
    }

    @Test func `a SYN that is answered late is no trouble`() {
        let answered = [
            segment(PacketBuilder.syn, from: true, at: 0), segment(PacketBuilder.syn, from: true, at: 1000),
            segment(PacketBuilder.syn | PacketBuilder.ack, from: false, at: 1001),
            segment(Self.reset, from: true, at: 1002),
        ]
        #expect(trace(answered).capture.attempts.isEmpty)
    }

    @Test(arguments: [PacketBuilder.fin | PacketBuilder.ack, reset])
    func `a proxy that closes at once is told of, one that is only checked is not`(end: UInt8) {
        func opened(closing: [RecordedPacket]) -> [RecordedPacket] {
            [
                segment(PacketBuilder.syn, from: true, at: 0),
                segment(PacketBuilder.syn | PacketBuilder.ack, from: false, at: 1),
                segment(PacketBuilder.ack, from: true, at: 2),
            ] + closing
        }
        let atOnce = trace(opened(closing: [segment(end, from: false, at: 3)]))
        #expect(atOnce.capture.attempts.map(\.kind) == [.endedAtOnce])
        #expect(
            sentences(atOnce) == [
                "1 connection to 10.0.0.2:5672 accepted and ended from there before the broker sent a byte: a proxy without "
                    + "a backend, or a broker that takes no more (10.0.0.7), at 22:13:20"
            ])
        let checked = trace(opened(closing: [segment(end, from: true, at: 3), segment(end, from: false, at: 4)]))
        #expect(checked.capture.attempts.isEmpty, "so a proxy checks its backends")
    }

    // MARK: Protocols

    private static let hello: [UInt8] = [0x16, 0x03, 0x01, 0x00, 0x40] + [UInt8](repeating: 1, count: 64)

    @Test func `TLS spoken to a plain port`() {
        var opening = BrokerOpening()
        opening.client(Self.hello)
        opening.server(AMQPBuilder.protocolHeader)
        opening.close(.server)
        let trace = trace([opening])
        #expect(trace.capture.connections.isEmpty && trace.capture.otherProtocols.isEmpty)
        #expect(
            sentences(trace) == [
                "10.0.0.2:5672 answered TLS with the header of AMQP 0-9-1: a port without TLS (10.0.0.7), at 22:13:20"
            ])
    }

    @Test func `TLS that is answered in TLS is another protocol and no trouble`() {
        var opening = BrokerOpening(server: 5671)
        opening.client(Self.hello)
        opening.server([0x16, 0x03, 0x03, 0x00, 0x40] + [UInt8](repeating: 2, count: 64))
        opening.client([0x17, 0x03, 0x03, 0x00, 0x10] + [UInt8](repeating: 3, count: 16))
        let trace = trace([opening])
        #expect(trace.capture.otherProtocols == ["TLS": 1] && sentences(trace).isEmpty)
    }

    @Test func `AMQP spoken to a port for TLS`() {
        var opening = BrokerOpening(server: 5671)
        opening.client(AMQPBuilder.protocolHeader)
        opening.server([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x46])
        opening.close(.server)
        #expect(
            sentences(trace([opening])).first?.hasPrefix("10.0.0.2:5671 answered AMQP 0-9-1 in TLS: a port for TLS")
                == true)
    }

    @Test func `a version that the broker refuses`() {
        var opening = BrokerOpening()
        opening.client([0x41, 0x4D, 0x51, 0x50, 1, 1, 9, 1])
        opening.server(AMQPBuilder.protocolHeader)
        opening.close(.server)
        #expect(
            sentences(trace([opening])).first?.hasPrefix(
                "10.0.0.2:5672 refused AMQP 0-8, and named AMQP 0-9-1") == true)
    }

    @Test func `what is no protocol, and is answered with the broker's version, is told of both ends`() {
        var opening = BrokerOpening()
        opening.client([UInt8](repeating: 0x78, count: 300))
        opening.server(AMQPBuilder.protocolHeader)
        opening.close(.server)
        let trace = trace([opening])
        #expect(trace.capture.connections.isEmpty && trace.capture.otherProtocols.isEmpty)
        #expect(
            sentences(trace) == [
                "10.0.0.2:5672 answered bytes that are no AMQP with the header of AMQP 0-9-1: that is what it speaks "
                    + "(10.0.0.7), at 22:13:20"
            ])
    }

    private static let proxyLine = Array("PROXY TCP4 192.0.2.7 192.0.2.9 51515 5672\r\n".utf8)

    /// What comes first, and what is said to have been answered.
    static let refused: [(bytes: [[UInt8]], words: String)] = [
        ([Array("PING\r\n".utf8)], "bytes that are no AMQP"),
        ([Array("*1\r\n$4\r\nPING\r\n".utf8)], "bytes that are no AMQP"),
        ([Array("AUTH secret\r\n".utf8)], "bytes that are no AMQP"),
        ([Array("EHLO a\r\n".utf8), Array("QUIT\r\n".utf8)], "bytes that are no AMQP"),
        ([Array("PROXY nonsense\r\n".utf8)], "bytes that are no AMQP"),
        ([Array("SSH-2.0-OpenSSH_9.2p1\r\n".utf8)], "SSH"),
        ([Array("GET / HTTP/1.1\r\n\r\n".utf8)], "HTTP"),
        ([[0x10, 0x20, 0, 4, 0x4D, 0x51, 0x54, 0x54, 4, 2]], "MQTT"),
        ([proxyLine], "a PROXY header"),
        (proxyLine.map { [$0] }, "a PROXY header"),
        ([Array("PROXY UNKNOWN\r\n".utf8)], "a PROXY header"),
        ([proxyLine + hello], "TLS behind a PROXY header"),
    ]

    @Test(arguments: refused, [5672, 9999])
    func `whatever is answered with the broker's header is told by its name, and no connection of AMQP`(
        refused: (bytes: [[UInt8]], words: String), port: UInt16
    ) {
        var opening = BrokerOpening(server: port)
        for bytes in refused.bytes { opening.client(bytes) }
        // Whatever the segments are.
        for octet in AMQPBuilder.protocolHeader { opening.server([octet]) }
        opening.close(.server)
        let trace = trace([opening])
        #expect(trace.capture.connections.isEmpty && trace.capture.otherProtocols.isEmpty)
        #expect(sentences(trace).count == 1)
        #expect(
            sentences(trace).first?.hasPrefix(
                "10.0.0.2:\(port) answered \(refused.words) with the header of AMQP 0-9-1: ") == true,
            "\(sentences(trace))")
        let isProxied = refused.words.contains("PROXY")
        #expect(sentences(trace).first?.contains("proxy_protocol has to agree on both") == isProxied)
        #expect(trace.troubleAdvice.first?.text.contains("proxy_protocol") == isProxied)
    }

    @Test(arguments: [(proxyLine, "a PROXY header"), ([0x0A, 0x0D], "bytes that are no AMQP")])
    func `what comes in front of AMQP is what a broker refuses, not its own version`(bytes: [UInt8], words: String) {
        var opening = BrokerOpening()
        opening.client(bytes + AMQPBuilder.protocolHeader)
        opening.server(AMQPBuilder.protocolHeader)
        opening.close(.server)
        let trace = trace([opening])
        #expect(sentences(trace).count == 1)
        #expect(
            sentences(trace).first?.hasPrefix(
                "10.0.0.2:5672 answered \(words) with the header of AMQP 0-9-1: ") == true, "\(sentences(trace))")
    }

    @Test(arguments: [proxyLine, Array("PING\r\n".utf8)])
    func `what a broker ends without an answer is told, what its client ends is counted`(bytes: [UInt8]) {
        for ending in [TCPSessionBuilder.Sender.server, .client] {
            var opening = BrokerOpening()
            opening.client(bytes)
            opening.close(ending)
            let trace = trace([opening])
            #expect(trace.capture.connections.isEmpty)
            #expect(trace.capture.otherProtocols.isEmpty == (ending == .server))
            let isTold = sentences(trace).contains { $0.hasSuffix("without an answer (10.0.0.7), at 22:13:20") }
            #expect(isTold == (ending == .server))
        }
    }

    @Test func `a connection through a proxy names its client, and was not open before`() throws {
        var opening = BrokerOpening()
        opening.client(Self.proxyLine)
        opening.login()
        opening.open("/")
        opening.opened()
        opening.wait(1)
        opening.reset(.server)
        let trace = trace([opening])
        let connection = try #require(trace.capture.connections.first)
        #expect(connection.proxiedClient == "192.0.2.7:51515" && connection.client == "10.0.0.7:40000")
        #expect(!connection.midstream && connection.openedAt != nil && connection.bytesSkipped == 0)
        #expect(trace.capture.anomalies.map(\.kind) == [.connectionReset])
        #expect(sentences(trace).first?.contains("(nova-compute 192.0.2.7 through 10.0.0.7)") == true)
    }

    @Test(arguments: [[0xFF, 0xFF], [0x0F, 0x00], [0x00, 0x0D], [0x00, 0x0B]] as [[UInt8]])
    func `a PROXY header that is longer than it can be hides nothing`(length: [UInt8]) throws {
        let header: [UInt8] =
            [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A, 0x21, 0x11] + length
            + [192, 0, 2, 7, 192, 0, 2, 9, 0x9C, 0x40, 0x16, 0x28]
        var opening = BrokerOpening()
        opening.client(header)
        opening.login()
        opening.open("/")
        opening.opened()
        let trace = trace([opening])
        let connection = try #require(trace.capture.connections.first)
        #expect(!connection.midstream && connection.openedAt != nil && connection.handshake?.user == "nova")
        #expect(connection.bytesSkipped == header.count && connection.bytes == connection.bytesDecoded + header.count)
        #expect(trace.capture.anomalies.map(\.kind) == [.strayBytes])
        #expect(trace.capture.anomalies.first?.detail.hasPrefix("\(header.count) bytes from the client") == true)
    }

    @Test(arguments: [[0x0A], Array("hello, world\r\n".utf8), Array("AUTH x\r\n".utf8), Array("PROXY TCP4 x".utf8)])
    func `bytes in front of AMQP are an anomaly`(bytes: [UInt8]) throws {
        var opening = BrokerOpening()
        opening.client(bytes)
        opening.login()
        let trace = trace([opening])
        let connection = try #require(trace.capture.connections.first)
        #expect(connection.bytesSkipped == bytes.count && !connection.midstream)
        #expect(
            trace.capture.anomalies.map(\.detail) == [
                "\(bytes.count) bytes from the client in front of the first header are no AMQP"
            ])
    }

    @Test func `a PROXY header from a broker is no header`() throws {
        var opening = BrokerOpening()
        opening.client(AMQPBuilder.protocolHeader)
        opening.server(Self.proxyLine + AMQPBuilder.start())
        let connection = try #require(trace([opening]).capture.connections.first)
        #expect(connection.proxiedClient == nil && connection.bytesSkipped == Self.proxyLine.count)
    }

    @Test func `a proxy without a backend takes the connection and says nothing`() {
        for ending in 0..<2 {
            var opening = BrokerOpening()
            opening.client(AMQPBuilder.protocolHeader)
            if ending == 0 { opening.close(.server) } else { opening.reset(.server) }
            #expect(
                sentences(trace([opening])).first?.contains("ended from there before the broker sent a byte") == true)
        }
        var check = BrokerOpening()
        check.client(AMQPBuilder.protocolHeader)
        check.reset(.client)
        #expect(sentences(trace([check])).isEmpty, "so a proxy checks its backends")
    }

    // MARK: Refusals

    @Test func `refused logins are one sentence with their count, the user and the broker's words`() {
        #expect(
            sentences(trace(BrokerOpening.refusedLogins(12))) == [
                "12 logins of nova refused by 10.0.0.2:5672: 403 ACCESS_REFUSED - Login was refused (nova-compute "
                    + "10.0.0.7), 22:13:20 to 22:15:10"
            ])
    }

    @Test func `a broker that ends TCP after the login has refused it the old way`() {
        var opening = BrokerOpening()
        opening.login()
        opening.wait(1)
        opening.close(.server)
        #expect(
            sentences(trace([opening])).first?.hasPrefix("1 login of nova ended by 10.0.0.2:5672 without a word")
                == true)
    }

    @Test(arguments: [
        "NOT_ALLOWED - vhost cells not found",
        "NOT_ALLOWED - access to vhost 'cells' refused for user 'nova': connection limit (10) is reached",
    ])
    func `a virtual host that the broker does not let in`(text: String) {
        var opening = BrokerOpening()
        opening.login()
        opening.open("cells")
        opening.server(AMQPBuilder.close(0, code: 530, text: text))
        #expect(
            sentences(trace([opening])).first?.hasPrefix(
                "10.0.0.2:5672 did not let nova into virtual host cells: 530 \(text)") == true)
    }

    @Test(arguments: [false, true])
    func `a broker that stops while a client logs in refuses nobody`(isLoggedIn: Bool) {
        var opening = BrokerOpening()
        opening.login()
        if isLoggedIn { opening.open("/") }
        opening.server(AMQPBuilder.close(0, code: 320, text: "CONNECTION_FORCED - broker forced connection closure"))
        let told = sentences(trace([opening]))
        #expect(told.count == 1 && told[0].hasPrefix("10.0.0.2:5672 closed 1 connection: 320 CONNECTION_FORCED"))
    }

    @Test func `a declaration that is refused names what is declared`() throws {
        var opening = BrokerOpening()
        opening.login()
        opening.open("/")
        opening.opened()
        opening.client(AMQPBuilder.channelOpen(1))
        opening.client(
            AMQPBuilder.method(1, 40, 10) { $0.short(0).shortstr("nova").shortstr("topic").octet(2).table() })
        opening.server(
            AMQPBuilder.method(1, 20, 40) {
                $0.short(406).shortstr("PRECONDITION_FAILED - inequivalent arg 'durable'").short(40).short(10)
            })
        let trace = trace([opening])
        #expect(try #require(trace.capture.connections.first).channelClosings.first?.subject == "nova")
        #expect(
            sentences(trace).first?.hasPrefix(
                "10.0.0.2:5672 closed 1 channel after exchange.declare of nova: 406 PRECONDITION_FAILED") == true)
    }

    @Test func `a consumer that ends with the queue that its client deletes is no trouble`() {
        var opening = BrokerOpening()
        opening.login()
        opening.open("/")
        opening.opened()
        opening.client(
            AMQPBuilder.method(1, 60, 20) { $0.short(0).shortstr("fanout_x").shortstr("1").octet(0).table() })
        opening.client(AMQPBuilder.method(1, 50, 40) { $0.short(0).shortstr("fanout_x").octet(0) })
        opening.server(AMQPBuilder.method(1, 60, 30) { $0.shortstr("1").octet(1) })
        #expect(sentences(trace([opening])).isEmpty)
    }

    // MARK: The end

    @Test func `heartbeats are missed when an end hears nothing for two intervals and then ends TCP`() {
        for (silence, isMissed) in [(Int64(120), true), (61, false)] {
            var opening = BrokerOpening()
            opening.login()
            opening.open("/", heartbeat: 60)
            opening.opened()
            opening.wait(silence)
            opening.server(AMQPBuilder.heartbeat)
            opening.close(.server)
            let kinds = trace([opening]).connectionTroubles.map(\.incident.kind)
            #expect(kinds == [isMissed ? .heartbeatsMissed : .cutOff])
        }
    }

    @Test func `in mid-stream, where no interval is known, the silence before the end is told`() {
        var opening = BrokerOpening()
        opening.login()
        opening.open("/")
        opening.opened()
        let before = opening.session.packets.count
        opening.client(AMQPBuilder.heartbeat)
        for _ in 0..<4 {
            opening.wait(30)
            opening.server(AMQPBuilder.heartbeat)
        }
        opening.close(.server)
        #expect(
            sentences(trace(opening.session.packets.dropFirst(before))).first?.hasPrefix(
                "1 connection ended by 10.0.0.2:5672 without a close after 120 s without a sign of life of the client")
                == true)
    }

    @Test func `a broker whose FIN a dead client never answers has ended the connection all the same`() throws {
        var opening = BrokerOpening()
        opening.login()
        opening.open("/", heartbeat: 10)
        opening.opened()
        opening.wait(30)
        let at = opening.session.time
        opening.close(.server)
        let connection = try #require(trace(opening.session.packets.dropLast(2)).capture.connections.first)
        let packet = try #require(connection.end?.packet, "a packet shows it")
        #expect(connection.end == ConnectionEnd(.finished, at: at, by: .server, packet: packet))
        #expect(connection.incidents.map(\.kind) == [.heartbeatsMissed])
    }

    /// A connection of nova-compute that was opened and on which it spoke last `seconds` later.
    private func opened(port: UInt16, after seconds: Int64 = 0, sequence: UInt32 = 1000) -> BrokerOpening {
        var opening = BrokerOpening(port: port, after: seconds, sequence: sequence)
        opening.login()
        opening.open("/")
        opening.opened()
        opening.client(AMQPBuilder.heartbeat)
        return opening
    }

    @Test func `connections that the kernel of a killed client ends are counted, as many as there are`() {
        let openings = (0..<3).map { index in
            var opening = opened(port: 40_000 + UInt16(index))
            opening.wait(5)
            opening.close(.client)
            return opening
        }
        let trace = trace(openings)
        #expect(trace.capture.connections.count { $0.isAbandoned } == 3)
        #expect(
            sentences(trace) == [
                "3 connections to 10.0.0.2:5672 ended by the client without a close (nova-compute 10.0.0.7), at 22:13:25"
            ])
        #expect(trace.connectionTroubles.map(\.incident.kind) == [.cutOff])
    }

    @Test func `hundreds that lose their broker at once are two sentences, and all that come back are followed`() {
        let openings = (0..<300).flatMap { index in
            var before = opened(port: 40_000 + UInt16(index), sequence: UInt32(index) * 10_000)
            before.wait(5)
            before.reset(.server)
            var refused = TCPSessionBuilder(
                client: .v4(7, port: 50_000 + UInt16(index)),
                at: Timestamp(seconds: 1_700_000_007, nanoseconds: Int64(index) * 1000))
            refused.refuse()
            let after = opened(port: 60_000 + UInt16(index), after: 10, sequence: UInt32(index) * 10_000 + 5000)
            return before.session.packets + refused.packets + after.session.packets
        }
        let trace = trace(openings)
        #expect(trace.capture.connections.count == 600)
        #expect(trace.capture.connections.count { $0.end == nil } == 300)
        #expect(Set(trace.capture.anomalies.map(\.kind)) == [.connectionReset])
        #expect(
            sentences(trace) == [
                "300 connections reset by 10.0.0.2:5672 without a close (nova-compute 10.0.0.7), at 22:13:25",
                "300 attempts to connect to 10.0.0.2:5672 refused (TCP reset): nothing listens there, or a firewall "
                    + "rejects it (nova-compute 10.0.0.7), at 22:13:27",
            ])
    }

    @Test(arguments: [(Int64(4), true), (300, false)])
    func `a client that closes one connection and ends the others soon has stopped in order`(
        later: Int64, isInOrder: Bool
    ) {
        var (one, other) = (opened(port: 40_000), opened(port: 40_001))
        one.client(AMQPBuilder.close(0, code: 0, text: ""))
        one.server(AMQPBuilder.closeOk(0))
        one.close(.client)
        other.wait(later)
        other.close(.client)
        #expect(sentences(trace([one, other])).isEmpty == isInOrder)
    }

    /// What of one of two connections the capture lacks, so that its orderly end is not seen.
    enum Lack: CaseIterable, Sendable {
        case close, closeAndClientsEnd, allAfterTheOpening, whose
    }

    @Test(arguments: Lack.allCases)
    func `a process that may have stopped in order is not said to have ended without a close`(lack: Lack) {
        var (one, other) = (opened(port: 40_000), opened(port: 40_001))
        let before = one.session.packets.count
        one.client(AMQPBuilder.close(0, code: 0, text: ""))
        one.server(AMQPBuilder.closeOk(0))
        one.close(.client)
        other.client(AMQPBuilder.publish(1, exchange: "nova", routingKey: "conductor"))
        other.client(AMQPBuilder.content(1, Array("{}".utf8)))
        other.wait(4)
        other.close(.client)
        var packets = one.session.packets
        var rest = other.session.packets[...]
        switch lack {
        case .close: packets.remove(at: before)
        case .closeAndClientsEnd: packets.removeSubrange(before...before + 4)
        case .allAfterTheOpening: packets.removeSubrange((before - 2)..<(packets.count - 1))
        // Without its opening nothing but its host tells whose it is.
        case .whose: rest = rest.dropFirst(17)
        }
        #expect(sentences(trace(packets + rest)).isEmpty)
    }

    @Test func `a close that was answered was said, although the capture does not hold it`() {
        var opening = opened(port: 40_000)
        opening.server(AMQPBuilder.close(0, code: 320, text: "CONNECTION_FORCED"))
        let before = opening.session.packets.count
        opening.client(AMQPBuilder.closeOk(0))
        opening.close(.server)
        let trace = trace(opening.session.packets.dropFirst(before))
        #expect(trace.capture.connections.first?.end?.mayHaveBeenClosed == true)
        #expect(sentences(trace).isEmpty)
    }

    @Test func `who only looks whether the broker is there has lost nothing`() {
        var opening = BrokerOpening(name: nil)
        opening.login()
        opening.open("/")
        opening.opened()
        opening.close(.client)
        #expect(sentences(trace([opening])).isEmpty)
        var early = BrokerOpening()
        early.client(AMQPBuilder.protocolHeader)
        early.server(AMQPBuilder.start())
        early.close(.client)
        #expect(sentences(trace([early])).isEmpty)
    }

    @Test func `where bytes of a connection are missing its close may be among them`() {
        var opening = opened(port: 40_000)
        opening.lose(100)
        opening.close(.client)
        #expect(sentences(trace([opening])).isEmpty)
    }

    @Test(arguments: [true, false])
    func `where nothing of one end was seen it may have closed the connection`(isClientSeen: Bool) {
        let packets = [opened(port: 40_000), opened(port: 40_001)].enumerated().flatMap { index, opening in
            var opening = opening
            if index == 0 { opening.reset(.server) } else { opening.close(.client) }
            return opening.session.packets
        }
        func isOfClient(_ packet: RecordedPacket) -> Bool { packet.bytes[34] == 0x9C }
        let trace = trace(packets.filter { isOfClient($0) == isClientSeen })
        #expect(trace.capture.connections.count { $0.oneSided } == 2)
        #expect(sentences(trace).isEmpty)
        #expect(trace.capture.anomalies.allSatisfy { !$0.detail.contains("without") })
    }

    @Test func `what the capture lost is no silence and no refusal`() throws {
        var opening = BrokerOpening()
        opening.login()
        // The broker's words, as those of a refusal, may be among the last bytes.
        opening.lose(100)
        opening.close(.server)
        #expect(trace([opening]).connectionTroubles.isEmpty)
    }

    @Test func `bytes that are missing in front of what is read do not hide a close`() throws {
        var opening = BrokerOpening()
        opening.login()
        opening.lose(100)
        opening.server(AMQPBuilder.heartbeat)
        opening.close(.server)
        let trace = trace([opening])
        #expect(trace.connectionTroubles.map(\.incident.kind) == [.cutOff])
        #expect(sentences(trace).contains { $0.contains("without a close") })
    }
}
