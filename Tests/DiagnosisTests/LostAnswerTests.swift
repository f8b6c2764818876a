import Advice
import TestSupport
import Testing
import Trace

@testable import Diagnosis
@testable import Operations

@Suite struct `Answers that their callers did not get` {
    private let queue = "reply_00112233445566778899aabbccddeeff"

    private func operation(_ script: TraceScript) throws -> (operation: Operation, diagnosis: Diagnosis) {
        let operation = try #require(script.operations.first)
        return (operation, try #require(operation.diagnosis))
    }

    /// An interface is attached, and this becomes of the answer.
    private func attachment(_ fate: Call.ReplyFate, attempts: Int = 1) -> TraceScript {
        var script = TraceScript()
        let request = script.call(
            "attach_interface", TraceScript.api, TraceScript.compute, key: "compute.node1",
            instances: [TraceScript.instance])
        script.lose(answerOf: request, queue, fate, attempts: attempts)
        return script
    }

    @Test func `one that the broker gave back names the caller, its queue, and what to look at`() throws {
        var script = attachment(.returned)
        script.wait(.seconds(20))
        let (operation, diagnosis) = try operation(script)
        #expect(operation.outcome == .stuck)
        #expect(diagnosis.cause == .answerLost)
        #expect(diagnosis.participant == TraceScript.api)
        #expect(diagnosis.awaited == queue)
        #expect(
            operation.verdict == "the answer to attach_interface did not reach nova-api: the broker gave it back, its "
                + "reply queue \(queue) is gone")
        #expect(operation.steps.map(\.status) == [.missing])
        let advice = Advisor(script.trace).advice(on: operation).compactMap(\.command)
        #expect(advice.contains("rabbitmqctl list_queues name messages consumers | grep \(queue)"))
    }

    @Test func `attempts are told with their time`() throws {
        let (operation, diagnosis) = try operation(attachment(.returned, attempts: 241))
        #expect(operation.verdict.contains("gave it back 241 times in 60.0 s"))
        #expect(
            diagnosis.evidence.contains {
                $0.text == "the broker returned the answer each of 241 times in 60.0 s: 312 NO_ROUTE"
            })
    }

    @Test func `one that nobody took, and one that another process took, say so`() throws {
        let untaken = try operation(attachment(.undelivered)).operation
        #expect(untaken.verdict.hasSuffix("nobody took it from its reply queue \(queue)"))
        let taken = try operation(attachment(.misdelivered)).operation
        #expect(taken.verdict.hasSuffix("another process reads its reply queue \(queue)"))
    }

    @Test func `one that came too late is the server's`() throws {
        let (operation, diagnosis) = try operation(attachment(.late))
        #expect(operation.outcome == .stuck)
        #expect(diagnosis.cause == .answerLate)
        #expect(diagnosis.participant == TraceScript.compute)
        #expect(
            operation.verdict
                == "attach_interface timed out: the answer to nova-api came after 75.0 s, when its timeout of 60.0 s had "
                + "passed")
    }

    @Test func `one that was sent in time and given out too late is not the server's`() throws {
        var script = attachment(.late)
        let reply = try #require(script.trace.calls.last?.reply)
        script.trace.messages[reply].publishedAt = script.now + .seconds(-20)
        let diagnosis = try operation(script).diagnosis
        #expect(diagnosis.participant == TraceScript.api)
        let words = diagnosis.evidence.map(\.text)
        #expect(words.contains("nova-compute@node1 answered, 5.0 s before that"))
        #expect(words.contains("nova-api was given the answer 15.0 s too late"))
        #expect(!words.contains { $0.hasPrefix("nova-compute@node1 answered 15.0 s too late") })
    }

    @Test func `one that the broker refused is not said to wait for who asked`() throws {
        var script = attachment(.undelivered)
        script.connect()
        let reply = try #require(script.trace.calls.last?.reply)
        var nacked = script
        nacked.trace.messages[reply].amqp?.refusedAt = script.now
        let (operation, diagnosis) = try operation(nacked)
        #expect(operation.outcome == .stuck)
        #expect(diagnosis.cause == .brokerRefused)
        #expect(operation.verdict.hasSuffix("the broker refused it (basic.nack)"))
        #expect(Advisor(nacked.trace).advice(on: operation).contains { $0.text.hasPrefix("why it refused") })
        for (method, isCause) in [("basic.publish", true), ("queue.declare", false)] {
            script.trace.capture.connections[TraceScript.compute.index].channelClosings = [
                ChannelClosing(
                    at: script.now, channel: 1, by: .server, code: 404, text: "NOT_FOUND - no exchange 'x'",
                    method: method)
            ]
            #expect(try self.operation(script).operation.verdict.contains("closed the channel over it: 404") == isCause)
        }
    }

    @Test func `what was asked again and answered is no loss`() throws {
        var script = attachment(.returned)
        script.wait(.seconds(60))
        script.call(
            "attach_interface", TraceScript.api, TraceScript.compute, key: "compute.node1",
            instances: [TraceScript.instance])
        #expect(try operation(script).diagnosis.cause != .answerLost)
    }

    @Test func `a boot that went on is completed, whatever answer it lost`() throws {
        var script = TraceScript()
        script.bootUntilCompute()
        let request = script.call(
            "InstanceInfoCache.save", TraceScript.compute, TraceScript.conductor, key: "conductor",
            instances: [TraceScript.instance])
        script.lose(answerOf: request, queue, .returned)
        script.wait(.seconds(2))
        script.build(until: "spawning")
        script.save(.some("active"), .none)
        #expect(try operation(script).diagnosis.cause == .completed)
    }

    @Test func `a state whose answer was lost was set, its step is not done, and its compute is named`() throws {
        var script = TraceScript()
        script.bootUntilCompute()
        script.build(until: "block_device_mapping")
        script.save(.some("building"), .some("spawning"))
        script.lose(answerOf: try #require(script.trace.calls.last?.request), queue, .returned, attempts: 241)
        script.wait(.seconds(90))
        let (operation, diagnosis) = try operation(script)
        #expect(diagnosis.cause == .answerLost)
        #expect(diagnosis.host == "node1")
        #expect(operation.states.last?.confirmation == .unheard)
        #expect(operation.steps.first { $0.name == "spawning" }?.status == .missing)
        #expect(diagnosis.evidence.contains { $0.text.hasPrefix("the state was saved all the same") })
    }
}

extension TraceScript {
    /// Makes of the answer to a request one that its caller did not get; of attempts there is one each quarter of a second.
    fileprivate mutating func lose(
        answerOf request: MessageID, _ queue: String, _ fate: Call.ReplyFate, attempts: Int = 1
    ) {
        guard let call = trace.messages[request].call, let reply = trace.calls[call].reply else { return }
        trace.messages[request].amqp?.replyQueue = queue
        trace.messages[request].amqp?.expiration = .seconds(60)
        trace.calls[call].replyFate = fate
        trace.calls[call].replyAttempts = attempts
        trace.calls[call].firstReplyAttemptAt = trace.messages[reply].publishedAt
        trace.calls[call].error = nil
        if fate == .late {
            wait(.seconds(75) - .milliseconds(10))
            trace.messages[reply].publishedAt = now
            trace.calls[call].repliedAt = now
            trace.calls[call].outcome = .timedOut
            trace.calls[call].isLate = true
            return
        }
        trace.calls[call].repliedAt = nil
        trace.calls[call].outcome = fate == .returned ? .returned : .unanswered
        if fate == .returned { trace.messages[reply].amqp?.returned = Returned(code: 312, text: "NO_ROUTE") }
        guard attempts > 1 else { return }
        wait(.milliseconds(250) * Int64(attempts - 1))
        trace.calls[call].lastReplyAttemptAt = now
    }
}
