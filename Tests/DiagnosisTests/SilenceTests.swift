import Testing
import Trace

@testable import Diagnosis
@testable import Operations

/// Reports of two computes to a conductor, every ten seconds.
private struct Reports {
    var trace = BusTrace()
    private var now = Timestamp(seconds: 1000, nanoseconds: 0)
    private static let interval: Nanoseconds = .seconds(10)

    init() {
        for (id, host) in ["cmp1", "cmp2"].enumerated() {
            trace.participants.append(
                Participant(id: ParticipantID(id), service: "nova-compute", host: host, label: "nova-compute@\(host)"))
            var connection = Connection(
                id: ConnectionID(id), client: "10.0.1.\(id):1", server: "s:5672", protocolName: "AMQP 0-9-1")
            connection.participant = ParticipantID(id)
            trace.capture.connections.append(connection)
        }
        trace.capture.sources = [CaptureSource(path: "test", linkType: "EN10MB")]
        trace.capture.sources[0].first = now
    }

    /// Goes on for as many intervals; `reporters` report at the end of each.
    mutating func pass(_ intervals: Int, _ reporters: ParticipantID..., answered: Bool = true) {
        for _ in 0..<intervals {
            now = now + Self.interval
            trace.capture.sources[0].last = now
            for reporter in reporters { report(reporter, answered: answered) }
        }
    }

    mutating func report(_ reporter: ParticipantID, answered: Bool, isSeenTakenOnly: Bool = false) {
        var message = Message(
            id: MessageID(trace.messages.count), kind: .call, exchange: "nova", routingKey: "conductor", bytes: 10)
        (message.method, message.objectMethod) = ("object_action", "Service.save")
        message.isBackground = true
        message.amqp?.replyQueue = "reply_\(reporter)"
        if isSeenTakenOnly {
            message.deliveries = [Delivery(at: now, redelivered: false, connection: 7)]
        } else {
            (message.from, message.publishedAt) = (reporter, now)
        }
        message.call = CallID(trace.calls.count)
        var call = Call(
            id: CallID(trace.calls.count), messageID: "m\(message.id)", outcome: answered ? .ok : .unanswered)
        call.request = message.id
        call.reply = answered ? message.id : nil
        trace.calls.append(call)
        trace.messages.append(message)
    }
}

@Suite struct `Who fell silent` {
    @Test func `whose reports are seen taken, though not sent, has not fallen silent`() {
        var reports = Reports()
        reports.pass(6, 0, 1)
        for _ in 0..<5 {
            reports.pass(1, 0)
            reports.report(1, answered: true, isSeenTakenOnly: true)
        }
        #expect(reports.trace.silentServices.isEmpty)
    }

    @Test func `whose packets were cut since has not fallen silent`() {
        var reports = Reports()
        reports.pass(6, 0, 1)
        reports.pass(5, 0)
        #expect(reports.trace.silentServices.count == 1)
        reports.trace.capture.connections[1].lastCut = reports.trace.capture.end
        #expect(reports.trace.silentServices.isEmpty)
    }

    @Test func `a compute whose reports stopped is named, with their interval and since when`() throws {
        var reports = Reports()
        reports.pass(6, 0, 1)
        reports.pass(5, 0)
        let silent = try #require(reports.trace.silentServices.first)
        #expect(reports.trace.silentServices.count == 1)
        #expect(silent.label == "nova-compute@cmp2" && silent.interval == .seconds(10) && silent.count == 6)
        #expect(
            silent.sentence
                == "nova-compute@cmp2 fell silent at 00:17:40: its reports (Service.save) came every 10 s until "
                + "then, and none in the 50 s since; its connection is still open")
    }

    /// Another file beside, and until when its own file goes of each reporter.
    private func split(_ reports: inout Reports, _ stretches: [[(Int64, Int64)]]) throws {
        let start = try #require(reports.trace.capture.sources[0].first)
        for (place, spans) in stretches.enumerated() {
            reports.trace.capture.connections[place].watched = WatchedTime(
                spans.map { WatchedTime.Stretch(from: start + .seconds($0.0), until: start + .seconds($0.1)) })
        }
        var source = CaptureSource(path: "cmp2.pcap", linkType: "EN10MB")
        (source.first, source.last) = (start, start + .seconds(stretches[1].last?.1 ?? 0))
        reports.trace.capture.sources.append(source)
    }

    @Test func `a service is not silent since its file ended`() throws {
        var reports = Reports()
        reports.pass(6, 0, 1)
        reports.pass(12, 0)
        try split(&reports, [[(0, 180)], [(0, 65)]])
        #expect(reports.trace.silentServices.isEmpty)
        try split(&reports, [[(0, 180)], [(0, 110)]])
        let silent = try #require(reports.trace.silentServices.first)
        #expect(silent.silence == .seconds(50))
        #expect(silent.sentence.contains("none in the 50 s until cmp2.pcap ended"))
    }

    @Test func `time in which nothing was captured is no silence, what follows is`() throws {
        var reports = Reports()
        reports.pass(6, 0, 1)
        reports.pass(12, 0)
        try split(&reports, [[(0, 180)], [(0, 65), (160, 180)]])
        #expect(reports.trace.silentServices.isEmpty)
        try split(&reports, [[(0, 180)], [(0, 65), (130, 180)]])
        let silent = try #require(reports.trace.silentServices.first)
        #expect(silent.silence == .seconds(50))
        #expect(
            silent.sentence.contains(
                "fell silent between 00:17:40 and 00:18:50, nothing was captured of it from 00:17:45 to 00:18:50"))
    }

    @Test func `up to three intervals a report may be late, and two reports are no rhythm`() {
        var late = Reports()
        late.pass(6, 0, 1)
        late.pass(3, 0)
        #expect(late.trace.silentServices.isEmpty)
        var few = Reports()
        few.pass(2, 0, 1)
        few.pass(6, 0)
        #expect(few.trace.silentServices.isEmpty)
    }

    @Test func `where nobody is heard any more the bus is silent, not a service`() {
        var reports = Reports()
        reports.pass(6, 0, 1)
        reports.pass(6)
        #expect(reports.trace.silentServices.isEmpty)
    }

    @Test func `a report that waits for its answer is the conductor's silence`() {
        var reports = Reports()
        reports.pass(6, 0, 1)
        reports.report(1, answered: false)
        reports.pass(6, 0)
        #expect(reports.trace.silentServices.isEmpty)
    }

    @Test func `what the capture lost is no silence`() {
        var reports = Reports()
        reports.pass(6, 0, 1)
        reports.pass(6, 0)
        var lossy = reports.trace
        lossy.capture.connections[1].gaps = 1
        #expect(lossy.silentServices.isEmpty)
        var dropped = reports.trace
        dropped.capture.sources[0].kernelDropped = 1
        #expect(dropped.silentServices.isEmpty)
        #expect(!reports.trace.silentServices.isEmpty)
    }

    @Test func `a process that was started anew and reports for the same host is not silent`() {
        var reports = Reports()
        reports.trace.participants.append(
            Participant(id: 2, service: "nova-compute", host: "cmp2", label: "nova-compute@cmp2"))
        reports.pass(6, 0, 1)
        reports.pass(6, 0, 2)
        #expect(reports.trace.silentServices.isEmpty)
    }

    @Test func `one that sends other things still is said to have stopped its reports only`() throws {
        var reports = Reports()
        reports.pass(6, 0, 1)
        reports.pass(5, 0)
        var reply = Message(
            id: MessageID(reports.trace.messages.count), kind: .reply, exchange: "", routingKey: "r", bytes: 1)
        (reply.from, reply.publishedAt) = (1, reports.trace.capture.sources[0].last)
        reports.trace.messages.append(reply)
        let sentence = try #require(reports.trace.silentServices.first).sentence
        #expect(sentence.hasPrefix("the reports of nova-compute@cmp2 stopped at 00:17:40"))
        #expect(sentence.contains("other messages of it were seen until 00:18:30"))
    }

    @Test func `how its connections ended is told`() throws {
        var reports = Reports()
        reports.pass(6, 0, 1)
        reports.pass(5, 0)
        reports.trace.capture.connections[1].end = ConnectionEnd(
            .finished, at: Timestamp(seconds: 1090, nanoseconds: 0), by: .server)
        #expect(
            try #require(reports.trace.silentServices.first).sentence.hasSuffix(
                "all its connections ended, the last at 00:18:10"))
    }
}
