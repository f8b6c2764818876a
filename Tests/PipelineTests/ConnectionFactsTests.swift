import Capture
import TestSupport
import Testing
import Trace

/// A machine that plays one AMQP connection: a handshake, then what a test sends.
private struct ConnectionScript {
    private var session = TCPSessionBuilder()
    private static let start = Timestamp(seconds: 1_700_000_000, nanoseconds: 0)

    init() {
        session.handshake()
        session.send(.client, AMQPBuilder.protocolHeader)
        session.send(.server, AMQPBuilder.start())
        session.send(.client, AMQPBuilder.startOk(connectionName: "nova-conductor:4711:x", response: "secret"))
        session.send(.server, AMQPBuilder.tune(ok: false))
        session.send(.client, AMQPBuilder.tune(ok: true))
        session.send(.client, AMQPBuilder.channelOpen(1))
        session.send(.server, AMQPBuilder.channelOpenOk(1))
    }

    mutating func client(_ bytes: [UInt8]) { session.send(.client, bytes) }
    mutating func server(_ bytes: [UInt8]) { session.send(.server, bytes) }
    mutating func wait(_ seconds: Int64) { session.time = session.time + .seconds(seconds) }
    mutating func finish(_ sender: TCPSessionBuilder.Sender) { session.close(sender) }
    mutating func reset(_ sender: TCPSessionBuilder.Sender) { session.reset(sender) }

    mutating func blocked(_ reason: String) {
        server(AMQPBuilder.method(0, 10, 60) { $0.shortstr(reason) })
    }

    mutating func unblocked() { server(AMQPBuilder.method(0, 10, 61)) }

    /// `channel.close` after basic.publish.
    mutating func channelClosed(_ code: UInt16, _ text: String) {
        server(
            AMQPBuilder.method(1, 20, 40) { $0.short(code).shortstr(text).short(60).short(40) })
    }

    var now: Timestamp { session.time }

    var trace: BusTrace {
        let packets = session.packets.enumerated().map { index, packet in
            PacketPlayer.Packet(
                bytes: packet.bytes, stamp: PacketStamp(time: packet.time, number: Int64(index + 1)),
                linkType: LinkType(rawValue: 1))
        }
        return PacketPlayer(packets: packets).trace()
    }

    var connection: Connection? { trace.capture.connections.first }
}

@Suite struct `What the two ends say about their connection` {
    private func kinds(_ trace: BusTrace) -> [String] { trace.capture.anomalies.map(\.kind.rawValue) }

    @Test func `a connection that is still open has no end`() throws {
        let script = ConnectionScript()
        let connection = try #require(script.connection)
        #expect(connection.end == nil && connection.blocked.isEmpty && connection.channelClosings.isEmpty)
        #expect(script.trace.capture.anomalies.isEmpty)
    }

    @Test func `blocked, unblocked, and blocked until the end`() throws {
        var script = ConnectionScript()
        let first = script.now
        script.blocked("low on memory")
        script.blocked("low on memory")
        script.wait(5)
        let second = script.now
        script.unblocked()
        script.unblocked()
        script.wait(1)
        let third = script.now
        script.blocked("low on disk")
        let connection = try #require(script.connection)
        let packets = connection.blocked.map(\.packet)
        try #require(packets.count == 2 && packets.allSatisfy { $0 != nil }, "packets show it")
        #expect(
            connection.blocked == [
                BlockedSpan(from: first, until: second, reason: "low on memory", packet: packets[0]),
                BlockedSpan(from: third, until: nil, reason: "low on disk", packet: packets[1]),
            ])
        #expect(kinds(script.trace) == ["connection-blocked", "connection-blocked"])
        let anomaly = try #require(script.trace.capture.anomalies.first)
        #expect(anomaly.at == first && anomaly.connection == 0)
        #expect(anomaly.detail == "the broker lets this connection publish nothing, low on memory")
    }

    @Test(arguments: [
        (UInt16(404), "NOT_FOUND - no exchange 'reply_x' in vhost '/'"), (403, "ACCESS_REFUSED"), (406, ""),
    ])
    func `a channel that the broker closes over a fault`(code: UInt16, text: String) throws {
        var script = ConnectionScript()
        let at = script.now
        script.channelClosed(code, text)
        script.client(AMQPBuilder.closeOk(1))
        let connection = try #require(script.connection)
        let packet = try #require(connection.channelClosings.first?.packet, "a packet shows it")
        #expect(
            connection.channelClosings == [
                ChannelClosing(
                    at: at, channel: 1, by: .server, code: Int(code), text: text, method: "basic.publish",
                    packet: packet)
            ])
        #expect(connection.end == nil)
        #expect(kinds(script.trace) == ["channel-closed"])
        let detail = try #require(script.trace.capture.anomalies.first?.detail)
        #expect(detail.hasPrefix("the broker closed channel 1 after basic.publish: \(code)"))
    }

    @Test func `a channel that its client closes as it should says nothing`() throws {
        var script = ConnectionScript()
        script.client(AMQPBuilder.close(1, code: 0, text: ""))
        script.server(AMQPBuilder.closeOk(1))
        #expect(try #require(script.connection).channelClosings.isEmpty)
        #expect(script.trace.capture.anomalies.isEmpty)
    }

    @Test func `a consumer that the broker cancels is told with its queue, one that the client ends is not`() throws {
        var script = ConnectionScript()
        script.client(
            AMQPBuilder.method(1, 60, 20) { $0.short(0).shortstr("compute.cmp1").shortstr("2").octet(0).table() })
        script.client(AMQPBuilder.method(1, 60, 20) { $0.short(0).shortstr("compute").shortstr("3").octet(0).table() })
        script.client(AMQPBuilder.method(1, 60, 30) { $0.shortstr("3").octet(0) })
        let at = script.now
        script.server(AMQPBuilder.method(1, 60, 30) { $0.shortstr("2").octet(1) })
        script.server(AMQPBuilder.method(1, 60, 30) { $0.shortstr("9").octet(1) })
        let cancelled = try #require(script.connection).cancelled
        #expect(cancelled.map(\.queue) == ["compute.cmp1", nil], "what consumed with tag 9 was not seen")
        let packet = try #require(cancelled.first?.packet, "a packet shows it")
        #expect(
            cancelled.first
                == ConsumerCancellation(at: at, consumerTag: "2", queue: "compute.cmp1", packet: packet))
        #expect(kinds(script.trace) == ["consumer-cancelled", "consumer-cancelled"])
        #expect(
            script.trace.capture.anomalies.first?.detail == "the broker cancelled the consumer of queue compute.cmp1")
    }

    @Test(arguments: [(true, [String]()), (false, ["connection-facts-left-out"])])
    func `more consumers than are remembered are told, unless their client ends them`(
        isEnded: Bool, told: [String]
    ) throws {
        var script = ConnectionScript()
        for number in 0..<1500 {
            let tag = String(number)
            script.client(AMQPBuilder.method(1, 60, 20) { $0.short(0).shortstr("q").shortstr(tag).octet(0).table() })
            if isEnded { script.client(AMQPBuilder.method(1, 60, 30) { $0.shortstr(tag).octet(0) }) }
        }
        #expect(kinds(script.trace) == told)
        #expect(script.trace.capture.anomalies.allSatisfy { $0.detail.contains("left out 476 times") })
    }

    @Test func `a consumer whose queue its client has just deleted was not cancelled by the broker`() throws {
        var script = ConnectionScript()
        script.client(
            AMQPBuilder.method(1, 60, 20) { $0.short(0).shortstr("compute.cmp1").shortstr("2").octet(0).table() })
        // The capture holds the answer only.
        script.server(AMQPBuilder.method(1, 50, 41) { $0.long(0) })
        script.server(AMQPBuilder.method(1, 60, 30) { $0.shortstr("9").octet(1) })
        #expect(try #require(script.connection).cancelled.isEmpty)
        script.client(AMQPBuilder.method(1, 50, 40) { $0.short(0).shortstr("conductor.ctl1").octet(0) })
        script.server(AMQPBuilder.method(1, 60, 30) { $0.shortstr("2").octet(1) })
        let cancelled = try #require(script.connection).cancelled
        #expect(cancelled.map(\.queue) == ["compute.cmp1"], "the client deleted another queue")
    }

    @Test func `a regular end, with its FIN, is a close by the client`() throws {
        var script = ConnectionScript()
        let at = script.now
        script.client(AMQPBuilder.close(0, code: 200, text: "OK"))
        script.server(AMQPBuilder.closeOk(0))
        script.finish(.client)
        let end = try #require(script.connection?.end)
        let packet = try #require(end.packet, "a packet shows it")
        #expect(end == ConnectionEnd(.closed, at: at, by: .client, code: 200, text: "OK", packet: packet))
        #expect(end.isRegular && !end.isLoss)
        #expect(script.trace.capture.anomalies.isEmpty)
    }

    @Test func `a broker that closes over a fault is an anomaly`() throws {
        var script = ConnectionScript()
        script.server(AMQPBuilder.close(0, code: 320, text: "CONNECTION_FORCED - broker forced connection closure"))
        script.client(AMQPBuilder.closeOk(0))
        let end = try #require(script.connection?.end)
        #expect(end.kind == .closed && end.by == .server && end.code == 320 && end.isLoss)
        #expect(kinds(script.trace) == ["connection-closed"])
    }

    @Test(arguments: [TCPSessionBuilder.Sender.client, .server])
    func `a FIN without connection.close tells who went first`(sender: TCPSessionBuilder.Sender) throws {
        var script = ConnectionScript()
        script.finish(sender)
        let end = try #require(script.connection?.end)
        #expect(end.kind == .finished && end.by == (sender == .client ? .client : .server) && end.isLoss)
    }

    @Test(arguments: [TCPSessionBuilder.Sender.client, .server])
    func `a reset tells who sent it`(sender: TCPSessionBuilder.Sender) throws {
        var script = ConnectionScript()
        let at = script.now
        script.reset(sender)
        let end = try #require(script.connection?.end)
        let packet = try #require(end.packet, "a packet shows it")
        #expect(end == ConnectionEnd(.reset, at: at, by: sender == .client ? .client : .server, packet: packet))
        #expect(kinds(script.trace) == ["connection-reset"])
    }

    @Test func `a secret in the broker's words is hidden in facts and anomalies`() throws {
        var script = ConnectionScript()
        script.channelClosed(403, "refused for amqp://nova:hunter2@broker:5672/")
        let closing = try #require(script.connection?.channelClosings.first)
        #expect(!closing.text.contains("hunter2"))
        #expect(!(script.trace.capture.anomalies.first?.detail.contains("hunter2") ?? true))
    }

    @Test func `what a flapping broker leaves is bounded, and counted`() throws {
        var script = ConnectionScript()
        for _ in 0..<100 {
            script.blocked("low on memory")
            script.unblocked()
        }
        #expect(try #require(script.connection).blocked.count == 64)
        #expect(script.trace.capture.anomalyCount == 100)
    }

    @Test func `the services that were stopped in a recording ended their connections themselves`() throws {
        let ends = try PacketPlayer(Recording(name: "boot-conductor-down")).trace().capture.connections.compactMap(
            \.end)
        #expect(ends.map(\.kind) == [.closed, .finished])
        #expect(ends.allSatisfy { $0.by == .client })
    }
}
