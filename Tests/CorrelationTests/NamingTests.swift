import OpenStack
import Testing
import Trace

@testable import Correlation

@Suite struct `Lanes name themselves` {
    private let queue = "reply_00112233445566778899aabbccddeeff"

    private func services(_ bus: BusScript) -> [ConnectionID: String] {
        let (participants, owner) = bus.correlator.naming.participants()
        return owner.mapValues { participants[$0].label }
    }

    @Test func `a process is found by who consumes the replies and who answers the requests`() {
        var bus = BusScript()
        let request = BusScript.request("select_destinations", unique: "u1", call: "m1", replyQueue: queue)
        bus.pass(.publish, request, on: 0, to: "scheduler")
        bus.pass(.deliver(redelivered: false), request, on: 1, to: "scheduler")
        let reply = BusScript.reply(to: "m1", unique: "u2")
        bus.pass(.publish, reply, on: 2, to: queue, exchange: "")
        bus.pass(.deliver(redelivered: false), reply, on: 3, to: queue, exchange: "")
        bus.finish()
        let lanes = services(bus)
        #expect(lanes[0] == "nova-conductor")
        #expect(lanes[3] == "nova-conductor")
        #expect(lanes[1] == "nova-scheduler")
        #expect(lanes[2] == "nova-scheduler")
    }

    @Test func `who answers is found also where the answer reached the capture before the request's delivery`() {
        var bus = BusScript()
        let request = BusScript.request("select_destinations", unique: "u1", call: "m1", replyQueue: queue)
        bus.pass(.publish, request, on: 0, to: "scheduler")
        bus.pass(.publish, BusScript.reply(to: "m1", unique: "u2"), on: 2, to: queue, exchange: "")
        bus.pass(.deliver(redelivered: false), request, on: 1, to: "scheduler")
        bus.finish()
        #expect(services(bus)[1] == "nova-scheduler")
        #expect(services(bus)[2] == "nova-scheduler")
    }

    @Test func `an API under uWSGI is known by what it casts`() {
        var bus = BusScript()
        bus.named(0, "uwsgi:41:6f6c1d1e-0000-4000-8000-000000000001")
        bus.named(1, "uwsgi:42:6f6c1d1e-0000-4000-8000-000000000002")
        bus.pass(.publish, BusScript.request("schedule_and_build_instances", unique: "u1"), on: 0, to: "conductor")
        bus.pass(
            .publish, BusScript.request("port_update", unique: "u2"), on: 1, to: "",
            exchange: "q-agent-notifier-port-update_fanout")
        bus.finish()
        let lanes = services(bus)
        #expect(lanes[0] == "nova-api")
        #expect(lanes[1] == "neutron-server")
    }

    @Test func `methods of one name are told apart by where they go`() {
        var bus = BusScript()
        let create = BusScript.request("create_volume", unique: "u1")
        bus.pass(.publish, create, on: 0, to: "cinder-scheduler", exchange: "openstack")
        let handOn = BusScript.request("create_volume", unique: "u2")
        bus.pass(.publish, handOn, on: 1, to: "cinder-volume.vol1@lvm.vol1", exchange: "openstack")
        let pool = BusScript.request("create_pool", unique: "u3")
        bus.pass(.publish, pool, on: 2, to: "octavia_provisioning_v2", exchange: "octavia")
        let node = BusScript.request("do_node_deploy", unique: "u4", call: "m4")
        bus.pass(.publish, node, on: 3, to: "ironic.conductor_manager.ctl1", exchange: "ironic")
        bus.finish()
        let lanes = services(bus)
        #expect(lanes[0] == "cinder-api")
        #expect(lanes[1] == "cinder-scheduler")
        #expect(lanes[2] == "octavia-api")
        #expect(lanes[3] == "ironic-api")
    }

    @Test func `a command name tells the service until a topic does better`() {
        var bus = BusScript()
        bus.named(0, "nova-compute:7:6f6c1d1e-0000-4000-8000-000000000001")
        bus.named(1, "nova-compute:7:6f6c1d1e-0000-4000-8000-000000000002")
        bus.consumes(1, "compute.node1.example.org")
        bus.finish()
        let (participants, owner) = bus.correlator.naming.participants()
        #expect(participants.map(\.label) == ["nova-compute@node1.example.org"])
        #expect(participants[0].pid == 7)
        #expect(participants[0].learnedFrom.first == "serves compute.node1.example.org")
        #expect(owner[0] == owner[1])
    }

    @Test func `two pids are two processes, whatever joins them`() {
        var bus = BusScript()
        bus.named(0, "nova-conductor:7:6f6c1d1e-0000-4000-8000-000000000001")
        bus.named(1, "nova-conductor:8:6f6c1d1e-0000-4000-8000-000000000002")
        bus.consumes(0, queue)
        let request = BusScript.request("ping", unique: "u1", call: "m1", replyQueue: queue)
        bus.pass(.publish, request, on: 1, to: "scheduler")
        bus.finish()
        let (_, owner) = bus.correlator.naming.participants()
        #expect(owner[0] != owner[1])
    }

    @Test func `a queue-manager name that survives a restart does not join old and new process`() {
        let recurring = "reply_ctl1:nova-conductor:1"
        var bus = BusScript()
        bus.consumes(0, recurring)
        bus.pass(
            .publish, BusScript.request("ping", unique: "u1", call: "m1", replyQueue: recurring), on: 1,
            to: "scheduler")
        bus.consumes(2, recurring)
        bus.pass(
            .publish, BusScript.request("ping", unique: "u2", call: "m2", replyQueue: recurring), on: 3,
            to: "scheduler")
        let naming = bus.correlator.naming
        #expect(naming.areOneProcess(0, 1))
        #expect(naming.areOneProcess(2, 3))
        #expect(!naming.areOneProcess(0, 2))
    }

    /// The answer to a save may be what the capture lacks: what comes much later is of anybody.
    @Test(arguments: ["answered", "unanswered for long", "hole"])
    func `an instance update names nobody where the answer to a save may have been missed`(why: String) {
        let instance = "2672332b-b870-49a9-bbeb-902381dffe38"
        var bus = BusScript()
        let save = BusScript.request("object_action", unique: "s1", call: "m1", replyQueue: "reply_x") {
            $0.objectMethod = "Instance.save"
            $0.instances = [instance]
        }
        bus.pass(.publish, save, on: 0, to: "conductor")
        bus.pass(.deliver(redelivered: false), save, on: 1, to: "conductor")
        if why == "unanswered for long" { bus.wait(.seconds(5)) }
        if why == "hole" { bus.lose(3) }
        for unique in ["n1", "n2"] {
            bus.pass(.publish, BusScript.update(of: instance, unique: unique), on: 2, to: "notifications.info")
        }
        bus.finish()
        #expect((services(bus)[2] == "nova-conductor") == (why == "answered"))
    }

    @Test func `an instance update names nobody unless it falls inside a conductor's save`() {
        let instance = "2672332b-b870-49a9-bbeb-902381dffe38"
        var bus = BusScript()
        let save = { (unique: String, call: String) in
            BusScript.request("object_action", unique: unique, call: call, replyQueue: "reply_x") {
                $0.objectMethod = "Instance.save"
                $0.instances = [instance]
            }
        }
        for (unique, call) in [("s1", "m1"), ("s2", "m2")] {
            bus.pass(.publish, save(unique, call), on: 0, to: "conductor")
            bus.pass(.deliver(redelivered: false), save(unique, call), on: 1, to: "conductor")
            bus.pass(
                .publish, BusScript.update(of: instance, unique: "n" + unique), on: 2, to: "notifications.info")
            bus.pass(.publish, BusScript.reply(to: call, unique: "r" + unique), on: 3, to: "reply_x", exchange: "")
        }
        bus.pass(.publish, BusScript.update(of: instance, unique: "n9"), on: 4, to: "notifications.info")
        bus.finish()
        let lanes = services(bus)
        #expect(lanes[2] == "nova-conductor")
        #expect(lanes[4] == "192.0.2.1:4004")
    }
}
