import OpenStack
import Testing
import Trace

@testable import Correlation

/// The caller is on connections 0 and 1 (its replies), the server on 2 (listening) and 3.
@Suite struct `An answer counts when its caller got it` {
    private static let queue = "reply_00112233445566778899aabbccddeeff"
    private let noRoute = Passage.Leg.returned(Returned(code: 312, text: "NO_ROUTE"))
    private let answer = BusScript.reply(to: "m1", unique: "a1")

    /// A call that was taken, its reply queue read on connection 1.
    private func asked(_ queue: String = queue, timeout: Nanoseconds? = .seconds(60)) -> BusScript {
        var bus = BusScript()
        bus.consumes(1, queue)
        bus.heardBroker(1)
        let request = BusScript.request("attach_interface", unique: "u1", call: "m1", replyQueue: queue)
        bus.pass(.publish, request, on: 0, to: "compute.c1", expiration: timeout)
        bus.pass(.deliver(redelivered: false), request, on: 2, to: "compute.c1")
        return bus
    }

    private func outcome(_ bus: inout BusScript) throws -> Call {
        bus.finish()
        return try #require(bus.calls.first { $0.messageID == "m1" })
    }

    @Test func `one that was delivered answers the call`() throws {
        var bus = asked()
        bus.pass(.publish, answer, on: 3, to: Self.queue, exchange: "")
        bus.pass(.deliver(redelivered: false), answer, on: 1, to: Self.queue, exchange: "")
        let call = try outcome(&bus)
        #expect(call.outcome == .ok)
        #expect(call.replyFate == .delivered)
        #expect(call.latency != nil)
    }

    @Test func `one that the broker gave back leaves it returned, without a latency`() throws {
        var bus = asked()
        bus.pass(.publish, answer, on: 3, to: Self.queue, exchange: "")
        bus.pass(noRoute, answer, on: 3, to: Self.queue, exchange: "")
        bus.wait(.seconds(20))
        let call = try outcome(&bus)
        #expect(call.outcome == .returned)
        #expect(call.replyFate == .returned)
        #expect(call.reply != nil)
        #expect(call.latency == nil)
        #expect(call.repliedAt == nil)
        #expect(call.isProblem)
    }

    @Test(arguments: [false, true])
    func `one that the broker refused reached nobody, whoever reads the queue, unless it was sent again`(
        isSentAgain: Bool
    ) throws {
        var bus = BusScript()
        let request = BusScript.request("attach_interface", unique: "u1", call: "m1", replyQueue: Self.queue)
        bus.pass(.publish, request, on: 0, to: "compute.c1", expiration: .seconds(60))
        bus.pass(.deliver(redelivered: false), request, on: 2, to: "compute.c1")
        let content = bus.pass(.publish, answer, on: 3, to: Self.queue, exchange: "")
        bus.acknowledge(content, .refused, on: 3)
        if isSentAgain {
            bus.pass(.deliver(redelivered: false), answer, on: 1, to: Self.queue, exchange: "")
        }
        bus.wait(.seconds(90))
        let call = try outcome(&bus)
        #expect(call.outcome == (isSentAgain ? .ok : .timedOut))
        #expect(call.replyFate == (isSentAgain ? .delivered : .undelivered))
    }

    @Test(arguments: [false, true])
    func `one that was given back with its body cut off is the last that was sent there`(isOther: Bool) throws {
        var bus = asked()
        bus.pass(.publish, BusScript.reply(to: "m0", unique: "a0"), on: 3, to: Self.queue, exchange: "")
        bus.pass(.publish, answer, on: 3, to: Self.queue, exchange: "")
        let queue = isOther ? "reply_of_another" : Self.queue
        bus.pass(noRoute, .opaque(.truncatedBeforeAnything), on: 3, to: queue, exchange: "", isTruncated: true)
        let call = try outcome(&bus)
        #expect(call.outcome == (isOther ? .ok : .returned))
        #expect(bus.messages.first { $0.uniqueID == "a1" }?.returned?.code == (isOther ? nil : 312))
        #expect(bus.messages.first { $0.uniqueID == "a0" }?.returned == nil)
    }

    @Test func `a request that was given back with its body cut off is one that nobody took`() throws {
        var bus = BusScript()
        let request = BusScript.request("attach_interface", unique: "u1", call: "m1", replyQueue: Self.queue)
        bus.pass(.publish, request, on: 0, to: "compute.c1")
        bus.pass(noRoute, .opaque(.truncatedBeforeAnything), on: 0, to: "compute.c1", isTruncated: true)
        #expect(try outcome(&bus).outcome == .returned)
    }

    @Test func `a failure that was given back is no answer either`() throws {
        var bus = asked()
        let failure = BusScript.reply(
            to: "m1", unique: "a1", hasResult: false,
            failure: RemoteFailure(className: "NoValidHost", module: nil, message: ""))
        bus.pass(.publish, failure, on: 3, to: Self.queue, exchange: "")
        bus.pass(noRoute, failure, on: 3, to: Self.queue, exchange: "")
        let call = try outcome(&bus)
        #expect(call.outcome == .returned)
        #expect(call.error == nil)
    }

    @Test(arguments: [true, false])
    func `attempts are counted with their time, and one that arrives answers the call`(arrives: Bool) throws {
        var bus = asked()
        for attempt in 1...5 {
            let reply = BusScript.reply(to: "m1", unique: "a\(attempt)")
            bus.pass(.publish, reply, on: 3, to: Self.queue, exchange: "")
            if attempt == 5, arrives {
                bus.pass(.deliver(redelivered: false), reply, on: 1, to: Self.queue, exchange: "")
            } else {
                bus.pass(noRoute, reply, on: 3, to: Self.queue, exchange: "")
            }
            bus.wait(.milliseconds(250))
        }
        let call = try outcome(&bus)
        #expect(call.replyAttempts == 5)
        #expect(call.duplicateReplies == 4)
        let (first, last) = (try #require(call.firstReplyAttemptAt), try #require(call.lastReplyAttemptAt))
        #expect(last - first == .milliseconds(4 * 252))
        #expect(call.outcome == (arrives ? .ok : .returned))
        #expect(call.replyFate == (arrives ? .delivered : .returned))
    }

    @Test(arguments: [4, 6, 61])
    func `one that was not delivered is lost after seconds, not before`(seconds: Int64) throws {
        var bus = asked()
        bus.pass(.publish, answer, on: 3, to: Self.queue, exchange: "")
        bus.wait(.seconds(seconds))
        let call = try outcome(&bus)
        #expect(call.replyFate == (seconds < 5 ? nil : .undelivered))
        #expect(call.outcome == (seconds < 5 ? .ok : seconds < 60 ? .unanswered : .timedOut))
    }

    @Test func `a reader that is gone reads nothing`() throws {
        var bus = asked()
        bus.close(1)
        bus.pass(.publish, answer, on: 3, to: Self.queue, exchange: "")
        bus.wait(.seconds(20))
        let call = try outcome(&bus)
        #expect(call.replyFate == .undelivered)
    }

    /// It may have been delivered where nobody saw it: on another node of the cluster, in a hole, in the direction that
    /// the capture lacks.
    @Test(arguments: ["reader never seen", "one direction only", "hole", "hole of nobody's", "packets dropped"])
    func `nothing is said where a delivery may not have been seen`(why: String) throws {
        var bus = BusScript()
        if why != "reader never seen" { bus.consumes(1, Self.queue) }
        if why != "one direction only" { bus.heardBroker(1) }
        let request = BusScript.request("attach_interface", unique: "u1", call: "m1", replyQueue: Self.queue)
        bus.pass(.publish, request, on: 0, to: "compute.c1", expiration: .seconds(60))
        bus.pass(.deliver(redelivered: false), request, on: 2, to: "compute.c1")
        bus.pass(.publish, answer, on: 3, to: Self.queue, exchange: "")
        if why == "hole" { bus.lose(1) }
        if why == "hole of nobody's" { bus.lose(6) }
        if why == "packets dropped" { bus.losePackets() }
        bus.wait(.seconds(20))
        let call = try outcome(&bus)
        #expect(call.replyFate == nil)
        #expect(call.outcome == .ok)
    }

    @Test func `a hole is not forgotten for an earlier one of the other direction that is known later`() throws {
        var bus = asked()
        let before = bus
        bus.pass(.publish, answer, on: 3, to: Self.queue, exchange: "")
        bus.lose(1)
        bus.lose(1, at: before.now)
        bus.wait(.seconds(20))
        #expect(try outcome(&bus).replyFate == nil)
    }

    @Test func `a hole before the answer, or of another process, changes nothing`() throws {
        var bus = asked()
        bus.lose(1)
        bus.pass(.publish, answer, on: 3, to: Self.queue, exchange: "")
        bus.lose(2)
        bus.wait(.seconds(20))
        let call = try outcome(&bus)
        #expect(call.replyFate == .undelivered)
    }

    @Test func `one that came after the caller had given up is late`() throws {
        var bus = asked()
        bus.wait(.seconds(75))
        bus.pass(.publish, answer, on: 3, to: Self.queue, exchange: "")
        bus.pass(.deliver(redelivered: false), answer, on: 1, to: Self.queue, exchange: "")
        let call = try outcome(&bus)
        #expect(call.outcome == .timedOut)
        #expect(call.replyFate == .late)
        #expect(call.repliedAt != nil)
    }

    /// Names of the queue manager survive a restart.
    @Test(arguments: [7, 8])
    func `one that another process was given did not reach its caller`(pid: Int) throws {
        let queue = "reply_ctl1:nova-api:1"
        var bus = BusScript()
        bus.named(0, "nova-api:7:6f6c1d1e-0000-4000-8000-000000000001")
        let request = BusScript.request("attach_interface", unique: "u1", call: "m1", replyQueue: queue)
        bus.pass(.publish, request, on: 0, to: "compute.c1", expiration: .seconds(60))
        bus.pass(.deliver(redelivered: false), request, on: 2, to: "compute.c1")
        bus.named(4, "nova-api:\(pid):6f6c1d1e-0000-4000-8000-000000000002")
        bus.consumes(4, queue)
        bus.pass(.publish, answer, on: 3, to: queue, exchange: "")
        bus.pass(.deliver(redelivered: false), answer, on: 4, to: queue, exchange: "")
        let call = try outcome(&bus)
        #expect(call.replyFate == (pid == 7 ? .delivered : .misdelivered))
        #expect(call.outcome == (pid == 7 ? .ok : .unanswered))
    }

    @Test func `of two answers the one that arrived is the answer`() throws {
        var bus = asked()
        bus.pass(.publish, answer, on: 3, to: Self.queue, exchange: "")
        let second = BusScript.reply(to: "m1", unique: "a2")
        bus.pass(.publish, second, on: 5, to: Self.queue, exchange: "")
        bus.pass(.deliver(redelivered: false), second, on: 1, to: Self.queue, exchange: "")
        let call = try outcome(&bus)
        #expect(call.outcome == .ok)
        #expect(bus.messages.first { $0.id == call.reply }?.uniqueID == "a2")
    }
}
