import Operations
import Testing
import Trace

@testable import Capture
@testable import Pipeline

@Suite struct `A capture followed while it goes on` {
    /// Plays a recording as a live capture would see it.
    private func live(
        _ recording: Recording, retention: RetentionLimits? = nil
    ) throws -> (trace: BusTrace, origin: TraceOrigin, events: [BusEvent]) {
        var events: [BusEvent] = []
        var pipeline = LivePipeline(retention: retention)
        let files = try CaptureFiles(paths: [recording.path])
        while try files.nextPacket({ header, bytes in
            pipeline.receive(bytes, header: header) { events.append($0) }
        }) {}
        let (trace, origin) = pipeline.finish(files.sources) { events.append($0) }
        return (trace, origin, events)
    }

    @Test(arguments: Recording.all)
    func `comes to the same trace as a replay`(recording: Recording) throws {
        let (trace, _, _) = try live(recording)
        let replayed = try recording.trace()
        #expect(trace.messages.map(\.uniqueID) == replayed.messages.map(\.uniqueID))
        #expect(trace.messages.map(\.from) == replayed.messages.map(\.from))
        #expect(trace.messages.map(\.packets.count) == replayed.messages.map(\.packets.count))
        #expect(trace.calls.map(\.latency) == replayed.calls.map(\.latency))
        #expect(trace.calls.map(\.outcome) == replayed.calls.map(\.outcome))
        #expect(trace.participants == replayed.participants)
        #expect(trace.operations.map(\.verdict) == replayed.operations.map(\.verdict))
        #expect(trace.operations.map(\.messages) == replayed.operations.map(\.messages))
    }

    @Test(arguments: Recording.all)
    func `tells of every message once, and of its end`(recording: Recording) throws {
        let (trace, origin, events) = try live(recording)
        let passed = events.filter { $0.kind == .passed }.compactMap { $0.message?.id }
        #expect(passed.sorted() == origin.messages.sorted())
        #expect(Set(passed).count == passed.count)
        let settled = Set(events.filter { $0.kind == .settled }.compactMap { $0.message?.id })
        #expect(settled == Set(origin.messages))
        let calls = Set(events.filter { $0.kind == .settled && $0.call != nil }.compactMap { $0.call?.messageID })
        #expect(calls.isSuperset(of: trace.calls.filter { $0.outcome != .orphanReply }.map(\.messageID)))
    }

    @Test func `tells what waited for other packets when none come`() throws {
        let recording = Recording(name: "boot-novalidhost")
        let (trace, _, _) = try live(recording)
        var told = 0
        var pipeline = LivePipeline(retention: nil)
        let files = try CaptureFiles(paths: [recording.path])
        while try files.nextPacket({ header, bytes in
            pipeline.receive(bytes, header: header) { told += $0.kind == .passed ? 1 : 0 }
        }) {}
        let end = try #require(files.sources[0].last)
        for seconds in 1...10 {
            pipeline.advance(to: end + .seconds(Int64(seconds))) { told += $0.kind == .passed ? 1 : 0 }
        }
        #expect(told == trace.messages.count)
    }

    @Test(arguments: Recording.all)
    func `what was settled last of a message is what the trace holds`(recording: Recording) throws {
        let (trace, origin, events) = try live(recording)
        var last: [MessageID: Message] = [:]
        for event in events where event.kind == .settled {
            if let message = event.message { last[message.id] = message }
        }
        for (id, message) in trace.messages.enumerated() {
            let told = try #require(last[origin.messages[id]])
            #expect(told.uniqueID == message.uniqueID)
            #expect(told.publishedAt == message.publishedAt)
            #expect(told.deliveries.map(\.at) == message.deliveries.map(\.at))
        }
    }

    @Test func `keeps what its limits allow, the latest, and counts the rest`() throws {
        let recording = Recording(name: "lifecycle")
        let (all, _, _) = try live(recording)
        let (some, _, events) = try live(recording, retention: RetentionLimits(messages: 50, backgroundMessages: 20))
        // Some of the background is an operation's in the end.
        let joined = some.messages.count { message in
            let request = message.call.flatMap { some.calls[$0].request }
            return PortWork.contains(request.map { some.messages[$0] } ?? message) && !message.isBackground
        }
        #expect(joined == 2)
        #expect(some.messages.count { !$0.isBackground } == 50 + joined)
        #expect(some.messages.count(where: \.isBackground) == 20 - joined)
        #expect(events.filter { $0.kind == .passed }.count == all.messages.count)
    }
}
