import Correlation
import Testing
import Trace

@testable import Pipeline

@Suite struct `A trace that is retained up to limits` {
    @Test func `keeps nothing of what it gave back, however few that is`() {
        var queue = BlockQueue<MessageFacts>()
        weak var facts: MessageFacts?
        do {
            let held = MessageFacts(content: "not JSON")
            facts = held
            if let held { queue.append(held) }
            if let other = MessageFacts(content: "other") { queue.append(other) }
        }
        #expect(facts != nil)
        #expect(queue.popFirst()?.content == "not JSON")
        #expect(facts == nil && queue.count == 1)
    }

    private let start = Timestamp(seconds: 1000, nanoseconds: 0)

    private func message(
        _ id: Int, _ kind: Message.Kind = .cast, call: CallID? = nil, isBackground: Bool = false,
        on connection: ConnectionID = 0
    ) -> Correlator.Finished {
        var message = Message(id: MessageID(id), kind: kind, exchange: "nova", routingKey: "conductor", bytes: 10)
        message.publishedAt = start + .milliseconds(Int64(id))
        message.call = call
        message.isBackground = isBackground
        message.connection = connection
        message.uniqueID = "\(id)"
        return .message(message)
    }

    private func call(_ id: Int, request: MessageID?, reply: MessageID? = nil) -> Correlator.Finished {
        var call = Call(id: CallID(id), messageID: "m\(id)", outcome: request == nil ? .orphanReply : .ok)
        call.request = request
        call.reply = reply
        call.requestedAt = request.map { start + .milliseconds(Int64($0.index)) }
        return .call(call)
    }

    private func trace(_ builder: TraceBuilder) -> BusTrace {
        builder.trace(
            capture: CaptureSummary(), naming: ServiceNaming(connections: 1, evidencePerConnection: 1))
    }

    @Test func `of files as much is kept as there is room for, and until when the rest was seen is stated`() throws {
        var limits = RetentionLimits.files()
        limits.messageBytes = 100_000
        var builder = TraceBuilder(limits: limits)
        for id in 0..<200 { builder.add(message(id)) }
        #expect(builder.count.messages == 97)
        let kept = trace(builder)
        let left = try #require(kept.capture.anomalies.first { $0.kind == .traceAboveLimit })
        #expect(left.detail.contains("103 older messages, until 1970-01-01T00:16:40.102"))
        #expect(kept.messages.first?.uniqueID == "103")
    }

    @Test func `holds the newest messages, background and others apart, and counts what it let go`() {
        var builder = TraceBuilder(limits: RetentionLimits(messages: 10, backgroundMessages: 5))
        for id in 0..<100 { builder.add(message(id, isBackground: id % 2 == 1)) }
        #expect(builder.count == (10, 5, 0))
        #expect(builder.evictions.messages == 40)
        #expect(builder.evictions.backgroundMessages == 45)
        let kept = Array(stride(from: 80, to: 100, by: 2)) + Array(stride(from: 91, to: 100, by: 2))
        #expect(trace(builder).messages.map(\.uniqueID) == kept.sorted().map { "\($0)" })
    }

    @Test(arguments: [false, true])
    func `lets a call go with its request, whichever of them comes first`(callsComeFirst: Bool) {
        var builder = TraceBuilder(limits: RetentionLimits(messages: 20, backgroundMessages: 0))
        for id in 0..<100 {
            let parts = [message(2 * id, .call, call: CallID(id)), message(2 * id + 1, .reply, call: CallID(id))]
            let whole = call(id, request: MessageID(2 * id), reply: MessageID(2 * id + 1))
            for part in callsComeFirst ? [whole] + parts : parts + [whole] { builder.add(part) }
        }
        #expect(builder.count == (20, 0, 10))
        #expect(builder.evictions.calls == 90)
        let trace = trace(builder)
        #expect(trace.calls.map(\.messageID) == (90..<100).map { "m\($0)" })
        for call in trace.calls {
            #expect(call.request.map { trace.messages[$0].call } == call.id)
            #expect(call.reply.map { trace.messages[$0].call } == call.id)
        }
    }

    @Test func `does not take a call whose request is gone already`() {
        var builder = TraceBuilder(limits: RetentionLimits(messages: 1, backgroundMessages: 1))
        builder.add(message(0, .call, call: 0))
        builder.add(message(1))
        builder.add(call(0, request: 0))
        #expect(builder.count == (1, 0, 0))
        #expect(builder.evictions.calls == 1)
        #expect(builder.evictions.messages == 1)
    }

    @Test func `has a limit for answers without a request as well`() {
        var builder = TraceBuilder(limits: RetentionLimits(messages: 10, backgroundMessages: 5))
        for id in 0..<100 { builder.add(call(id, request: nil)) }
        #expect(builder.count == (0, 0, 10))
        #expect(builder.evictions.calls == 90)
        #expect(trace(builder).calls.map(\.messageID) == (90..<100).map { "m\($0)" })
    }

    @Test func `refers to a connection as long as a message of it is kept`() {
        var builder = TraceBuilder(limits: RetentionLimits(messages: 3, backgroundMessages: 0))
        for id in 0..<4 { builder.add(message(id, on: ConnectionID(id / 2))) }
        #expect(builder.refers(to: 0))
        builder.add(message(4, on: 2))
        #expect(!builder.refers(to: 0))
        #expect(builder.refers(to: 1))
        #expect(TraceBuilder().refers(to: 9), "everything is kept")
    }

    @Test func `may hold nothing at all`() {
        var builder = TraceBuilder(limits: RetentionLimits(messages: 0, backgroundMessages: 0))
        for id in 0..<10 {
            builder.add(message(id, .call, call: CallID(id)))
            builder.add(call(id, request: MessageID(id)))
            builder.add(call(100 + id, request: nil))
        }
        #expect(builder.count == (0, 0, 0))
        #expect(!builder.refers(to: 0))
        #expect(trace(builder).messages.isEmpty)
    }

    @Test func `numbers connections by their place in the list`() {
        var builder = TraceBuilder()
        for (id, connection) in ([700, 900, 800] as [ConnectionID]).enumerated() {
            builder.add(message(id, on: connection))
        }
        var capture = CaptureSummary()
        for id in [700, 800] as [ConnectionID] {
            capture.connections.append(Connection(id: id, client: "\(id)", server: "", protocolName: "AMQP"))
        }
        capture.anomalies = ([700, 800, 900] as [ConnectionID]).map {
            Anomaly(at: start, connection: $0, kind: .gap, detail: "")
        }
        let trace = builder.trace(
            capture: capture, naming: ServiceNaming(connections: 1, evidencePerConnection: 1))
        #expect(trace.capture.connections.map(\.id) == [0, 1])
        #expect(trace.messages.map(\.connection) == [0, nil, 1])
        #expect(trace.capture.anomalies.map(\.connection) == [0, 1, nil])
    }
}

@Suite struct `Anomalies that are kept` {
    private func anomaly(_ number: Int) -> Anomaly {
        Anomaly(at: Timestamp(nanoseconds: 0), connection: nil, kind: .gap, detail: "\(number)")
    }

    @Test(arguments: [0, 500])
    func `are the first, the newest where asked for, and every statement on the whole capture`(newest: Int) {
        var log = AnomalyLog(newest: newest)
        for number in 0..<5000 { log.add(anomaly(number)) }
        log.state(anomaly(-1))
        #expect(log.count == 5001)
        let expected = Array(0..<1000 - newest) + Array(5000 - newest..<5000) + [-1]
        #expect(log.kept.map(\.detail) == expected.map { "\($0)" })
    }
}
