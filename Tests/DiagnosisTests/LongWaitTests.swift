import TestSupport
import Testing
import Trace

@testable import Diagnosis
@testable import Operations

@Suite struct `A message that waited` {
    /// A boot whose last save was published at +0.6 s and answered so much later than others.
    private func boot(answeredAfter wait: Nanoseconds) -> TraceScript {
        var script = TraceScript()
        script.bootUntilCompute()
        script.build(until: "spawning")
        script.save(.some("active"), .none)
        script.wait(wait)
        script.connect()
        script.trace.calls[script.trace.calls.count - 1].repliedAt = script.now
        return script
    }

    private func lastSave(in script: TraceScript) throws -> MessageID {
        try #require(script.trace.calls.last?.request)
    }

    private func evidence(of script: TraceScript) throws -> [String] {
        try #require(script.operations.first?.diagnosis).evidence.map(\.text)
    }

    @Test func `that sets the last state counts until it was confirmed, where that took longer than usual`() throws {
        #expect(boot(answeredAfter: 0).operations.first?.verdict == "active on node1 after 0.6 s")
        let late = boot(answeredAfter: .seconds(5))
        let operation = try #require(late.operations.first)
        #expect(operation.verdict == "active on node1 after 5.7 s")
        #expect(operation.diagnosis?.since == late.now)
        #expect(operation.endedAt == late.now)
    }

    @Test func `is said to have been given out again where the first to get it was lost`() throws {
        var script = boot(answeredAfter: .seconds(5))
        let save = try lastSave(in: script)
        script.trace.messages[save].deliveries.append(
            Delivery(
                to: TraceScript.conductor, at: script.now + -.milliseconds(10), redelivered: true,
                connection: ConnectionID(TraceScript.conductor.index)))
        #expect(
            script.operations.first?.verdict
                == "active on node1 after 5.7 s, 5.0 s of it until Instance.save was given out again")
        #expect(
            try evidence(of: script).contains(
                "Instance.save was given to nova-conductor, and given out again after 5.0 s: nova-conductor took it"))
    }

    @Test func `for its publisher's blocked connection is not said to have been taken by nobody`() throws {
        var script = boot(answeredAfter: .seconds(5))
        let save = try lastSave(in: script)
        let published = try #require(script.trace.messages[save].publishedAt)
        script.trace.messages[save].deliveries[0].at = script.now + -.milliseconds(10)
        let untaken = script
        script.trace.capture.connections[TraceScript.compute.index].blocked = [
            BlockedSpan(from: published, until: published + .milliseconds(4900), reason: "low on memory")
        ]
        #expect(
            script.operations.first?.verdict
                == "active on node1 after 5.7 s, 5.0 s of it until Instance.save was taken, its connection blocked "
                + "(low on memory)")
        #expect(
            try evidence(of: script).contains(
                "the broker had blocked the connection of nova-compute@node1 (low on memory): Instance.save was given to "
                    + "nova-conductor after 5.0 s"))
        #expect(try !evidence(of: script).contains { $0.contains("nobody took") })
        #expect(
            try evidence(of: untaken).contains { $0.hasPrefix("nobody took Instance.save from conductor for 5.0 s") })
        script.trace.capture.connections[TraceScript.compute.index].blocked[0].until = published + .seconds(1)
        #expect(
            try evidence(of: script).contains { $0.contains("nobody took") }, "it was blocked for a fifth of the time")
    }

    @Test func `never takes longer than the whole`() throws {
        var script = boot(answeredAfter: 0)
        let save = try lastSave(in: script)
        script.trace.messages[save].deliveries[0].at = script.now + .seconds(7)
        #expect(script.operations.first?.verdict == "active on node1 after 0.6 s")
    }
}
