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

    private func said(by command: [String], of bytes: [UInt8], connections: UInt16) async throws -> String {
        let input = Self.capture(bytes, connections: connections)
        let result = try await ExternalProgram.novatrace.run(command + ["-"], input: input)
        #expect([0, 1, 2].contains(result.status), "\(command) \(result.status)")
        return result.output + result.errors
    }

    @Test(arguments: others)
    func `says what it is and how much of it`(name: String, bytes: [UInt8]) async throws {
        let list = try await said(by: ["list"], of: bytes, connections: 3)
        #expect(list == "novatrace: no operation found: no AMQP, only 3 connections of \(name)\n")
        #expect(try await said(by: ["explain"], of: bytes, connections: 3).contains("only \(name)"))
    }

    @Test(arguments: [["list"], ["stats"], ["connections"], ["replay"], ["export", "--format", "markdown"]])
    func `says so by every command`(command: [String]) async throws {
        let text = try await said(by: command, of: Self.others[0].bytes, connections: 1)
        #expect(text.contains("no AMQP, only 1 connection of TLS"), "\(text)")
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
