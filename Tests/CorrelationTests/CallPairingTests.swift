import Testing
import Trace

@testable import Correlation

@Suite struct `Request and reply` {
    private let queue = "reply_00112233445566778899aabbccddeeff"

    /// Client on connection 0 calls, server takes on 1 and answers on 2, client reads replies on 3.
    private func ask(_ bus: inout BusScript, expiration: Nanoseconds? = .seconds(60)) {
        let request = BusScript.request("ping", unique: "u1", call: "m1", replyQueue: queue)
        bus.pass(.publish, request, on: 0, to: "conductor", expiration: expiration)
        bus.pass(.deliver(redelivered: false), request, on: 1, to: "conductor")
    }

    private func answer(_ bus: inout BusScript, unique: String = "u2", failure: RemoteFailure? = nil) {
        let reply = BusScript.reply(to: "m1", unique: unique, hasResult: failure == nil, failure: failure)
        bus.pass(.publish, reply, on: 2, to: queue, exchange: "")
        bus.pass(.deliver(redelivered: false), reply, on: 3, to: queue, exchange: "")
    }

    @Test func `are one call, its time split between broker and service`() throws {
        var bus = BusScript()
        ask(&bus)
        bus.wait(.milliseconds(50))
        answer(&bus)
        bus.finish()
        let call = try #require(bus.calls.first)
        #expect(bus.calls.count == 1)
        #expect(call.outcome == .ok)
        #expect(call.latency == .milliseconds(53))
        #expect(call.serviceTime == .milliseconds(51))
        #expect(call.brokerTime == .milliseconds(2))
        #expect(bus.messages.count == 2)
        #expect(bus.messages.allSatisfy { $0.deliveries.count == 1 && $0.call == call.id })
        #expect(bus.messages[1].method == "ping")
    }

    @Test func `a failure is the call's error`() {
        var bus = BusScript()
        ask(&bus)
        answer(&bus, failure: RemoteFailure(className: "NoValidHost", module: "nova.exception", message: "none"))
        bus.finish()
        #expect(bus.calls.map(\.outcome) == [.error])
        #expect(bus.calls[0].error?.className == "NoValidHost")
    }

    @Test func `no reply is unanswered, and timed out once the expiration has passed`() {
        var bus = BusScript()
        ask(&bus)
        var later = bus
        bus.finish()
        later.wait(.seconds(61))
        later.finish()
        #expect(bus.calls.map(\.outcome) == [.unanswered])
        #expect(later.calls.map(\.outcome) == [.timedOut])
    }

    @Test func `a reply after the expiration is late, not an orphan`() throws {
        var bus = BusScript()
        ask(&bus)
        bus.wait(.seconds(61))
        answer(&bus)
        bus.finish()
        let call = try #require(bus.calls.first)
        #expect(call.outcome == .timedOut)
        #expect(call.isLate)
        #expect(call.reply != nil)
    }

    @Test func `a reply without its request is an orphan`() {
        var bus = BusScript()
        answer(&bus)
        bus.finish()
        #expect(bus.calls.map(\.outcome) == [.orphanReply])
    }

    @Test func `a reply seen before its request is joined all the same`() {
        var bus = BusScript()
        answer(&bus)
        ask(&bus)
        bus.finish()
        #expect(bus.calls.map(\.outcome) == [.ok])
        #expect(bus.calls[0].serviceTime == nil)
    }

    @Test func `heartbeats of the call monitor are no answer`() {
        var bus = BusScript()
        ask(&bus)
        for unique in ["h1", "h2"] {
            let heartbeat = BusScript.reply(to: "m1", unique: unique, hasResult: false, ending: false)
            bus.pass(.publish, heartbeat, on: 2, to: queue, exchange: "")
            bus.pass(.deliver(redelivered: false), heartbeat, on: 3, to: queue, exchange: "")
        }
        var unanswered = bus
        unanswered.finish()
        answer(&bus)
        bus.finish()
        #expect(unanswered.calls.map(\.outcome) == [.unanswered])
        #expect(bus.calls.map(\.outcome) == [.ok])
        #expect(bus.calls[0].heartbeats == 2)
        #expect(bus.messages.filter { $0.kind == .heartbeat }.count == 2)
    }

    @Test func `the second message of a two-message reply is not a duplicate`() {
        var bus = BusScript()
        ask(&bus)
        let result = BusScript.reply(to: "m1", unique: "r1", ending: nil)
        let ending = BusScript.reply(to: "m1", unique: "r2", hasResult: false, ending: true)
        bus.pass(.publish, result, on: 2, to: queue, exchange: "")
        bus.pass(.publish, ending, on: 2, to: queue, exchange: "")
        bus.finish()
        #expect(bus.calls.map(\.outcome) == [.ok])
        #expect(bus.calls[0].duplicateReplies == 0)
        #expect(bus.messages[1].uniqueID == "r1")
        #expect(bus.calls[0].reply == 1)
    }

    @Test func `a reply that the broker gave back is superseded by its retry`() {
        var bus = BusScript()
        ask(&bus)
        let lost = BusScript.reply(to: "m1", unique: "r1")
        bus.pass(.publish, lost, on: 2, to: queue, exchange: "")
        bus.pass(.returned(Returned(code: 312, text: "NO_ROUTE")), lost, on: 2, to: queue, exchange: "")
        answer(&bus, unique: "r2")
        bus.finish()
        #expect(bus.calls.map(\.outcome) == [.ok])
        #expect(bus.calls[0].duplicateReplies == 1)
        #expect(bus.messages.first { $0.uniqueID == "r1" }?.returned?.code == 312)
        #expect(bus.messages[bus.calls[0].reply ?? 0].uniqueID == "r2")
    }

    @Test func `a request that the broker gave back is returned`() {
        var bus = BusScript()
        let request = BusScript.request("ping", unique: "u1", call: "m1", replyQueue: queue)
        bus.pass(.publish, request, on: 0, to: "nobody")
        bus.pass(.returned(Returned(code: 312, text: "NO_ROUTE")), request, on: 0, to: "nobody")
        bus.finish()
        #expect(bus.calls.map(\.outcome) == [.returned])
    }

    @Test func `a reply whose message id cannot be read answers no call that is named after its queue`() {
        var bus = BusScript()
        ask(&bus)
        let cut = BusScript.reply(to: nil, unique: nil)
        bus.pass(.deliver(redelivered: false), cut, on: 3, to: queue, exchange: "")
        bus.finish()
        #expect(bus.calls.map(\.messageID) == ["m1"])
        #expect(bus.calls.map(\.outcome) == [.unanswered])
        #expect(bus.messages.last?.messageID == nil)
    }

    @Test func `before Grizzly the reply's routing key is the message id`() {
        var bus = BusScript()
        let request = BusScript.request("run_instance", unique: nil, call: "m1")
        bus.pass(.publish, request, on: 0, to: "scheduler", hash: 1)
        bus.pass(.deliver(redelivered: false), request, on: 1, to: "scheduler", hash: 1)
        let reply = BusScript.reply(to: nil, unique: nil, ending: nil)
        bus.pass(.publish, reply, on: 2, to: "m1", exchange: "m1", hash: 2)
        bus.finish()
        #expect(bus.calls.map(\.outcome) == [.ok])
        #expect(bus.messages.count == 2)
    }

    /// Diablo to Havana: a method may give many results, the end is a message of its own, whose body is the same for
    /// every call.
    @Test(arguments: [nil, true] as [Bool?])
    func `many results and an end are one answer, told apart by where they go`(ending: Bool?) {
        var bus = BusScript()
        for call in ["m1", "m2"] {
            let request = BusScript.request("run_instance", unique: nil, call: call)
            bus.pass(.publish, request, on: 0, to: "scheduler", hash: call == "m1" ? 1 : 2)
        }
        let result = BusScript.reply(to: nil, unique: nil, ending: nil)
        let end = BusScript.reply(to: nil, unique: nil, hasResult: false, ending: ending)
        for call in ["m1", "m2"] {
            bus.pass(.publish, result, on: 2, to: call, exchange: call, hash: 3)
            bus.pass(.publish, end, on: 2, to: call, exchange: call, hash: 4)
        }
        for call in ["m1", "m2"] {
            bus.pass(.deliver(redelivered: false), result, on: 3, to: call, exchange: call, hash: 3)
            bus.pass(.deliver(redelivered: false), end, on: 3, to: call, exchange: call, hash: 4)
        }
        bus.finish()
        #expect(bus.calls.map(\.outcome) == [.ok, .ok])
        #expect(bus.calls.map(\.duplicateReplies) == [0, 0])
        #expect(bus.messages.filter { $0.kind == .reply }.map(\.deliveries.count) == [1, 1, 1, 1])
    }

    @Test func `a failure after results is the call's error`() {
        var bus = BusScript()
        ask(&bus)
        bus.pass(.publish, BusScript.reply(to: "m1", unique: "r1", ending: nil), on: 2, to: queue, exchange: "")
        let failure = RemoteFailure(className: "ProcessExecutionError", module: nil, message: "")
        bus.pass(
            .publish, BusScript.reply(to: "m1", unique: "r2", hasResult: false, ending: nil, failure: failure), on: 2,
            to: queue, exchange: "")
        bus.finish()
        #expect(bus.calls.map(\.outcome) == [.error])
    }
}
