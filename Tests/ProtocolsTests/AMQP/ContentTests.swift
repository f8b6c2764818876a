import TestSupport
import Testing
import Trace

@testable import Protocols

@Suite struct `Contents` {
    private let publish = AMQPBuilder.publish(1, exchange: "nova", routingKey: "k")
    private let whole = Conversation.request(1, key: "k", body: [7, 8, 9])

    @Test func `a zero-length body is complete at its header`() {
        let log = decodeClient(publish + AMQPBuilder.header(1, bodySize: 0) + whole)
        #expect(log.bodies == [[], [7, 8, 9]])
        #expect(log.anomalies.isEmpty)
    }

    @Test func `a body frame without bytes changes nothing`() {
        let log = decodeClient(
            publish + AMQPBuilder.header(1, bodySize: 2) + AMQPBuilder.body(1, []) + AMQPBuilder.body(1, [1, 2]))
        #expect(log.bodies == [[1, 2]])
        #expect(log.anomalies.isEmpty)
    }

    @Test func `a body is one, over as many frames as it has bytes`() {
        let body = Conversation.json(400)
        let log = decodeClient(publish + AMQPBuilder.content(1, body, frame: 1) + whole)
        #expect(log.bodies == [body, [7, 8, 9]])
        #expect(log.contents.map(\.isTruncated) == [false, false])
        #expect(log.anomalies.isEmpty)
    }

    @Test func `a body size of 2^63 reserves nothing and ends with the stream`() {
        for size in [UInt64(1) << 63, .max] {
            let log = decodeClient(publish + AMQPBuilder.header(1, bodySize: size) + AMQPBuilder.body(1, [1, 2]))
            #expect(log.contents.map(\.bodySize) == [size])
            #expect(log.contents.map(\.isTruncated) == [true])
            #expect(log.bodies == [[1, 2]])
            #expect(log.kinds == [.contentTruncated])
        }
    }

    @Test func `more body than announced is cut to what was announced`() {
        let log = decodeClient(publish + AMQPBuilder.header(1, bodySize: 2) + AMQPBuilder.body(1, [1, 2, 3]) + whole)
        #expect(log.kinds == [.contentBodyTooLong])
        #expect(log.bodies == [[1, 2], [7, 8, 9]])
    }

    @Test func `a further body after the last is no part of anything`() {
        let log = decodeClient(whole + AMQPBuilder.body(1, [1]) + whole)
        #expect(log.kinds == [.contentBodyUnexpected])
        #expect(log.bodies == [[7, 8, 9], [7, 8, 9]])
    }

    @Test func `a body without a header drops the content`() {
        let log = decodeClient(publish + AMQPBuilder.body(1, [1]) + whole)
        #expect(log.kinds == [.contentBodyUnexpected])
        #expect(log.bodies == [[7, 8, 9]])
    }

    @Test func `a header without a method, or a second one, is dropped`() {
        #expect(decodeClient(whole + AMQPBuilder.header(1, bodySize: 1) + whole).kinds == [.contentHeaderUnexpected])
        let log = decodeClient(
            publish + AMQPBuilder.header(1, bodySize: 9) + AMQPBuilder.header(1, bodySize: 1) + whole)
        #expect(log.kinds == [.contentHeaderUnexpected])
        #expect(log.bodies == [[7, 8, 9]])
    }

    @Test func `a method while content is due drops the content`() {
        for partial in [publish, publish + AMQPBuilder.header(1, bodySize: 9) + AMQPBuilder.body(1, [1])] {
            let log = decodeClient(partial + whole)
            #expect(log.kinds == [.contentInterrupted])
            #expect(log.bodies == [[7, 8, 9]])
            #expect(log.contents.map(\.id) == [1])
        }
    }

    @Test func `a header of another class drops the content`() {
        let log = decodeClient(publish + AMQPBuilder.header(1, bodySize: 1, classID: 70) + whole)
        #expect(log.kinds == [.contentClassUnknown])
        #expect(log.bodies == [[7, 8, 9]])
    }

    @Test func `a header under 14 bytes drops the content`() {
        for count in 0..<14 {
            let short = AMQPBuilder.frame(
                2, 1, Array(AMQPBuilder().short(60).short(0).longlong(1).short(0).bytes[..<count]))
            let log = decodeClient(publish + short + whole)
            #expect(log.kinds == [.contentHeaderMalformed])
            #expect(log.bodies == [[7, 8, 9]])
        }
    }

    @Test func `bodies of two channels interleave`() {
        let log = decodeClient(
            publish + AMQPBuilder.publish(2, exchange: "x", routingKey: "y") + AMQPBuilder.header(1, bodySize: 4)
                + AMQPBuilder.header(2, bodySize: 4) + AMQPBuilder.body(1, [1, 2]) + AMQPBuilder.body(2, [5, 6])
                + AMQPBuilder.heartbeat + AMQPBuilder.body(2, [7, 8]) + AMQPBuilder.body(1, [3, 4]))
        #expect(log.contents.map(\.id) == [1, 0])
        #expect(log.bodies == [[5, 6, 7, 8], [1, 2, 3, 4]])
        #expect(log.anomalies.isEmpty)
    }

    @Test func `a publish and a delivery on one channel at once keep their own properties`() {
        let text = AMQPBuilder().shortstr("text/plain").bytes
        let json = AMQPBuilder().shortstr("application/json").bytes
        let (log, _) = decode([
            (.first, AMQPBuilder.protocolHeader),
            (.first, publish + AMQPBuilder.header(1, bodySize: 2, flags: 0x8000, properties: json)),
            (
                .second,
                AMQPBuilder.deliver(1, tag: 1, exchange: "", routingKey: "q")
                    + AMQPBuilder.header(1, bodySize: 4, flags: 0x8000, properties: text)
            ),
            (.first, AMQPBuilder.body(1, [0x7B, 0x7D])), (.second, AMQPBuilder.body(1, [1, 2, 3, 4])),
        ])
        #expect(log.contents.map(\.properties.contentType) == ["application/json", "text/plain"])
        #expect(log.contents.map(\.side) == [.client, .server])
        #expect(log.bodies == [[0x7B, 0x7D], [1, 2, 3, 4]])
    }

    @Test func `a body above the limit is cut there and counted on`() {
        var limits = Limits()
        limits.bodySize = 1000
        let body = [UInt8](repeating: 0x20, count: 3000)
        let bytes = publish + AMQPBuilder.content(1, body, frame: 700) + whole
        let log = decodeClient(bytes, limits: limits)
        #expect(log.kinds == [.bodyAboveLimit])
        #expect(log.bodies.map(\.count) == [1000, 3])
        #expect(log.contents.map(\.isTruncated) == [true, false])
        #expect(log.contents[0].bodySize == 3000)
    }

    @Test func `a channel that is used again after its close begins afresh`() {
        let (log, _) = decode([
            (.first, AMQPBuilder.protocolHeader + AMQPBuilder.channelOpen(1)),
            (.second, AMQPBuilder.start() + AMQPBuilder.channelOpenOk(1) + Conversation.delivery(1, tag: 1, body: [1])),
            (.second, AMQPBuilder.deliver(1, tag: 2, exchange: "", routingKey: "k")),
            (.first, AMQPBuilder.closeOk(1) + AMQPBuilder.channelOpen(1)),
            (.second, AMQPBuilder.channelOpenOk(1) + Conversation.delivery(1, tag: 1, body: [2])),
            (.first, AMQPBuilder.ack(1, 1)),
        ])
        #expect(log.settlements.map { Array($0.contentIDs) } == [[2]])
        #expect(log.contents.map(\.isTruncated) == [false, true, false])
    }

    @Test func `channels above the limit are reported and not followed`() {
        var limits = Limits()
        limits.channels = 2
        let bytes = (1...4).flatMap { Conversation.request(UInt16($0), key: "k", body: [UInt8($0)]) }
        let log = decodeClient(bytes, limits: limits)
        #expect(log.bodies == [[1], [2]])
        #expect(Set(log.kinds) == [.channelsAboveLimit])
        #expect(log.names.count == 4)
    }
}

@Suite struct `Settlements` {
    private let open = AMQPBuilder.protocolHeader + AMQPBuilder.channelOpen(1)

    private func publishes(_ count: Int) -> [UInt8] {
        (0..<count).flatMap { _ in Conversation.request(1, key: "k", body: []) }
    }

    private func deliveries(_ tags: [UInt64]) -> [UInt8] {
        AMQPBuilder.start() + tags.flatMap { Conversation.delivery(1, tag: $0, body: []) }
    }

    private func settled(_ log: EventLog) -> [String] {
        log.settlements.map { "\($0.kind) \(Array($0.contentIDs))" }
    }

    @Test func `confirms count from the first publish after confirm.select`() {
        let (log, _) = decode([
            (.first, open + publishes(1) + AMQPBuilder.confirmSelect(1) + publishes(3)),
            (.second, AMQPBuilder.start() + AMQPBuilder.ack(1, 2) + AMQPBuilder.ack(1, 1) + AMQPBuilder.nack(1, 3)),
        ])
        #expect(settled(log) == ["confirmed [2]", "confirmed [1]", "nacked [3]"])
    }

    @Test func `multiple confirms all up to the tag that were not confirmed yet, tag 0 all`() {
        let (log, _) = decode([
            (.first, open + AMQPBuilder.confirmSelect(1) + publishes(6)),
            (
                .second,
                AMQPBuilder.start() + AMQPBuilder.ack(1, 2) + AMQPBuilder.ack(1, 4, multiple: true)
                    + AMQPBuilder.ack(1, 0, multiple: true) + AMQPBuilder.ack(1, 0)
            ),
        ])
        #expect(settled(log) == ["confirmed [1]", "confirmed [0, 2, 3]", "confirmed [4, 5]"])
    }

    @Test func `a returned message is returned first, confirmed then`() {
        let (log, _) = decode([
            (.first, open + AMQPBuilder.confirmSelect(1) + publishes(1)),
            (
                .second,
                AMQPBuilder.start() + AMQPBuilder.returned(1, exchange: "nova", routingKey: "k")
                    + AMQPBuilder.content(1, [1]) + AMQPBuilder.ack(1, 1)
            ),
        ])
        #expect(settled(log) == ["confirmed [0]"])
        #expect(
            log.contents.last?.method
                == .return(BasicReturn(replyCode: 312, replyText: "NO_ROUTE", exchange: "nova", routingKey: "k")))
    }

    @Test func `a confirm of a publish that was not seen starts the learning again`() {
        let (log, _) = decode([
            (.first, open + AMQPBuilder.confirmSelect(1) + publishes(1)),
            (.second, AMQPBuilder.start() + AMQPBuilder.ack(1, 500)),
        ])
        #expect(settled(log).isEmpty)
        #expect(log.kinds == [.confirmNumberingLost])
    }

    @Test func `a confirm that stands before its publish settles it all the same`() {
        let (log, _) = decode([
            (.first, open + AMQPBuilder.confirmSelect(1) + publishes(1)),
            (.second, AMQPBuilder.start() + AMQPBuilder.ack(1, 1) + AMQPBuilder.ack(1, 3, multiple: true)),
            (.first, publishes(2)), (.second, AMQPBuilder.ack(1, 5)), (.first, publishes(2)),
            (.second, AMQPBuilder.ack(1, 4)),
        ])
        #expect(settled(log) == ["confirmed [0]", "confirmed [1]", "confirmed [2]", "confirmed [4]", "confirmed [3]"])
        #expect(log.settlements.map(\.stamp.number) == [2, 2, 2, 4, 6])
        #expect(log.anomalies.isEmpty)
    }

    @Test func `in mid-stream two single confirms in step teach the numbering`() {
        let (log, _) = decode(
            [
                (.first, publishes(1)), (.second, AMQPBuilder.ack(1, 41)), (.first, publishes(1)),
                (.second, AMQPBuilder.ack(1, 42)), (.first, publishes(2)),
                (.second, AMQPBuilder.ack(1, 44, multiple: true)),
            ], sawHandshake: false)
        #expect(settled(log) == ["confirmed [0]", "confirmed [1]", "confirmed [2, 3]"])
        #expect(log.settlements.map(\.stamp.number) == [2, 4, 6])
    }

    @Test func `in mid-stream nothing is joined while it is not sure`() {
        let (log, _) = decode(
            [
                // Of a publish before the capture began; then two under way at once; then out of step.
                (.second, AMQPBuilder.ack(1, 40)), (.first, publishes(2)), (.second, AMQPBuilder.ack(1, 41)),
                (.second, AMQPBuilder.ack(1, 42)), (.first, publishes(1)), (.second, AMQPBuilder.ack(1, 43)),
            ], sawHandshake: false)
        #expect(settled(log).isEmpty)
        #expect(log.anomalies.isEmpty)
    }

    @Test func `acknowledgements go by delivery tag, in mid-stream too`() {
        let (log, _) = decode(
            [
                (.second, deliveries([70, 71, 72, 73, 74])),
                (
                    .first,
                    AMQPBuilder.ack(1, 71) + AMQPBuilder.reject(1, 70, requeue: false) + AMQPBuilder.ack(1, 69)
                        + AMQPBuilder.nack(1, 73, multiple: true, requeue: true) + AMQPBuilder.ack(1, 71)
                        + AMQPBuilder.ack(1, 0, multiple: true)
                ),
            ], sawHandshake: false)
        #expect(settled(log) == ["acknowledged [1]", "rejected [0]", "requeued [2, 3]", "acknowledged [4]"])
    }

    @Test func `basic.recover gives all deliveries back`() {
        let recover = AMQPBuilder.method(1, 60, 110) { $0.octet(1) }
        let (log, _) = decode([(.first, open), (.second, deliveries([1, 2])), (.first, recover)])
        #expect(settled(log) == ["requeued [0, 1]"])
    }

    @Test func `deliveries to a consumer without acknowledgement do not wait for one`() {
        let consume = AMQPBuilder.method(1, 60, 20) { $0.short(0).shortstr("q").shortstr("2").octet(2).table() }
        let (log, _) = decode([
            (.first, open + consume), (.second, deliveries([1, 2])), (.first, AMQPBuilder.ack(1, 0, multiple: true)),
        ])
        #expect(log.settlements.isEmpty)
        #expect(log.contents.count == 2)
    }

    @Test func `more waiting deliveries than the limit forget the oldest, once reported`() {
        var limits = Limits()
        limits.outstanding = 4
        let (log, _) = decode(
            [
                (.first, open), (.second, deliveries([1, 2, 3, 4, 5, 6, 7, 8, 9])),
                (.first, AMQPBuilder.ack(1, 9, multiple: true)),
            ], limits: limits)
        #expect(log.kinds == [.outstandingAboveLimit])
        #expect(settled(log) == ["acknowledged [6, 7, 8]"])
    }
}
