import Protocols
import TestSupport
import Trace

/// A connection from its protocol header to its end, as an oslo.messaging client leads it, somewhat denser.
enum Conversation {
    static let password = "s3cr3t-password"

    static let pieces: [Piece] = [
        (.first, AMQPBuilder.protocolHeader),
        (.second, AMQPBuilder.start()),
        (.first, AMQPBuilder.startOk(connectionName: "nova-api:7:8efe", response: password)),
        (.second, AMQPBuilder.tune(ok: false)),
        (.first, AMQPBuilder.tune(ok: true) + AMQPBuilder.method(0, 10, 40) { $0.shortstr("/").shortstr("").octet(0) }),
        (.second, AMQPBuilder.method(0, 10, 41) { $0.shortstr("") }),
        (.first, AMQPBuilder.channelOpen(1)),
        (.second, AMQPBuilder.channelOpenOk(1)),
        (.first, declare + AMQPBuilder.confirmSelect(1)),
        (.second, AMQPBuilder.method(1, 40, 11) + AMQPBuilder.confirmSelectOk(1)),
        (.first, request(1, key: "conductor", body: json(300))),
        (.second, AMQPBuilder.ack(1, 1)),
        (.first, AMQPBuilder.channelOpen(2) + consume),
        (.second, AMQPBuilder.channelOpenOk(2) + AMQPBuilder.method(2, 60, 21) { $0.shortstr("2") }),
        (.second, delivery(2, tag: 1, body: json(700), frame: 256) + AMQPBuilder.heartbeat),
        (.first, AMQPBuilder.ack(2, 1) + request(1, key: "", body: []) + AMQPBuilder.heartbeat),
        (.second, interleaved),
        (.first, AMQPBuilder.reject(2, 2, requeue: true)),
        (.second, returned + AMQPBuilder.ack(1, 2, multiple: true)),
        (.first, AMQPBuilder.close(2, code: 200, text: "") + AMQPBuilder.close(0, code: 200, text: "bye")),
        (.second, AMQPBuilder.closeOk(2) + AMQPBuilder.closeOk(0)),
    ]

    /// A body as JSON text of about that many bytes.
    static func json(_ count: Int) -> [UInt8] {
        Array(#"{"oslo.version":"2.0","oslo.message":"\#(String(repeating: "x", count: count))"}"#.utf8)
    }

    static func request(_ channel: UInt16, key: String, body: [UInt8]) -> [UInt8] {
        AMQPBuilder.publish(channel, exchange: "nova", routingKey: key) + AMQPBuilder.content(channel, body)
    }

    static func delivery(_ channel: UInt16, tag: UInt64, body: [UInt8], frame: Int = 131_064) -> [UInt8] {
        AMQPBuilder.deliver(
            channel, tag: tag, consumer: "2", exchange: "", routingKey: "reply_b70e097336b74dc99a43996054b74fff")
            + AMQPBuilder.content(channel, body, frame: frame)
    }

    private static let declare = AMQPBuilder.method(1, 40, 10) {
        $0.short(0).shortstr("nova").shortstr("topic").octet(0).table([
            AMQPBuilder.entry("x-expires", "I", [0, 0, 1, 0])
        ])
    }

    private static let consume = AMQPBuilder.method(2, 60, 20) {
        $0.short(0).shortstr("reply_b70e097336b74dc99a43996054b74fff").shortstr("2").octet(0).table()
    }

    /// A delivery on channel 2 between the parts of a basic.get-ok on channel 1.
    private static let interleaved =
        AMQPBuilder.method(1, 60, 71) { $0.longlong(1).octet(0).shortstr("nova").shortstr("conductor").long(0) }
        + AMQPBuilder.header(1, bodySize: 6)
        + AMQPBuilder.deliver(2, tag: 2, consumer: "2", exchange: "nova", routingKey: "k")
        + AMQPBuilder.body(1, [1, 2, 3])
        + AMQPBuilder.header(2, bodySize: 2)
        + AMQPBuilder.body(1, [4, 5, 6])
        + AMQPBuilder.body(2, [0xCE, 0xCE])

    private static let returned =
        AMQPBuilder.returned(1, exchange: "nova", routingKey: "") + AMQPBuilder.content(1, [])

    static var log: EventLog { decode(pieces).log }
}
