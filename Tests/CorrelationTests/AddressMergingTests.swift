import OpenStack
import Testing
import Trace

@testable import Correlation

@Suite struct `Addresses join what no id joins` {
    private func labels(_ bus: BusScript) -> [ConnectionID: String] {
        let (participants, owner) = bus.correlator.naming.participants()
        return owner.mapValues { "\(participants[$0].label) \($0)" }
    }

    /// A compute serves on connection 0 and asks on connection 1.
    private func compute(at address: @escaping (Int) -> String) -> BusScript {
        var bus = BusScript(at: address)
        bus.consumes(0, "compute.node1")
        bus.pass(.publish, BusScript.request("object_action", unique: "u1", call: "m1"), on: 1, to: "conductor")
        return bus
    }

    @Test func `what asks and what serves at one address is one process`() {
        let bus = compute { _ in "192.0.2.1" }
        #expect(labels(bus)[0] == "nova-compute@node1 0")
        #expect(labels(bus)[1] == "nova-compute@node1 0")
    }

    @Test func `other addresses, and the one that all have, say nothing`() {
        for bus in [compute { "192.0.2.\($0)" }, compute { _ in "127.0.0.1" }, compute { _ in "::1" }] {
            #expect(labels(bus)[0] == "nova-compute@node1 0")
            #expect(labels(bus)[1] == "nova-compute 1")
        }
    }

    @Test func `an address with two hosts is a proxy's, or of two computes on one machine`() {
        var bus = compute { _ in "192.0.2.1" }
        bus.consumes(2, "compute.node2")
        let labels = labels(bus)
        #expect(Set(labels.values) == ["nova-compute@node1 0", "nova-compute 1", "nova-compute@node2 2"])
    }

    @Test func `processes that gave different numbers stay two`() {
        var bus = BusScript()
        bus.named(0, "nova-conductor:7:6f6c1d1e-0000-4000-8000-000000000001")
        bus.named(1, "nova-conductor:8:6f6c1d1e-0000-4000-8000-000000000002")
        bus.consumes(0, "conductor.ctl1")
        bus.consumes(1, "conductor.ctl1")
        let participants = bus.correlator.naming.participants().participants
        #expect(participants.map(\.pid) == [7, 8])
    }

    @Test func `what nothing names stays unknown`() {
        var bus = compute { _ in "192.0.2.1" }
        bus.pass(.publish, BusScript.update(of: "i1", unique: "n1"), on: 3, to: "notifications.info")
        #expect(labels(bus)[3]?.hasPrefix("192.0.2.1:") == true)
    }
}
