import TestSupport
import Testing
import Trace

@testable import Diagnosis
@testable import Operations

/// A capture on one node of a cluster holds some of the connections whole, and of the others nothing.
@Suite struct `Where messages go ways that the capture does not show` {
    private static let doubt = "messages go ways that the capture does not show"

    /// A compute that took a build and asked to save a state, which is not answered.
    private func waiting(withHalves halves: Int = 1) throws -> (TraceScript, save: MessageID) {
        var script = TraceScript()
        script.wait(.seconds(2))
        for place in 0..<halves {
            let half = script.cast(
                "ping", TraceScript.network, TraceScript.api, key: "other", request: "req-\(place + 2)")
            script.trace.messages[half].publishedAt = nil
        }
        script.bootUntilCompute()
        let save = script.call(
            "Instance.save", TraceScript.compute, TraceScript.conductor, key: "conductor",
            instances: [TraceScript.instance], outcome: .unanswered)
        script.trace.messages[save].amqp?.replyQueue = "reply_compute"
        script.wait(.seconds(100))
        return (script, save)
    }

    private func boot(_ script: TraceScript) throws -> Operation {
        try #require(script.operations.first { $0.requestID == "req-1" })
    }

    @Test func `an answer that is not seen may have passed, and what to capture is said`() throws {
        #expect(try boot(waiting(withHalves: 0).0).outcome == .stuck)
        let boot = try boot(waiting().0)
        #expect(boot.outcome == .unknown)
        #expect(boot.diagnosis?.isSilent == false)
        #expect(
            boot.verdict
                == "Instance.save was published to conductor and taken but not answered, "
                + "but 1 message was seen on a part of the way: \(Self.doubt)")
        #expect(
            boot.diagnosis?.evidence.map(\.text).contains(
                "a capture on all nodes of the broker would tell") == true)
    }

    @Test func `it has not where another answer to who asked was seen`() throws {
        let (waiting, save) = try waiting()
        var script = waiting
        let other = script.call("ping", TraceScript.compute, TraceScript.conductor, key: "conductor")
        script.trace.messages[other].requestID = "req-9"
        script.trace.messages[other].amqp?.replyQueue = "reply_compute"
        let reply = try #require(script.trace.calls.last?.reply)
        script.trace.messages[reply].amqp?.routingKey = "reply_compute"
        script.trace.messages[reply].requestID = "req-9"
        script.trace.messages[reply].deliveries = [
            Delivery(to: TraceScript.compute, at: script.now, redelivered: false, connection: 0)
        ]
        script.wait(.seconds(100))
        let boot = try boot(script)
        #expect(boot.outcome == .stuck && boot.diagnosis?.message == save)
    }

    @Test func `a cast that nobody was seen to take may have been taken, unless who should take it was seen to`() throws
    {
        var script = try waiting().0
        script.trace.messages.removeAll { $0.objectMethod == "Instance.save" || $0.method == "build_and_run_instance" }
        for id in script.trace.messages.ids { script.trace.messages[id].id = id }
        script.trace.calls.removeLast()
        var seen = script
        seen.cast("ping", TraceScript.api, TraceScript.compute, key: "compute.node1", request: "req-20")
        for (var script, outcome) in [(script, Operation.Outcome.unknown), (seen, .stuck)] {
            script.cast(
                "build_and_run_instance", TraceScript.conductor, nil, key: "compute.node1",
                instances: [TraceScript.instance])
            script.wait(.seconds(100))
            #expect(try boot(script).outcome == outcome)
        }
    }

    @Test func `a state that was saved before the answer to the one before shows that the answer passed`() throws {
        var script = TraceScript()
        script.wait(.seconds(2))
        script.bootUntilCompute()
        for task in ["networking", "spawning"] {
            script.save(.some("building"), .some(task), outcome: .unanswered)
        }
        script.wait(.seconds(100))
        let boot = try boot(script)
        #expect(boot.outcome == .unknown)
        #expect(boot.verdict.hasSuffix(Self.doubt))
    }

    @Test func `who begins to work on a request was given it`() throws {
        var script = TraceScript()
        script.wait(.seconds(2))
        script.bootUntilCompute()
        let build = try #require(script.trace.messages.last { $0.method == "build_and_run_instance" }?.id)
        script.trace.messages[build].deliveries = []
        script.save(.some("building"), .some("networking"), outcome: .unanswered)
        script.wait(.seconds(100))
        #expect(try boot(script).outcome == .unknown)
    }

    @Test func `a process of which only what it takes is seen may publish elsewhere`() throws {
        var script = TraceScript()
        script.bootUntilCompute()
        script.acknowledgeAll()
        script.wait(.seconds(100))
        #expect(try boot(script).outcome == .stuck)
        for connection in script.trace.capture.connections.indices {
            script.trace.capture.connections[connection].messagesReceived = 1
        }
        let boot = try boot(script)
        #expect(boot.outcome == .unknown)
        #expect(boot.verdict.contains("no connection on which nova-compute@node1 publishes was seen"))
        script.trace.capture.connections[TraceScript.compute.index].messagesSent = 1
        #expect(try self.boot(script).outcome == .stuck)
    }

    @Test func `where packets are lost single halves show nothing`() throws {
        var script = try waiting().0
        for number in 0..<40 {
            script.cast("ping", TraceScript.api, TraceScript.conductor, key: "conductor", request: "req-\(number + 20)")
        }
        script.wait(.seconds(100))
        #expect(try boot(script).outcome == .unknown)
        script.trace.capture.anomalies.append(
            Anomaly(
                at: Timestamp(seconds: 1, nanoseconds: 0), connection: nil, kind: .gap, detail: "1 byte is missing"))
        script.trace.capture.anomalyCount = 1
        #expect(try boot(script).outcome == .stuck)
    }
}
