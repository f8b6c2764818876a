import Correlation
import Pipeline
import TestSupport
import Testing
import Trace

@testable import Capture

@Suite struct `A capture without end` {
    /// Plays packets as a live capture does: with limits, retaining a part.
    private struct LiveCapture {
        var pipeline: TracePipeline
        var builder = TraceBuilder(limits: RetentionLimits(messages: 200, backgroundMessages: 50))
        private var source = CaptureSource(path: "test", linkType: "EN10MB")

        init(_ limits: CorrelationLimits) {
            pipeline = TracePipeline(PipelineOptions(limits: limits))
        }

        mutating func receive(_ packets: [RecordedPacket]) {
            for packet in packets {
                source.packets += 1
                pipeline.receive(
                    packet.bytes.span.bytes,
                    header: PacketHeader(
                        stamp: PacketStamp(time: packet.time, number: Int64(source.packets)),
                        linkType: LinkType(rawValue: 1), wireLength: packet.wireLength))
                pipeline.expire(retaining: { builder.refers(to: $0) }, { builder.add($0) })
            }
        }

        /// As `receive`, but what is handed on is added to the trace only afterwards.
        mutating func receiveAndAddLater(_ packets: [RecordedPacket]) {
            for packet in packets {
                var ended: [Correlator.Finished] = []
                source.packets += 1
                pipeline.receive(
                    packet.bytes.span.bytes,
                    header: PacketHeader(
                        stamp: PacketStamp(time: packet.time, number: Int64(source.packets)),
                        linkType: LinkType(rawValue: 1), wireLength: packet.wireLength))
                pipeline.expire(retaining: { builder.refers(to: $0) }, { ended.append($0) })
                for finished in ended { builder.add(finished) }
            }
        }

        mutating func finish() -> BusTrace {
            let (capture, naming) = pipeline.finish([source], []) { builder.add($0) }
            return builder.trace(capture: capture, naming: naming)
        }
    }

    private static var limits: CorrelationLimits {
        var limits = CorrelationLimits.live
        limits.messages = 128
        limits.parkedCalls = 32
        limits.connections = 64
        return limits
    }

    @Test func `stays within its limits, and names the last connections as the first told it`() {
        var traffic = ReconnectTraffic(processes: 8, callsPerConnection: 3)
        var live = LiveCapture(Self.limits)
        for number in 0..<600 {
            live.receive(traffic.nextConnection())
            let counts = live.pipeline.counts
            // Those that a kept message refers to, a quarter more, and those that came since the last look.
            #expect(counts.listedConnections <= 200, "after \(number)")
            #expect(counts.correlator.connections == counts.listedConnections)
            #expect(counts.correlator.messages <= 128 + 256)
            #expect(counts.correlator.parkedCalls <= 32)
            #expect(counts.correlator.identities <= 10)
            #expect(counts.correlator.replyQueues <= 8)
            #expect(counts.streams <= 3)
        }
        let evictions = live.pipeline.evictions + live.builder.evictions
        #expect(evictions.connections > 400)
        #expect(evictions.unlistedConnections == 0)
        let trace = live.finish()
        #expect(trace.messages.count == 200)
        #expect(trace.messages.count + live.builder.evictions.messages == 3600)
        #expect(trace.calls.allSatisfy { $0.outcome == .ok })
        #expect(trace.calls.count + live.builder.evictions.calls == 1800)
        #expect(trace.capture.connections.map(\.id) == Array(trace.capture.connections.ids))
        let labels = trace.participants.map(\.label)
        #expect(labels.sorted() == (0..<8).map { "nova-compute@compute\($0)" } + ["nova-conductor"])
        for call in trace.calls {
            let (from, to) = (call.from.map { labels[$0.index] }, call.to.map { labels[$0.index] })
            #expect(from?.hasPrefix("nova-compute@") == true)
            #expect(to == "nova-conductor")
            let connection = call.request.flatMap { trace.messages[$0].connection }.map {
                trace.capture.connections[$0]
            }
            #expect(connection.flatMap { $0.participant }.map { labels[$0.index] } == from)
            #expect(connection.map { $0.client.hasPrefix("10.1.0.\(from?.last ?? "?"):") } == true)
        }
    }

    @Test func `no connection is forgotten between the end of a message and its place in the trace`() {
        var limits = Self.limits
        limits.messages = 4
        limits.connections = 4
        var traffic = ReconnectTraffic(processes: 8, callsPerConnection: 1)
        var live = LiveCapture(limits)
        for _ in 0..<400 { live.receiveAndAddLater(traffic.nextConnection()) }
        #expect(live.pipeline.evictions.connections > 200)
        let trace = live.finish()
        #expect(trace.messages.allSatisfy { $0.from != nil && $0.connection != nil })
        #expect(trace.messages.allSatisfy { $0.deliveries.allSatisfy { $0.to != nil } })
    }

    @Test func `without limits the same packets give the same as with limits that are not reached`() {
        var traffic = ReconnectTraffic(processes: 4, callsPerConnection: 2)
        let packets = (0..<20).flatMap { _ in traffic.nextConnection() }
        var live = LiveCapture(.live)
        live.receive(packets)
        let short = live.finish()
        var pipeline = TracePipeline()
        var builder = TraceBuilder()
        for (index, packet) in packets.enumerated() {
            pipeline.receive(
                packet.bytes.span.bytes,
                header: PacketHeader(
                    stamp: PacketStamp(time: packet.time, number: Int64(index + 1)), linkType: LinkType(rawValue: 1),
                    wireLength: packet.wireLength))
            pipeline.expire { builder.add($0) }
        }
        let (capture, naming) = pipeline.finish([], []) { builder.add($0) }
        let whole = builder.trace(capture: capture, naming: naming)
        #expect("\(short.messages)" == "\(whole.messages)")
        #expect("\(short.calls)" == "\(whole.calls)")
        #expect("\(short.participants)" == "\(whole.participants)")
        #expect("\(short.capture.connections)" == "\(whole.capture.connections)")
    }

    @Test func `a connection whose end was not seen is over after hours without a packet`() {
        var live = LiveCapture(Self.limits)
        var time = Timestamp(seconds: 1_700_000_000, nanoseconds: 0)
        for number in 0..<1000 as Range<UInt16> {
            var session = TCPSessionBuilder(client: .v4(1, port: 2048 + number), at: time)
            session.handshake()
            session.send(.client, AMQPBuilder.protocolHeader)
            session.send(.server, AMQPBuilder.start())
            live.receive(session.packets)
            time = time + .seconds(10 * 60)
        }
        let counts = live.pipeline.counts
        #expect(counts.streams <= 20, "three hours of one every ten minutes")
        #expect(counts.tcpConnections <= 20)
        #expect(counts.listedConnections <= 64 + 64)
        #expect(live.pipeline.evictions.unlistedConnections == 0)
    }

    @Test(arguments: [0, 1, 2, 17, 1_000_000])
    func `any limits do`(limit: Int) {
        var limits = CorrelationLimits.live
        limits.messages = limit
        limits.parkedCalls = limit
        limits.connections = limit
        limits.replyQueues = limit
        limits.deliveriesPerMessage = limit
        limits.unsettledPerConnection = limit
        limits.expiry = .seconds(Int64(limit))
        var traffic = ReconnectTraffic(processes: 3, callsPerConnection: 2)
        var live = LiveCapture(limits)
        for _ in 0..<60 { live.receive(traffic.nextConnection()) }
        let trace = live.finish()
        #expect(trace.messages.count + live.builder.evictions.messages >= 240)
        #expect(trace.calls.count + live.builder.evictions.calls >= 120)
    }

    @Test func `a clock that was set back ends no joining of what comes after`() {
        var limits = Self.limits
        limits.expiry = .seconds(60)
        var live = LiveCapture(limits)
        var traffic = ReconnectTraffic(processes: 3, callsPerConnection: 2)
        live.receive(traffic.nextConnection())
        for number in 0..<60 {
            live.receive(
                traffic.nextConnection().map { packet in
                    var packet = packet
                    packet.time = packet.time + .seconds(number < 10 ? 0 : -24 * 3600)
                    return packet
                })
        }
        let trace = live.finish()
        #expect(trace.calls.filter { $0.outcome != .ok }.count == 0)
    }

    @Test func `of connections that are all open the first are listed, and the others counted`() {
        var live = LiveCapture(Self.limits)
        for number in 0..<100 as Range<UInt16> {
            var session = TCPSessionBuilder(client: .v4(1, port: 2048 + number))
            session.handshake()
            session.send(.client, AMQPBuilder.protocolHeader)
            session.send(.server, AMQPBuilder.start())
            live.receive(session.packets)
        }
        #expect(live.pipeline.counts.listedConnections == 64)
        #expect(live.pipeline.evictions.unlistedConnections == 36)
        let trace = live.finish()
        #expect(trace.capture.connections.count == 64)
        #expect(trace.capture.anomalies.map(\.kind) == [.connectionsNotListed])
    }

    @Test func `connections are listed as long as there is room for them and their names`() {
        var limits = Self.limits
        limits.connectionBytes = 20 * CorrelationLimits.bytesPerConnection
        var live = LiveCapture(limits)
        for number in 0..<100 as Range<UInt16> {
            var session = TCPSessionBuilder(client: .v4(1, port: 2048 + number))
            session.handshake()
            session.send(.client, AMQPBuilder.protocolHeader)
            let name = "nova-compute:\(number):" + String(repeating: "x", count: 1000)
            session.send(.client, AMQPBuilder.startOk(connectionName: name, response: "secret"))
            live.receive(session.packets)
        }
        #expect((8..<20).contains(live.pipeline.counts.listedConnections))
        let trace = live.finish()
        #expect(trace.capture.anomalies.map(\.kind).contains(.connectionsNotListed))
        #expect(trace.capture.anomalies.map(\.kind).contains(.connectionFactsLeftOut))
    }

    @Test func `can be looked at while it goes on`() {
        var traffic = ReconnectTraffic(processes: 2, callsPerConnection: 2)
        var live = LiveCapture(Self.limits)
        for _ in 0..<150 { live.receive(traffic.nextConnection()) }
        let (capture, naming) = live.pipeline.summary(of: [])
        #expect(capture.connections.allSatisfy { $0.client.hasPrefix("10.") && $0.bytes > 0 })
        let builder = live.builder
        let trace = builder.trace(capture: capture, naming: naming)
        #expect(trace.messages.count > 100)
        #expect(trace.messages.allSatisfy { $0.from != nil && $0.connection != nil })
        #expect(live.finish().messages.count >= trace.messages.count)
    }
}
