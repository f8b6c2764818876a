import Trace

/// A machine that gives the packets of computes that call the conductor and connect anew all the time.
///
/// Only the first connection of a compute tells its host: it takes what is sent to `compute.compute<n>`. The command of
/// all is `python3`. Each call is answered on the connection it was made on. The same numbers give the same packets.
package struct ReconnectTraffic {
    /// What a connection is called by and how often.
    package let processes: Int
    package let callsPerConnection: Int
    /// Whether a connection ends before the next begins.
    private let closes: Bool
    private var connections = 0
    private var calls = 0
    private var time = Timestamp(seconds: 1_700_000_000, nanoseconds: 0)
    private var listener: TCPSessionBuilder
    private var sender: TCPSessionBuilder

    package init(processes: Int, callsPerConnection: Int, closes: Bool = true) {
        self.closes = closes
        self.processes = processes
        self.callsPerConnection = callsPerConnection
        listener = TCPSessionBuilder(client: .v4(1, port: 1024), server: Self.broker)
        sender = TCPSessionBuilder(client: .v4(1, port: 1025), server: Self.broker)
    }

    private static let interval: Nanoseconds = 20_000
    private static let broker = Endpoint.v4(2, port: 5672)

    /// The name of the process that the connection of that number, from 0, is of.
    package func label(of connection: Int) -> String { "nova-compute@compute\(connection % processes)" }

    /// The packets of the next connection, from its handshake to its end, and those of the conductor's.
    package mutating func nextConnection() -> [RecordedPacket] {
        var packets: [RecordedPacket] = []
        if connections == 0 { packets += openConductor() }
        let process = connections % processes
        let number = connections / processes
        var session = TCPSessionBuilder(
            client: Endpoint(
                [10, 1, UInt8(process >> 8 & 0xFF), UInt8(process & 0xFF)], port: UInt16(2048 + number % 60_000)),
            server: Self.broker, clientSequence: UInt32(truncatingIfNeeded: connections &* 77_777_777), at: time)
        session.interval = Self.interval
        session.handshake()
        open(&session, "python3:\(process + 10):\(Self.uuid(connections))")
        if number == 0 { consume("compute.compute\(process)", &session) }
        let queue = "reply_" + Self.digits(process)
        consume(queue, &session)
        packets += Self.take(&session, &time)
        for tag in 1...callsPerConnection { packets += call(on: &session, tag: UInt64(tag), queue) }
        if closes { session.close() }
        packets += Self.take(&session, &time)
        connections += 1
        return packets
    }

    private mutating func call(on session: inout TCPSessionBuilder, tag: UInt64, _ queue: String) -> [RecordedPacket] {
        calls += 1
        let id = Self.digits(calls)
        let request = OsloBuilder.request(
            "object_class_action_versions", messageID: id, replyQueue: queue, uniqueID: "a" + id.dropFirst(),
            context: OsloBuilder.context(requestID: "req-\(Self.uuid(calls))", userID: "u"))
        let reply = OsloBuilder.reply(messageID: id, uniqueID: "b" + id.dropFirst())
        session.time = time
        session.send(.client, AMQPBuilder.publish(1, exchange: "nova", routingKey: "conductor") + Self.content(request))
        var packets = Self.take(&session, &time)
        listener.time = time
        let number = UInt64(calls)
        listener.send(
            .server,
            AMQPBuilder.deliver(1, tag: number, exchange: "nova", routingKey: "conductor") + Self.content(request))
        listener.send(.client, AMQPBuilder.ack(1, number))
        packets += Self.take(&listener, &time)
        sender.time = time
        sender.send(.client, AMQPBuilder.publish(1, exchange: "", routingKey: queue) + Self.content(reply))
        packets += Self.take(&sender, &time)
        session.time = time
        session.send(.server, AMQPBuilder.deliver(1, tag: tag, exchange: "", routingKey: queue) + Self.content(reply))
        session.send(.client, AMQPBuilder.ack(1, tag))
        return packets + Self.take(&session, &time)
    }

    private mutating func openConductor() -> [RecordedPacket] {
        (listener.interval, sender.interval) = (Self.interval, Self.interval)
        listener.handshake()
        open(&listener, "nova-conductor:7:\(Self.uuid(1 << 40))")
        consume("conductor", &listener)
        let packets = Self.take(&listener, &time)
        sender.time = time
        sender.handshake()
        open(&sender, "nova-conductor:7:\(Self.uuid(1 << 41))")
        return packets + Self.take(&sender, &time)
    }

    private static func take(_ session: inout TCPSessionBuilder, _ time: inout Timestamp) -> [RecordedPacket] {
        time = session.time
        return session.takePackets()
    }

    private func open(_ session: inout TCPSessionBuilder, _ name: String) {
        session.send(.client, AMQPBuilder.protocolHeader)
        session.send(.server, AMQPBuilder.start())
        session.send(.client, AMQPBuilder.startOk(connectionName: name, response: "LOGIN"))
        session.send(.client, AMQPBuilder.channelOpen(1))
        session.send(.server, AMQPBuilder.channelOpenOk(1))
    }

    private func consume(_ queue: String, _ session: inout TCPSessionBuilder) {
        session.send(
            .client,
            AMQPBuilder.method(1, 60, 20) { $0.short(0).shortstr(queue).shortstr("1").octet(0).table() })
    }

    private static func content(_ body: [UInt8]) -> [UInt8] { AMQPBuilder.content(1, body) }

    private static func digits(_ number: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: 32 - text.count) + text
    }

    private static func uuid(_ number: Int) -> String {
        String(decoding: MessageIDs.dashed(Array(digits(number).utf8)), as: UTF8.self)
    }
}
