import Testing
import Trace

@testable import Correlation

@Suite struct `Publish and deliveries` {
    @Test func `a fanout is one message with a delivery for each receiver`() {
        var bus = BusScript()
        let cast = BusScript.request("push", unique: "u1")
        let content = bus.pass(.publish, cast, on: 0, to: "", exchange: "neutron-vo-Port-1.7_fanout")
        for connection in 1...3 {
            bus.pass(
                .deliver(redelivered: false), cast, on: connection, to: "", exchange: "neutron-vo-Port-1.7_fanout")
        }
        bus.acknowledge(content, .confirmed, on: 0)
        bus.finish()
        #expect(bus.messages.count == 1)
        #expect(bus.messages[0].kind == .fanout)
        #expect(bus.messages[0].deliveries.map(\.connection) == [1, 2, 3])
        #expect(bus.messages[0].amqp?.confirmedAt != nil)
        #expect(bus.messages[0].packets.count == 4)
    }

    @Test func `an acknowledgement is the delivery's whose content it names, on its own connection`() {
        var bus = BusScript()
        let cast = BusScript.request("stop_instance", unique: "u1")
        bus.pass(.publish, cast, on: 0, to: "compute.node1")
        let first = bus.pass(.deliver(redelivered: false), cast, on: 1, to: "compute.node1")
        let second = bus.pass(.deliver(redelivered: true), cast, on: 2, to: "compute.node1")
        bus.acknowledge(first, .taken, on: 2)
        bus.acknowledge(second, .taken, on: 2)
        bus.finish()
        #expect(bus.messages[0].deliveries.map { $0.acknowledgedAt != nil } == [false, true])
        #expect(bus.messages[0].deliveries.map(\.redelivered) == [false, true])
    }

    @Test func `a delivery whose publish was before the capture is a message without a publish`() {
        var bus = BusScript()
        bus.pass(.deliver(redelivered: false), BusScript.request("x", unique: "u1"), on: 1, to: "conductor")
        bus.finish()
        #expect(bus.messages.count == 1)
        #expect(bus.messages[0].publishedAt == nil)
        #expect(bus.messages[0].connection == nil)
    }

    @Test func `bodies without an id are joined by themselves, and equal ones stay two messages`() {
        var bus = BusScript()
        let cast = BusScript.request("update_service_capabilities", unique: nil)
        for _ in 0..<2 {
            bus.pass(.publish, cast, on: 0, to: "scheduler", hash: 7)
            bus.pass(.deliver(redelivered: false), cast, on: 1, to: "scheduler", hash: 7)
        }
        bus.finish()
        #expect(bus.messages.map(\.deliveries.count) == [1, 1])
    }

    @Test func `the same publish seen twice is one message`() {
        var bus = BusScript()
        let cast = BusScript.request("stop_instance", unique: "u1")
        bus.pass(.publish, cast, on: 0, to: "compute.node1")
        bus.pass(.publish, cast, on: 4, to: "compute.node1")
        bus.finish()
        #expect(bus.messages.count == 1)
        #expect(bus.messages[0].amqp?.republished == 1)
    }

    @Test func `beyond the limit the oldest are handed on and forgotten, in constant memory`() {
        var limits = CorrelationLimits.streaming
        limits.messages = 10
        limits.parkedCalls = 5
        var bus = BusScript(limits: limits)
        for index in 0..<100 {
            bus.pass(
                .publish, BusScript.request("m", unique: "u\(index)", call: "c\(index)"), on: 0, to: "conductor")
            bus.expire()
        }
        #expect(bus.messages.count == 90)
        #expect(bus.calls.count == 85)
        #expect(bus.correlator.messageByKey.count == 10)
        #expect(bus.correlator.callByMessageID.count == 10)
        #expect(bus.correlator.parked.count == 5)
        #expect(bus.correlator.evicted == 175)
        bus.finish()
        #expect(bus.messages.map(\.id) == Array(0..<100))
    }

    @Test func `what makes room is no loss when somebody had it, nor what nobody took for longer than anything waits`()
    {
        var limits = CorrelationLimits.streaming
        limits.messages = 1
        var bus = BusScript(limits: limits)
        for index in 0..<10 {
            let cast = BusScript.request("m", unique: "u\(index)")
            bus.pass(.publish, cast, on: 0, to: "compute.node1")
            bus.pass(.deliver(redelivered: false), cast, on: 1, to: "compute.node1")
            bus.expire()
        }
        #expect(bus.messages.count == 9 && bus.correlator.evicted == 0)
        bus.pass(.publish, BusScript.request("lost", unique: "l"), on: 0, to: "compute.node1")
        bus.now = bus.now + limits.expiry + 1
        bus.expire()
        #expect(bus.messages.count == 11 && bus.correlator.evicted == 0)
    }

    @Test func `an open call that newer ones displaced is answered all the same`() throws {
        var limits = CorrelationLimits.streaming
        limits.messages = 10
        var bus = BusScript(limits: limits)
        bus.pass(.publish, BusScript.request("slow", unique: "u", call: "c"), on: 0, to: "conductor")
        for index in 0..<20 {
            bus.pass(
                .publish, BusScript.request("m", unique: "u\(index)", call: "c\(index)"), on: 0, to: "conductor")
            bus.expire()
        }
        bus.pass(.publish, BusScript.reply(to: "c", unique: "r"), on: 1, to: "reply_x", exchange: "")
        bus.finish()
        let slow = try #require(bus.calls.first { $0.messageID == "c" })
        #expect(slow.outcome == .ok)
        #expect(slow.method == "slow")
        #expect(bus.calls.count == 21)
    }
}
