import Trace

/// A machine that plays one client of a broker, from its first SYN on.
package struct BrokerOpening {
    package private(set) var session: TCPSessionBuilder
    private let connectionName: String?

    /// - Parameters:
    ///   - name: `argv0` of the connection's name; `nil` for none.
    ///   - sequence: the client's first sequence number.
    package init(
        port: UInt16 = 40_000, server: UInt16 = 5672, after seconds: Int64 = 0, name: String? = "nova-compute",
        sequence: UInt32 = 1000
    ) {
        session = TCPSessionBuilder(
            client: .v4(7, port: port), server: .v4(2, port: server), clientSequence: sequence,
            at: Timestamp(seconds: 1_700_000_000 + seconds, nanoseconds: 0))
        connectionName = name.map { "\($0):4711:6f6c1d1e-0000-4000-8000-0000000\(port)" }
        session.handshake()
    }

    package mutating func client(_ bytes: [UInt8]) { session.send(.client, bytes) }
    package mutating func server(_ bytes: [UInt8]) { session.send(.server, bytes) }
    package mutating func wait(_ seconds: Int64) { session.time = session.time + .seconds(seconds) }
    package mutating func lose(_ count: Int) { session.lose(.server, count) }
    package mutating func close(_ sender: TCPSessionBuilder.Sender) { session.close(sender) }
    package mutating func reset(_ sender: TCPSessionBuilder.Sender) { session.reset(sender) }

    /// Up to the login, by AMQPLAIN unless a response is given for PLAIN.
    package mutating func login(as user: String = "nova", plain: Bool = false) {
        client(AMQPBuilder.protocolHeader)
        server(AMQPBuilder.start())
        let response =
            plain
            ? [0] + Array(user.utf8) + [0] + Array("hunter2".utf8)
            : AMQPBuilder.entry("LOGIN", user) + AMQPBuilder.entry("PASSWORD", "hunter2")
        let properties =
            [AMQPBuilder.entry("product", "py-amqp"), AMQPBuilder.entry("version", "5.1.1")]
            + (connectionName.map { [AMQPBuilder.entry("connection_name", $0)] } ?? [])
        client(
            AMQPBuilder.method(0, 10, 11) {
                $0.table(properties).shortstr(plain ? "PLAIN" : "AMQPLAIN").longstr(response).shortstr("en_US")
            })
    }

    package mutating func open(_ virtualHost: String, heartbeat: UInt16 = 60) {
        server(AMQPBuilder.tune(ok: false))
        client(AMQPBuilder.tune(ok: true, heartbeat: heartbeat))
        client(AMQPBuilder.method(0, 10, 40) { $0.shortstr(virtualHost).shortstr("").octet(0) })
    }

    /// `connection.open-ok`
    package mutating func opened() { server(AMQPBuilder.method(0, 10, 41) { $0.shortstr("") }) }

    /// Logins as nova, one every ten seconds, that the broker refuses with 403.
    package static func refusedLogins(_ count: Int) -> [BrokerOpening] {
        (0..<count).map { attempt in
            var opening = BrokerOpening(port: UInt16(40_000 + attempt), after: Int64(attempt) * 10)
            opening.login()
            opening.server(AMQPBuilder.close(0, code: 403, text: "ACCESS_REFUSED - Login was refused"))
            opening.client(AMQPBuilder.closeOk(0))
            opening.close(.server)
            return opening
        }
    }
}
