/// A value: bytes in the making, field by field, in AMQP's types (AMQP 0-9-1, 4.2.1).
package struct AMQPBuilder {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package func octet(_ value: UInt8) -> AMQPBuilder { adding([value]) }
    package func short(_ value: UInt16) -> AMQPBuilder { adding(AMQPBuilder.bigEndian(value)) }
    package func long(_ value: UInt32) -> AMQPBuilder { adding(AMQPBuilder.bigEndian(value)) }
    package func longlong(_ value: UInt64) -> AMQPBuilder { adding(AMQPBuilder.bigEndian(value)) }
    package func raw(_ value: [UInt8]) -> AMQPBuilder { adding(value) }

    /// A length octet and the text, cut to 255 bytes.
    package func shortstr(_ text: String) -> AMQPBuilder {
        let utf8 = Array(text.utf8.prefix(255))
        return octet(UInt8(utf8.count)).raw(utf8)
    }

    package func longstr(_ text: [UInt8]) -> AMQPBuilder { long(UInt32(text.count)).raw(text) }
    package func longstr(_ text: String) -> AMQPBuilder { longstr(Array(text.utf8)) }

    /// A table with the entries given as bytes; `AMQPBuilder.entry` makes them.
    package func table(_ entries: [[UInt8]] = []) -> AMQPBuilder { longstr(entries.flatMap { $0 }) }

    private func adding(_ more: [UInt8]) -> AMQPBuilder {
        var copy = self
        copy.bytes += more
        return copy
    }

    private static func bigEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }
}

/// Fields of tables.
extension AMQPBuilder {
    /// A name, a type octet and the bytes of the value.
    package static func entry(_ name: String, _ type: Character, _ value: [UInt8] = []) -> [UInt8] {
        AMQPBuilder().shortstr(name).octet(type.asciiValue ?? 0).raw(value).bytes
    }

    package static func entry(_ name: String, _ text: String) -> [UInt8] {
        entry(name, "S", AMQPBuilder().longstr(text).bytes)
    }
}

/// Frames.
extension AMQPBuilder {
    package static let protocolHeader: [UInt8] = [0x41, 0x4D, 0x51, 0x50, 0, 0, 9, 1]
    package static let heartbeat: [UInt8] = [8, 0, 0, 0, 0, 0, 0, 0xCE]

    package static func frame(_ type: UInt8, _ channel: UInt16, _ payload: [UInt8]) -> [UInt8] {
        AMQPBuilder().octet(type).short(channel).longstr(payload).octet(0xCE).bytes
    }

    package static func method(
        _ channel: UInt16, _ classID: UInt16, _ methodID: UInt16,
        _ arguments: (AMQPBuilder) -> AMQPBuilder = { $0 }
    ) -> [UInt8] {
        frame(1, channel, arguments(AMQPBuilder().short(classID).short(methodID)).bytes)
    }

    /// A content header; without properties unless their flags and bytes are given.
    package static func header(
        _ channel: UInt16, bodySize: UInt64, flags: UInt16 = 0, properties: [UInt8] = [], classID: UInt16 = 60
    ) -> [UInt8] {
        frame(2, channel, AMQPBuilder().short(classID).short(0).longlong(bodySize).short(flags).raw(properties).bytes)
    }

    package static func body(_ channel: UInt16, _ bytes: [UInt8]) -> [UInt8] {
        frame(3, channel, bytes)
    }

    /// A header with the properties that oslo.messaging sends with a call, then the body in frames of that many bytes.
    package static func content(_ channel: UInt16, _ body: [UInt8], frame size: Int = 131_064) -> [UInt8] {
        let properties = AMQPBuilder().shortstr("application/json").shortstr("utf-8").table().octet(2).octet(0)
            .shortstr("60000")
        var bytes = header(channel, bodySize: UInt64(body.count), flags: 0xF900, properties: properties.bytes)
        for start in stride(from: 0, to: body.count, by: size) {
            bytes += AMQPBuilder.body(channel, Array(body[start..<min(start + size, body.count)]))
        }
        return bytes
    }
}

/// Methods.
extension AMQPBuilder {
    package static func publish(
        _ channel: UInt16, exchange: String, routingKey: String, mandatory: Bool = false
    ) -> [UInt8] {
        method(channel, 60, 40) {
            $0.short(0).shortstr(exchange).shortstr(routingKey).octet(mandatory ? 1 : 0)
        }
    }

    package static func deliver(
        _ channel: UInt16, tag: UInt64, consumer: String = "1", redelivered: Bool = false, exchange: String,
        routingKey: String
    ) -> [UInt8] {
        method(channel, 60, 60) {
            $0.shortstr(consumer).longlong(tag).octet(redelivered ? 1 : 0).shortstr(exchange).shortstr(routingKey)
        }
    }

    package static func ack(_ channel: UInt16, _ tag: UInt64, multiple: Bool = false) -> [UInt8] {
        method(channel, 60, 80) { $0.longlong(tag).octet(multiple ? 1 : 0) }
    }

    package static func nack(
        _ channel: UInt16, _ tag: UInt64, multiple: Bool = false, requeue: Bool = false
    ) -> [UInt8] {
        method(channel, 60, 120) { $0.longlong(tag).octet((multiple ? 1 : 0) | (requeue ? 2 : 0)) }
    }

    package static func reject(_ channel: UInt16, _ tag: UInt64, requeue: Bool) -> [UInt8] {
        method(channel, 60, 90) { $0.longlong(tag).octet(requeue ? 1 : 0) }
    }

    package static func returned(
        _ channel: UInt16, code: UInt16 = 312, text: String = "NO_ROUTE", exchange: String, routingKey: String
    ) -> [UInt8] {
        method(channel, 60, 50) { $0.short(code).shortstr(text).shortstr(exchange).shortstr(routingKey) }
    }

    package static func start(major: UInt8 = 0, minor: UInt8 = 9) -> [UInt8] {
        method(0, 10, 10) {
            $0.octet(major).octet(minor).table([entry("product", "RabbitMQ")]).longstr("AMQPLAIN PLAIN")
                .longstr("en_US")
        }
    }

    package static func startOk(connectionName: String, response: String) -> [UInt8] {
        method(0, 10, 11) {
            $0.table([entry("product", "py-amqp"), entry("connection_name", connectionName)]).shortstr("AMQPLAIN")
                .longstr(response).shortstr("en_US")
        }
    }

    /// `connection.tune`, or `tune-ok`.
    package static func tune(
        ok: Bool, channelMax: UInt16 = 2047, frameMax: UInt32 = 131_072, heartbeat: UInt16 = 60
    ) -> [UInt8] {
        method(0, 10, ok ? 31 : 30) { $0.short(channelMax).long(frameMax).short(heartbeat) }
    }

    package static func channelOpen(_ channel: UInt16) -> [UInt8] { method(channel, 20, 10) { $0.shortstr("") } }
    package static func channelOpenOk(_ channel: UInt16) -> [UInt8] { method(channel, 20, 11) { $0.longstr("") } }

    package static func close(_ channel: UInt16, code: UInt16, text: String) -> [UInt8] {
        let isConnection = channel == 0
        return method(channel, isConnection ? 10 : 20, isConnection ? 50 : 40) {
            $0.short(code).shortstr(text).short(0).short(0)
        }
    }

    package static func closeOk(_ channel: UInt16) -> [UInt8] {
        channel == 0 ? method(0, 10, 51) : method(channel, 20, 41)
    }

    package static func confirmSelect(_ channel: UInt16) -> [UInt8] { method(channel, 85, 10) { $0.octet(0) } }
    package static func confirmSelectOk(_ channel: UInt16) -> [UInt8] { method(channel, 85, 11) }
}
