import Correlation
import Testing
import Trace

@testable import OpenStack

/// Who reads another queue than the message was sent to is not who takes it.
@Suite struct `A delivery` {
    private let cast = BusScript.request("build", unique: "u1")
    private let call = BusScript.request("select", unique: "u2", call: "c1", replyQueue: "reply_1")

    private func from(_ queue: String?, isFetched: Bool = false, diedIn: String? = nil) -> DeliveryOrigin? {
        DeliveryOrigin(
            queue: queue, isFetched: isFetched,
            death: diedIn.map { AsideDelivery.Death(queue: $0, reason: "expired") })
    }

    private func played(_ origin: DeliveryOrigin?, exchange: String = "nova", to key: String = "compute.cmp1")
        -> Message?
    {
        var bus = BusScript()
        bus.pass(.publish, cast, on: 0, to: "compute.cmp1")
        bus.pass(.deliver(redelivered: false), cast, on: 1, to: key, exchange: exchange, origin: origin)
        bus.finish()
        return bus.messages.first
    }

    @Test func `out of the queue that is named as the routing key takes the message`() throws {
        for origin in [from("compute.cmp1"), from("compute.cmp1", diedIn: "compute.cmp1"), nil] {
            let message = try #require(played(origin))
            #expect(message.deliveries.count == 1 && message.asides.isEmpty)
        }
    }

    @Test func `out of another queue, of a dead letter, or that was fetched does not`() throws {
        for origin in [
            from("audit"), from(nil, diedIn: "compute.cmp1"), from("dead", diedIn: "compute.cmp1"),
            from("compute.cmp1", isFetched: true),
        ] {
            let message = try #require(played(origin))
            #expect(message.isUntaken && message.asides.count == 1)
        }
        let copy = try #require(played(nil, exchange: "amq.rabbitmq.trace", to: "publish.nova"))
        #expect(copy.isUntaken && copy.asides.count == 1)
        let renamed = try #require(played(from("dead", diedIn: "compute.cmp1"), exchange: "", to: "dead"))
        #expect(renamed.isUntaken && renamed.asides.count == 1)
    }

    @Test func `that a shovel sent on to another queue takes the message`() throws {
        let message = try #require(played(from("compute.cmp9"), to: "compute.cmp9"))
        #expect(message.deliveries.count == 1 && message.asides.isEmpty)
    }

    @Test func `of a fanout is out of a queue that is named as its exchange`() throws {
        var bus = BusScript()
        bus.pass(.publish, cast, on: 0, to: "", exchange: "compute_fanout")
        for (connection, queue) in [(1, "compute_fanout_4f1d"), (2, "audit")] {
            bus.pass(
                .deliver(redelivered: false), cast, on: connection, to: "", exchange: "compute_fanout",
                origin: from(queue))
        }
        bus.finish()
        let message = try #require(bus.messages.first)
        #expect(message.deliveries.map(\.connection) == [1])
        #expect(message.asides.map(\.delivery.connection) == [2])
    }

    @Test func `to somebody else neither serves a call nor brings its answer`() throws {
        let reply = BusScript.reply(to: "c1", unique: "u3")
        var bus = BusScript()
        bus.pass(.publish, call, on: 0, to: "scheduler")
        let copy = bus.pass(.deliver(redelivered: false), call, on: 2, to: "scheduler", origin: from("audit"))
        bus.acknowledge(copy, .taken, on: 2)
        bus.pass(.deliver(redelivered: false), call, on: 1, to: "scheduler", origin: from("scheduler"))
        bus.pass(.publish, reply, on: 1, to: "reply_1", exchange: "")
        bus.pass(.deliver(redelivered: false), reply, on: 2, to: "reply_1", exchange: "", origin: from("audit"))
        bus.finish()
        let answered = try #require(bus.calls.first)
        #expect(answered.serverConnection == 1)
        #expect(answered.replyFate == nil, "nobody was seen to get the answer")
        let request = try #require(bus.messages.first)
        #expect(request.asides.first?.delivery.acknowledgedAt != nil)
        #expect(request.deliveries.first?.acknowledgedAt == nil)
    }
}
