import Trace

/// Connections to a broker on which everything that has a name or a text has one of the caller's choice, as packets.
///
/// One is opened, used, blocked and closed, one has its login refused, one its virtual host.
package enum NamedConnections {
    /// Where names and texts stand.
    package static let places = [
        "connection", "product", "version", "platform", "user", "vhost", "server", "release", "cluster", "exchange",
        "key", "queue", "tag", "returned", "blocked", "closing", "ending", "stranger", "refusal", "nowhere", "denial",
    ]

    /// - Parameter name: what stands in a place.
    package static func packets(_ name: (String) -> String) -> [RecordedPacket] {
        used(name) + refused(name) + denied(name)
    }

    private static func used(_ name: (String) -> String) -> [RecordedPacket] {
        var session = login(port: 40_099, user: name("user"), name)
        open(&session, name("vhost"))
        session.send(.server, AMQPBuilder.method(0, 10, 41) { $0.shortstr("") })
        session.send(.client, AMQPBuilder.channelOpen(1))
        session.send(.server, AMQPBuilder.channelOpenOk(1))
        let (exchange, queue, tag) = (name("exchange"), name("queue"), name("tag"))
        session.send(
            .client,
            AMQPBuilder.method(1, 60, 20) { $0.short(0).shortstr(queue).shortstr(tag).octet(0).table([]) })
        session.send(.server, AMQPBuilder.method(1, 60, 21) { $0.shortstr(tag) })
        let body = OsloBuilder.request("m", [:], uniqueID: "00000000000000000000000000009999")
        session.send(
            .client, AMQPBuilder.publish(1, exchange: exchange, routingKey: name("key")) + AMQPBuilder.content(1, body))
        session.send(
            .server,
            AMQPBuilder.method(1, 60, 50) {
                $0.short(312).shortstr(name("returned")).shortstr(exchange).shortstr(name("key"))
            } + AMQPBuilder.content(1, body))
        session.send(.server, AMQPBuilder.method(1, 60, 30) { $0.shortstr(tag).octet(1) })
        session.send(.server, AMQPBuilder.method(0, 10, 60) { $0.shortstr(name("blocked")) })
        session.send(
            .client,
            AMQPBuilder.method(1, 40, 10) {
                $0.short(0).shortstr(exchange).shortstr("topic").octet(0).table([])
            })
        session.send(
            .server,
            AMQPBuilder.method(1, 20, 40) { $0.short(406).shortstr(name("closing")).short(40).short(10) })
        session.send(.client, AMQPBuilder.closeOk(1))
        session.send(.server, AMQPBuilder.close(0, code: 320, text: name("ending")))
        session.close(.server)
        return session.takePackets()
    }

    private static func refused(_ name: (String) -> String) -> [RecordedPacket] {
        var session = login(port: 40_098, user: name("stranger"), name)
        session.send(.server, AMQPBuilder.close(0, code: 403, text: name("refusal")))
        session.close(.server)
        return session.takePackets()
    }

    private static func denied(_ name: (String) -> String) -> [RecordedPacket] {
        var session = login(port: 40_097, user: name("user"), name)
        open(&session, name("nowhere"))
        session.send(.server, AMQPBuilder.close(0, code: 530, text: name("denial")))
        session.close(.server)
        return session.takePackets()
    }

    private static func login(port: UInt16, user: String, _ name: (String) -> String) -> TCPSessionBuilder {
        var session = TCPSessionBuilder(client: .v4(99, port: port))
        session.time = Timestamp(seconds: 1_700_000_010, nanoseconds: 0)
        session.handshake()
        session.send(.client, AMQPBuilder.protocolHeader)
        let server = [("product", "server"), ("version", "release"), ("cluster_name", "cluster")]
        session.send(
            .server,
            AMQPBuilder.method(0, 10, 10) {
                $0.octet(0).octet(9).table(server.map { AMQPBuilder.entry($0, name($1)) }).longstr("AMQPLAIN")
                    .longstr("en_US")
            })
        let client = [
            ("connection_name", "connection"), ("product", "product"), ("version", "version"), ("platform", "platform"),
        ]
        let response = AMQPBuilder.entry("LOGIN", user) + AMQPBuilder.entry("PASSWORD", name("sasl"))
        session.send(
            .client,
            AMQPBuilder.method(0, 10, 11) {
                $0.table(client.map { AMQPBuilder.entry($0, name($1)) }).shortstr("AMQPLAIN").longstr(response)
                    .shortstr("en_US")
            })
        return session
    }

    private static func open(_ session: inout TCPSessionBuilder, _ virtualHost: String) {
        session.send(.server, AMQPBuilder.tune(ok: false))
        session.send(.client, AMQPBuilder.tune(ok: true))
        session.send(
            .client, AMQPBuilder.method(0, 10, 40) { $0.shortstr(virtualHost).shortstr("").octet(0) })
    }
}
