import OpenStack
import Testing
import Trace

@testable import Correlation

@Suite struct `Names in two virtual hosts` {
    private func labels(_ bus: BusScript) -> [ConnectionID: String] {
        let (participants, owner) = bus.correlator.naming.participants()
        return owner.mapValues { participants[$0].label }
    }

    @Test func `conductors of two are two services, told apart by theirs`() {
        var bus = BusScript()
        bus.enters(0, "nova_api")
        bus.enters(1, "nova_cell1")
        bus.consumes(0, "conductor")
        bus.consumes(1, "conductor")
        #expect(labels(bus) == [0: "nova-conductor (nova_api)", 1: "nova-conductor (nova_cell1)"])
    }

    @Test func `services of which there is one, and all in one virtual host, keep their names`() {
        var bus = BusScript()
        bus.enters(0, "nova_api")
        bus.enters(1, "nova_cell1")
        bus.consumes(0, "conductor")
        bus.consumes(1, "compute.cmp1")
        #expect(labels(bus) == [0: "nova-conductor", 1: "nova-compute@cmp1"])
        var one = BusScript()
        one.enters(0, "nova")
        one.enters(1, "nova")
        one.consumes(0, "conductor")
        one.consumes(1, "conductor")
        #expect(labels(one) == [0: "nova-conductor", 1: "nova-conductor"])
    }

    @Test func `a conductor that also publishes to the cells is known by where it serves`() {
        var bus = BusScript()
        for (connection, host) in [(0, "nova_api"), (1, "nova_cell1"), (2, "nova_cell1")] {
            bus.enters(connection, host)
        }
        bus.named(0, "nova-conductor:7:6f6c1d1e-0000-4000-8000-000000000001")
        bus.named(1, "nova-conductor:7:6f6c1d1e-0000-4000-8000-000000000002")
        bus.consumes(0, "conductor")
        bus.pass(.publish, BusScript.request("build_and_run_instance", unique: "u"), on: 1, to: "compute.cmp1")
        bus.consumes(2, "conductor")
        #expect(labels(bus)[1] == "nova-conductor (nova_api)" && labels(bus)[2] == "nova-conductor (nova_cell1)")
    }

    @Test func `a reply queue whose name recurs is another one in another virtual host`() {
        for (other, areOne) in [("nova_api", true), ("nova_cell1", false)] {
            var bus = BusScript()
            bus.enters(0, "nova_api")
            bus.enters(1, other)
            bus.enters(2, "nova_cell1")
            bus.consumes(0, "reply_ctl1:nova-conductor:1")
            let request = BusScript.request(
                "select_destinations", unique: "u", call: "m", replyQueue: "reply_ctl1:nova-conductor:1")
            bus.pass(.publish, request, on: 1, to: "scheduler")
            #expect(bus.correlator.naming.areOneProcess(0, 1) == areOne)
        }
    }

    @Test func `a body without an id is one message within one virtual host only`() {
        for (other, count) in [("a", 1), ("b", 2)] {
            var bus = BusScript()
            bus.enters(0, "a")
            bus.enters(1, other)
            bus.enters(2, "b")
            bus.pass(.publish, .opaque(.notJSON("text/plain")), on: 0, to: "x", hash: 7)
            bus.pass(.deliver(redelivered: false), .opaque(.notJSON("text/plain")), on: 1, to: "x", hash: 7)
            bus.finish()
            #expect(bus.messages.count == count)
        }
    }
}
