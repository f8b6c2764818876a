import OpenStack
import Testing
import Trace

@testable import Correlation

@Suite struct `Connections that are over make room` {
    private let queue = "reply_00112233445566778899aabbccddeeff"
    private var limits: CorrelationLimits {
        var limits = CorrelationLimits.live
        limits.connections = 100
        limits.messages = 50
        return limits
    }

    private func name(_ process: Int, _ connection: Int) -> String {
        let digits = String(connection)
        return "python3:\(process + 1):6f6c1d1e-0000-4000-8000-"
            + String(repeating: "0", count: 12 - digits.count) + digits
    }

    /// One connection of a process: what it says is one cast.
    private func use(_ bus: inout BusScript, _ connection: Int, process: Int) {
        bus.open(connection)
        bus.named(connection, name(process, connection))
        if connection == process { bus.consumes(connection, "compute.host\(process)") }
        bus.pass(
            .publish, BusScript.request("ping", unique: "u\(connection)"), on: connection,
            to: "nobody")
        bus.close(connection)
    }

    @Test func `the tables stay near the limit, and a process keeps the name that its first connection told`() {
        var bus = BusScript(limits: limits, connections: 0)
        for connection in 0..<5000 {
            use(&bus, connection, process: connection % 5)
            bus.expire()
            bus.forget()
            let counts = bus.correlator.counts
            #expect(counts.connections <= 130)
            #expect(counts.unsettled <= 1)
            #expect(counts.identities <= 5)
        }
        #expect(bus.correlator.forgottenConnections + bus.correlator.naming.count == 5000)
        let (participants, owner) = bus.correlator.naming.participants()
        #expect(participants.map(\.label).sorted() == (0..<5).map { "nova-compute@host\($0)" })
        for connection in 4950..<5000 as Range<ConnectionID> {
            let participant = owner[connection].map { participants[$0] }
            #expect(participant?.label == "nova-compute@host\(connection.index % 5)")
            #expect(participant?.pid == connection.index % 5 + 1)
        }
    }

    @Test func `connections that are open, or that a kept message refers to, stay`() {
        var limits = limits
        limits.messages = 1
        var bus = BusScript(limits: limits, connections: 0)
        bus.open(0)
        bus.open(1)
        bus.pass(
            .deliver(redelivered: false), BusScript.request("ping", unique: "u", call: "m", replyQueue: queue), on: 1,
            to: "conductor")
        bus.close(1)
        bus.open(2)
        bus.close(2)
        for connection in 3..<1000 {
            use(&bus, connection, process: connection + 1000)
            bus.expire()
            bus.forget { $0 == 2 }
        }
        let naming = bus.correlator.naming
        #expect(naming.keeps(0), "it is open")
        #expect(naming.keeps(1), "an open call refers to it")
        #expect(naming.keeps(2), "a message that is retained refers to it")
        #expect(!naming.keeps(3))
        #expect(naming.count <= 130)
    }

    @Test func `of more open ones than the limit the newest are not kept, and others are as soon as some end`() {
        var bus = BusScript(limits: limits, connections: 0)
        let kept = (0..<150).map { bus.open($0) }
        #expect(kept == (0..<150).map { $0 < 100 })
        bus.named(120, name(1, 120))
        bus.consumes(120, "compute.host1")
        #expect(bus.correlator.naming.participants().participants.isEmpty)
        bus.close(3)
        let later = [bus.open(150), bus.open(151)]
        #expect(later == [true, false])
    }

    @Test func `nothing is forgotten where a trace is kept whole`() {
        var limits = CorrelationLimits.replay
        limits.connections = 100
        var bus = BusScript(limits: limits, connections: 0)
        for connection in 0..<400 {
            use(&bus, connection, process: connection % 5)
            #expect(bus.forget().isEmpty)
        }
        #expect(bus.correlator.naming.count == 100)
        #expect(bus.correlator.naming.keeps(0))
        #expect(!bus.correlator.naming.keeps(100))
    }

    @Test func `with messages that refer to all of them, looking for one to forget stays rare`() {
        var bus = BusScript(limits: limits, connections: 0)
        var looks = 0
        for connection in 0..<5000 {
            bus.open(connection)
            bus.close(connection)
            if bus.correlator.hasTooManyConnections { looks += 1 }
            bus.forget { _ in true }
        }
        #expect(bus.correlator.naming.count == 5000)
        #expect(looks < 40)
        bus.forget()
        for connection in 5000..<10_000 {
            bus.open(connection)
            bus.close(connection)
            bus.forget()
        }
        #expect(bus.correlator.naming.count <= 130)
    }

    @Test func `a reply queue of a forgotten consumer still leads to its process`() {
        var bus = BusScript(limits: limits, connections: 0)
        bus.open(0)
        bus.consumes(0, queue)
        bus.open(1)
        bus.pass(
            .publish, BusScript.request("select_destinations", unique: "u", call: "m", replyQueue: queue), on: 1,
            to: "scheduler")
        bus.close(0)
        for connection in 2..<500 {
            use(&bus, connection, process: connection + 1000)
            bus.expire()
            bus.forget()
        }
        #expect(!bus.correlator.naming.keeps(0))
        bus.open(500)
        bus.consumes(500, queue)
        #expect(bus.correlator.naming.areOneProcess(1, 500))
        let (participants, owner) = bus.correlator.naming.participants()
        #expect(owner[500].map { participants[$0].label } == "nova-conductor")
    }

    @Test func `what a forgotten connection's updates told passes to another one of its process`() {
        let instance = "2672332b-b870-49a9-bbeb-902381dffe38"
        var bus = BusScript(limits: limits, connections: 3)
        bus.named(2, name(70, 2))
        bus.open(9998)
        bus.named(9998, name(70, 9998))
        func update(_ number: Int, on notifier: Int) {
            let save = BusScript.request("object_action", unique: "s\(number)", call: "m\(number)") {
                $0.objectMethod = "Instance.save"
                $0.instances = [instance]
            }
            bus.pass(.deliver(redelivered: false), save, on: 1, to: "conductor")
            bus.pass(
                .publish, BusScript.update(of: instance, unique: "n\(number)"), on: notifier, to: "notifications.info")
            let reply = BusScript.reply(to: "m\(number)", unique: "r\(number)")
            bus.pass(.publish, reply, on: 1, to: queue, exchange: "")
        }
        update(0, on: 2)
        bus.close(2)
        for connection in 10..<500 {
            use(&bus, connection, process: connection + 1000)
            bus.expire()
            bus.forget()
        }
        #expect(!bus.correlator.naming.keeps(2))
        update(1, on: 9998)
        bus.finish()
        let (participants, owner) = bus.correlator.naming.participants()
        #expect(owner[9998].map { participants[$0].label } == "nova-conductor")
    }
}

@Suite struct `A call that was parked` {
    @Test func `is still the one that its request belongs to`() {
        var limits = CorrelationLimits.live
        limits.messages = 8
        var bus = BusScript(limits: limits)
        let request = { (number: Int) in
            BusScript.request("ping", unique: "u\(number)", call: "m\(number)", replyQueue: "reply_x")
        }
        bus.pass(.publish, request(0), on: 0, to: "conductor")
        for number in 1...50 {
            bus.pass(.publish, request(number), on: 0, to: "conductor")
            bus.expire()
        }
        #expect(bus.correlator.counts.parkedCalls > 0)
        bus.pass(.publish, BusScript.reply(to: "m0", unique: "r0"), on: 1, to: "reply_x", exchange: "")
        bus.finish()
        let call = bus.calls.first { $0.messageID == "m0" }
        #expect(call?.outcome == .ok)
        #expect(call?.id == bus.messages.first { $0.uniqueID == "u0" }?.call)
        #expect(call?.id == bus.messages.first { $0.uniqueID == "r0" }?.call)
    }

    @Test func `is let go beyond their limit, oldest first`() {
        var limits = CorrelationLimits.live
        limits.messages = 1
        limits.parkedCalls = 10
        var bus = BusScript(limits: limits)
        for number in 0..<1000 {
            bus.pass(
                .publish, BusScript.request("ping", unique: "u\(number)", call: "m\(number)", replyQueue: "reply_x"),
                on: 0, to: "conductor")
            bus.expire()
            #expect(bus.correlator.counts.parkedCalls <= 10)
        }
        #expect(bus.calls.map(\.messageID) == (0..<989).map { "m\($0)" })
    }

    @Test func `no longer holds its save open when it is answered`() {
        let instance = "2672332b-b870-49a9-bbeb-902381dffe38"
        var limits = CorrelationLimits.live
        limits.messages = 4
        var bus = BusScript(limits: limits)
        let save = BusScript.request("object_action", unique: "s", call: "m", replyQueue: "reply_x") {
            $0.objectMethod = "Instance.save"
            $0.instances = [instance]
        }
        bus.pass(.deliver(redelivered: false), save, on: 1, to: "conductor")
        for number in 0..<20 {
            bus.pass(
                .publish, BusScript.request("ping", unique: "u\(number)", call: "c\(number)", replyQueue: "reply_x"),
                on: 0, to: "conductor")
            bus.expire()
        }
        bus.pass(.publish, BusScript.reply(to: "m", unique: "r"), on: 1, to: "reply_x", exchange: "")
        for number in 0..<2 {
            bus.pass(
                .publish, BusScript.update(of: instance, unique: "n\(number)"), on: 3, to: "notifications.info")
        }
        #expect(bus.correlator.openSaves.conclusions.isEmpty)
    }
}

@Suite struct `A message that is delivered again and again` {
    @Test func `keeps as many deliveries as the limit, the last among them`() {
        var limits = CorrelationLimits.live
        limits.deliveriesPerMessage = 10
        var bus = BusScript(limits: limits)
        let request = BusScript.request("ping", unique: "u")
        for number in 0..<1000 {
            bus.pass(.deliver(redelivered: number > 0), request, on: 0, to: "conductor")
        }
        bus.finish()
        #expect(bus.messages.map(\.deliveries.count) == [10])
        #expect(bus.messages.first?.deliveries.last?.at == bus.now)
        #expect(bus.messages.allSatisfy { $0.packets.count <= 10 })
    }
}
