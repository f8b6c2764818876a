import OpenStack
import Testing
import Trace

@testable import Correlation

@Suite struct `Messages that take more than one way` {
    private let queue = "reply_00112233445566778899aabbccddeeff"
    private var request: OsloBody { BusScript.request("ping", unique: "u1", call: "m1", replyQueue: queue) }
    private var reply: OsloBody { BusScript.reply(to: "m1", unique: "r1") }

    @Test func `a request redelivered after a crash is served by who answers, and joins nobody`() {
        var bus = BusScript()
        bus.pass(.publish, request, on: 0, to: "conductor")
        bus.pass(.deliver(redelivered: false), request, on: 1, to: "conductor")
        bus.wait(.seconds(5))
        bus.pass(.deliver(redelivered: true), request, on: 2, to: "conductor")
        bus.pass(.publish, reply, on: 3, to: queue, exchange: "")
        bus.finish()
        let naming = bus.correlator.naming
        #expect(bus.messages[0].deliveries.map(\.redelivered) == [false, true])
        #expect(!naming.areOneProcess(1, 3))
        #expect(!naming.areOneProcess(2, 3))
        #expect(bus.calls[0].serverConnection == 3)
        #expect(bus.calls[0].serviceTime == nil)
    }

    @Test func `what is rejected nobody has until one acknowledges it, and how often is counted`() {
        var bus = BusScript()
        bus.pass(.publish, request, on: 0, to: "conductor")
        let first = bus.pass(.deliver(redelivered: false), request, on: 1, to: "conductor")
        bus.acknowledge(first, .requeued, on: 1)
        let second = bus.pass(.deliver(redelivered: true), request, on: 2, to: "conductor")
        var dropped = bus
        dropped.acknowledge(second, .dropped, on: 2)
        bus.acknowledge(second, .taken, on: 2)
        for _ in 0..<2 { bus.acknowledge(second, .requeued, on: 2) }
        bus.finish()
        dropped.finish()
        #expect(bus.messages[0].deliveries.map(\.settlement) == [.requeued, .acknowledged])
        #expect(bus.messages[0].deliveries.map { $0.rejectedAt == nil } == [false, true])
        #expect(bus.messages[0].requeues == 1 && !bus.messages[0].isGivenBack)
        #expect(dropped.messages[0].deliveries.map(\.settlement) == [.requeued, .dropped])
        #expect(dropped.messages[0].requeues == 1 && dropped.messages[0].isGivenBack)
    }

    @Test func `of two that took a request, the one known to have answered is its server`() {
        var bus = BusScript()
        bus.named(1, "nova-conductor:7:6f6c1d1e-0000-4000-8000-000000000001")
        bus.named(2, "nova-conductor:8:6f6c1d1e-0000-4000-8000-000000000002")
        bus.named(3, "nova-conductor:7:6f6c1d1e-0000-4000-8000-000000000003")
        bus.pass(.publish, request, on: 0, to: "conductor")
        bus.pass(.deliver(redelivered: false), request, on: 1, to: "conductor")
        bus.pass(.deliver(redelivered: true), request, on: 2, to: "conductor")
        bus.pass(.publish, reply, on: 3, to: queue, exchange: "")
        bus.finish()
        #expect(bus.calls[0].serverConnection == 1)
        #expect(bus.calls[0].serviceTime == .milliseconds(2))
    }

    @Test func `a delivery after the answer changes nothing`() {
        var bus = BusScript()
        bus.pass(.publish, request, on: 0, to: "conductor")
        bus.pass(.deliver(redelivered: false), request, on: 1, to: "conductor")
        bus.pass(.publish, reply, on: 2, to: queue, exchange: "")
        bus.pass(.deliver(redelivered: true), request, on: 3, to: "conductor")
        bus.finish()
        #expect(bus.correlator.naming.areOneProcess(1, 2))
        #expect(bus.calls[0].serverConnection == 1)
        #expect(bus.calls[0].serviceTime == .milliseconds(1))
    }

    @Test func `the answers of two processes are one answer and a duplicate`() {
        var bus = BusScript()
        bus.pass(.publish, request, on: 0, to: "conductor")
        bus.pass(.deliver(redelivered: false), request, on: 1, to: "conductor")
        bus.pass(.deliver(redelivered: true), request, on: 2, to: "conductor")
        for (unique, connection) in [("r1", 3), ("r2", 4)] {
            let answer = BusScript.reply(to: "m1", unique: unique)
            bus.pass(.publish, answer, on: connection, to: queue, exchange: "")
            bus.pass(.deliver(redelivered: false), answer, on: 5, to: queue, exchange: "")
        }
        bus.finish()
        #expect(bus.calls.count == 1)
        #expect(bus.calls[0].duplicateReplies == 1)
        #expect(bus.calls[0].serverConnection == 3)
        #expect(!bus.correlator.naming.areOneProcess(3, 4))
    }

    @Test func `who republishes a message, as a shovel does, is not its sender`() {
        var bus = BusScript()
        let build = BusScript.request(
            "schedule_and_build_instances", unique: "u1", call: "m1", replyQueue: queue)
        bus.pass(.publish, build, on: 0, to: "conductor")
        bus.pass(.deliver(redelivered: false), build, on: 1, to: "conductor")
        bus.pass(.publish, build, on: 2, to: "conductor")
        bus.pass(.deliver(redelivered: false), build, on: 3, to: "conductor")
        bus.finish()
        let (participants, owner) = bus.correlator.naming.participants()
        #expect(owner[0].map { participants[$0].service } == "nova-api")
        #expect(owner[2].flatMap { participants[$0].service } == nil)
        #expect(!bus.correlator.naming.areOneProcess(0, 2))
        #expect(bus.messages.map(\.amqp?.republished) == [1])
        #expect(bus.messages.map(\.deliveries.count) == [2])
    }

    @Test func `both sides of a proxy are one connection: one publish, one delivery, one process`() {
        var bus = BusScript()
        let names = [
            "nova-api:7:6f6c1d1e-0000-4000-8000-00000000000a", "nova-conductor:8:6f6c1d1e-0000-4000-8000-00000000000b",
        ]
        for (connection, name) in [(0, names[0]), (1, names[0]), (2, names[1]), (3, names[1])] {
            bus.named(connection, name)
        }
        bus.pass(.publish, request, on: 0, to: "conductor")
        bus.pass(.publish, request, on: 1, to: "conductor")
        bus.pass(.deliver(redelivered: false), request, on: 2, to: "conductor")
        bus.pass(.deliver(redelivered: false), request, on: 3, to: "conductor")
        bus.finish()
        #expect(bus.messages.map(\.amqp?.republished) == [0])
        #expect(bus.messages[0].deliveries.count == 1)
        #expect(bus.correlator.naming.participants().participants.count == 2)
    }

    @Test func `a fanout through a stream queue is one message, its topic known`() {
        var bus = BusScript()
        let update = BusScript.request("update_instance_info", unique: "u1")
        for connection in [1, 2] { bus.consumes(connection, "scheduler_fanout") }
        bus.pass(.publish, update, on: 0, to: "", exchange: "scheduler_fanout")
        for connection in [1, 2] {
            bus.pass(.deliver(redelivered: false), update, on: connection, to: "", exchange: "scheduler_fanout")
        }
        bus.finish()
        #expect(bus.messages.map(\.kind) == [.fanout])
        #expect(bus.messages[0].deliveries.count == 2)
        #expect(
            bus.correlator.naming.participants().participants.map(\.service) == [
                "nova-compute", "nova-scheduler", "nova-scheduler",
            ])
    }
}
