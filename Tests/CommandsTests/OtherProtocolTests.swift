import TestSupport
import Testing

/// What is no AMQP that is read, on the port of AMQP: named and counted by every command, never taken for no traffic.
@Suite struct `A capture of something else than the bus` {
    static let others: [(name: String, bytes: [UInt8])] = [
        ("TLS", [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3]), ("HTTP", Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)),
        ("AMQP 1.0", [0x41, 0x4D, 0x51, 0x50, 0, 1, 0, 0]), ("AMQP 0-10", [0x41, 0x4D, 0x51, 0x50, 1, 1, 0, 10]),
        ("RabbitMQ Streams", [0, 0, 0, 0x82, 0, 0x11, 0, 1, 0, 0, 0, 1]),
        ("an unknown protocol", [UInt8](repeating: 0x7A, count: 300)),
    ]

    private static func capture(_ bytes: [UInt8], connections: UInt16) -> [UInt8] {
        let packets = (0..<connections).flatMap { number in
            var session = TCPSessionBuilder(
                client: .v4(1, port: 40_000 + number), clientSequence: 1000 + UInt32(number) * 5000)
            session.handshake()
            session.send(.client, bytes)
            session.close()
            return session.packets
        }
        return CaptureFileBuilder.pcap(packets)
    }

    @Test(arguments: others)
    func `says what it is and how much of it`(name: String, bytes: [UInt8]) async throws {
        for (count, words) in [(1, "1 connection of \(name)"), (3, "3 connections of \(name)")] as [(UInt16, String)] {
            let input = Self.capture(bytes, connections: count)
            for command in [["list"], ["stats"], ["connections"], ["replay"], ["explain"]] {
                let result = try await ExternalProgram.novatrace.run(command + ["-"], input: input)
                #expect([1, 2].contains(result.status))
                // Explain names it in a sentence of its own.
                let said = command == ["explain"] ? "only \(name)" : words
                #expect((result.output + result.errors).contains(said), "\(command) \(result.errors)")
            }
            let markdown = try await ExternalProgram.novatrace.run(
                ["export", "--format", "markdown", "-"], input: input)
            #expect(markdown.output.contains(words), "\(markdown.output)")
        }
    }

    @Test func `is no reason where the bus is there as well`() async throws {
        var session = TCPSessionBuilder(client: .v4(1, port: 41_000))
        session.handshake()
        session.send(.client, AMQPBuilder.protocolHeader)
        session.send(.server, AMQPBuilder.start())
        let packets =
            Self.capture(Self.others[0].bytes, connections: 1) + CaptureFileBuilder.pcap(session.packets)[24...]
        let result = try await ExternalProgram.novatrace.run(["list", "-"], input: packets)
        #expect(result.errors == "novatrace: no operation found\n")
    }
}
