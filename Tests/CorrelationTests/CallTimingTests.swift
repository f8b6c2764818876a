import OpenStack
import Testing
import Trace

@testable import Correlation

@Suite struct `Times of a call` {
    private let queue = "reply_00112233445566778899aabbccddeeff"

    private func passage(
        _ leg: Passage.Leg, _ body: OsloBody, on connection: ConnectionID, at milliseconds: Int64,
        expiration: Nanoseconds? = nil
    ) -> Passage {
        let time = Timestamp(nanoseconds: 0) + .milliseconds(milliseconds)
        return Passage(
            leg: leg, connection: connection, contentID: 1, exchange: "nova", routingKey: "conductor", bytes: 1,
            isTruncated: false, expiration: expiration, firstByteAt: time, lastByteAt: time, packets: [], bodyHash: 0,
            body: body)
    }

    private func calls(_ observations: [Passage], end milliseconds: Int64) -> [Call] {
        var correlator = Correlator()
        for connection in 0..<4 as Range<ConnectionID> { correlator.opened(connection, address: "", endpoint: "") }
        for passage in observations { correlator.receive(passage) }
        var calls: [Call] = []
        correlator.finish(at: Timestamp(nanoseconds: 0) + .milliseconds(milliseconds)) {
            if case .call(let call) = $0 { calls.append(call) }
        }
        return calls
    }

    private func request(monitor: Nanoseconds? = nil) -> OsloBody {
        BusScript.request("ping", unique: "u1", call: "m1", replyQueue: queue) { $0.callMonitorTimeout = monitor }
    }

    @Test func `that contradict each other, as of clocks that differ, give no duration`() {
        let reply = BusScript.reply(to: "m1", unique: "r1")
        let call = calls(
            [
                passage(.publish, request(), on: 0, at: 1000),
                passage(.deliver(redelivered: false), request(), on: 1, at: 500),
                passage(.publish, reply, on: 2, at: 600),
                passage(.deliver(redelivered: false), reply, on: 3, at: 900),
            ], end: 2000)[0]
        #expect(call.outcome == .ok)
        #expect(call.latency == nil)
        #expect(call.serviceTime == .milliseconds(100))
        #expect(call.brokerTime == nil)
    }

    @Test func `of a request published before the capture: timed out an expiration after its delivery`() {
        let taken = passage(
            .deliver(redelivered: false), request(), on: 1, at: 1000, expiration: .seconds(10))
        #expect(calls([taken], end: 5000)[0].outcome == .unanswered)
        let late = calls([taken], end: 12_000)[0]
        #expect(late.outcome == .timedOut)
        #expect(late.latency == nil)
        #expect(late.requestedAt == Timestamp(seconds: 1, nanoseconds: 0))
    }

    @Test func `heartbeats that stay away for longer than the monitor waits make the answer late`() {
        let heartbeat = { (unique: String) in
            BusScript.reply(to: "m1", unique: unique, hasResult: false, ending: false)
        }
        let asked = passage(.publish, request(monitor: .seconds(60)), on: 0, at: 0)
        let answered = passage(.publish, BusScript.reply(to: "m1", unique: "r9"), on: 2, at: 100_000)
        let steady = calls(
            [
                asked, passage(.publish, heartbeat("h1"), on: 2, at: 30_000),
                passage(.publish, heartbeat("h2"), on: 2, at: 60_000), answered,
            ], end: 200_000)[0]
        #expect(steady.outcome == .ok)
        #expect(steady.heartbeats == 2)
        let interrupted = calls(
            [asked, passage(.publish, heartbeat("h1"), on: 2, at: 70_000), answered], end: 200_000)[0]
        #expect(interrupted.outcome == .timedOut)
        #expect(interrupted.isLate)
        let gaveUpAt = (interrupted.requestedAt ?? Timestamp(nanoseconds: 0)) + .seconds(60)
        #expect(interrupted.expiry == Call.Expiry(at: gaveUpAt, patience: .seconds(60), isForLife: true))
    }

    @Test func `heartbeats seen by their receiver only are counted too`() {
        let beat = BusScript.reply(to: "m1", unique: "h1", hasResult: false, ending: false)
        let call = calls(
            [
                passage(.publish, request(), on: 0, at: 0),
                passage(.deliver(redelivered: false), beat, on: 3, at: 30_000),
            ], end: 40_000)[0]
        #expect(call.heartbeats == 1)
        #expect(call.outcome == .unanswered)
    }

    @Test func `a call that waits outlasts the limit; answered ones go first`() {
        var limits = CorrelationLimits.streaming
        limits.messages = 8
        var bus = BusScript(limits: limits)
        bus.pass(.publish, request(), on: 0, to: "conductor")
        for index in 0..<100 {
            let id = "x\(index)"
            bus.pass(.publish, BusScript.request("save", unique: "u" + id, call: id), on: 0, to: "conductor")
            bus.pass(.publish, BusScript.reply(to: id, unique: "r" + id), on: 2, to: queue, exchange: "")
            bus.expire()
        }
        bus.pass(.publish, BusScript.reply(to: "m1", unique: "r1"), on: 2, to: queue, exchange: "")
        bus.finish()
        #expect(bus.calls.count == 101)
        #expect(bus.calls.allSatisfy { $0.outcome == .ok })
    }

    @Test func `calls that nobody answers stay within twice the limit`() {
        var limits = CorrelationLimits.streaming
        limits.messages = 8
        var bus = BusScript(limits: limits)
        for index in 0..<1000 {
            bus.pass(
                .publish, BusScript.request("ping", unique: "u\(index)", call: "m\(index)"), on: 0, to: "conductor")
            bus.expire()
            #expect(bus.correlator.calls.count <= 16)
            #expect(bus.correlator.callByMessageID.count <= 16)
        }
        bus.finish()
        #expect(bus.calls.count == 1000)
    }
}
