import Capture
import Protocols
import TestSupport
import Testing
import Trace

/// A protocol is a folder and a row: what it says reaches the trace beside the bus.
@Suite struct `Another protocol` {
    private func packets() -> PacketPlayer {
        var session = TCPSessionBuilder(client: .v4(1, port: 40_000), server: .v4(2, port: 7777))
        session.handshake()
        for line in ["LI", "NES\nhel", "lo\n?pass", "word=hunter2\n"] {
            session.send(.client, Array(line.utf8))
        }
        session.send(.server, Array("ok\n".utf8))
        var bus = TCPSessionBuilder(client: .v4(3, port: 40_001), at: session.time)
        bus.handshake()
        bus.send(.client, AMQPBuilder.protocolHeader)
        return PacketPlayer(
            packets: (session.packets + bus.packets).enumerated().map { index, packet in
                PacketPlayer.Packet(
                    bytes: packet.bytes, stamp: PacketStamp(time: packet.time, number: Int64(index + 1)),
                    linkType: LinkType(rawValue: 1))
            })
    }

    @Test func `that stands in the list is decoded beside the bus`() throws {
        let trace = packets().trace(protocols: ProtocolRow.all + [.lines])
        #expect(trace.capture.connections.map(\.protocolName) == ["LINES", "AMQP 0-9-1"])
        let connection = try #require(trace.capture.connections.first)
        #expect(connection.client == "10.0.0.1:40000")
        #expect(connection.server == "10.0.0.2:7777")
        #expect(connection.bytesDecoded == 33)
        #expect(connection.bytesDecoded == connection.bytes)
        let anomaly = try #require(trace.capture.anomalies.first)
        #expect(anomaly.kind == .bodyUnreadable)
        #expect(anomaly.connection == 0)
        #expect(!anomaly.detail.contains("hunter2"), "secrets are masked in what any protocol says")
    }

    @Test func `that does not is none of the connections`() {
        let trace = packets().trace()
        #expect(trace.capture.connections.map(\.protocolName) == ["AMQP 0-9-1"])
        #expect(trace.capture.anomalies.isEmpty)
    }
}
