import Bytes

/// A machine that reads method payloads of one connection: `short` class, `short` method, then the arguments.
struct MethodDecoder {
    /// Method numbers of the version that `connection.start` or the protocol header named; `nil` in mid-stream.
    var is08: Bool?
    var names = ShortStringCache()
    private let shared: SharedLimits

    init(limits: SharedLimits) {
        shared = limits
    }

    var limits: Limits { shared.values }

    private static let layer: StaticString = "AMQP method"

    /// Reads the payload in `range`.
    ///
    /// Arguments that cannot be read give `.undecoded` and the error; bytes left after them give the method and an error.
    mutating func decode(_ bytes: RawSpan, _ range: Range<Int>) -> (method: Method, error: DecodeError?) {
        guard range.count >= 4 else {
            let error = DecodeError("ends before its number", layer: MethodDecoder.layer, offset: range.lowerBound)
            return (.undecoded(MethodID(0, 0), name: nil, argumentBytes: range.count), error)
        }
        let id = MethodID(code: bytes.uint32(at: range.lowerBound))
        let arguments = range.lowerBound + 4..<range.upperBound
        let (method, error) = decode(id, bytes, arguments, is08: is08 ?? false)
        guard error != nil, is08 == nil else { return (method, error) }
        let (older, olderError) = decode(id, bytes, arguments, is08: true)
        return olderError == nil ? (older, nil) : (method, error)
    }

    private mutating func decode(
        _ id: MethodID, _ bytes: RawSpan, _ range: Range<Int>, is08: Bool
    ) -> (Method, DecodeError?) {
        var cursor = ByteCursor(bytes, range, layer: MethodDecoder.layer)
        do throws(DecodeError) {
            var method = try typed(id, bytes, &cursor, is08: is08)
            if method == nil { method = try generic(definition(id, is08: is08), bytes, &cursor) }
            guard let method else { return (.undecoded(id, name: nil, argumentBytes: range.count), nil) }
            guard cursor.isAtEnd else {
                let error = DecodeError("has bytes after its last argument", layer: cursor.layer, offset: cursor.offset)
                return (method, error)
            }
            return (method, nil)
        } catch {
            return (.undecoded(id, name: definition(id, is08: is08)?.name, argumentBytes: range.count), error)
        }
    }

    private func definition(_ id: MethodID, is08: Bool) -> MethodDefinition? {
        is08 ? MethodTable.v08[id] : MethodTable.v091[id]
    }

    /// Reads the methods of class basic that come with every message, then the rarer ones.
    private mutating func typed(
        _ id: MethodID, _ bytes: RawSpan, _ cursor: inout ByteCursor, is08: Bool
    ) throws(DecodeError) -> Method? {
        switch id.code {
        case 60 << 16 | 40:
            try cursor.skip(2)
            let exchange = try names.read(bytes, &cursor)
            let routingKey = try names.read(bytes, &cursor)
            let bits = try cursor.readUInt8(bytes)
            return .basicPublish(
                BasicPublish(
                    exchange: exchange, routingKey: routingKey, mandatory: bits & 1 != 0, immediate: bits & 2 != 0))
        case 60 << 16 | 60:
            let tag = try names.read(bytes, &cursor)
            let deliveryTag = try cursor.readUInt64(bytes)
            let bits = try cursor.readUInt8(bytes)
            let exchange = try names.read(bytes, &cursor)
            return .basicDeliver(
                BasicDeliver(
                    consumerTag: tag, deliveryTag: deliveryTag, redelivered: bits & 1 != 0, exchange: exchange,
                    routingKey: try names.read(bytes, &cursor)))
        case 60 << 16 | 80:
            let tag = try cursor.readUInt64(bytes)
            return .basicAck(BasicAck(deliveryTag: tag, multiple: try cursor.readUInt8(bytes) & 1 != 0))
        default:
            switch id.classID {
            case 60: return try basic(id.methodID, bytes, &cursor, is08: is08)
            case 10: return try connection(id.methodID, bytes, &cursor, is08: is08)
            default: return try declaration(id, bytes, &cursor)
            }
        }
    }

    private mutating func basic(
        _ number: UInt16, _ bytes: RawSpan, _ cursor: inout ByteCursor, is08: Bool
    ) throws(DecodeError) -> Method? {
        switch number {
        case 20:
            try cursor.skip(2)
            let queue = try names.read(bytes, &cursor)
            let tag = try names.read(bytes, &cursor)
            let bits = try cursor.readUInt8(bytes)
            return .basicConsume(
                BasicConsume(
                    queue: queue, consumerTag: tag, noLocal: bits & 1 != 0, noAck: bits & 2 != 0,
                    isExclusive: bits & 4 != 0, noWait: bits & 8 != 0,
                    arguments: is08 ? FieldTable() : try FieldTable(bytes, &cursor, limits: limits)))
        case 21:
            return .basicConsumeOk(consumerTag: try names.read(bytes, &cursor))
        case 30:
            let tag = try names.read(bytes, &cursor)
            return .basicCancel(BasicCancel(consumerTag: tag, noWait: try cursor.readUInt8(bytes) & 1 != 0))
        case 50:
            let code = try cursor.readUInt16(bytes)
            let text = try names.read(bytes, &cursor)
            let exchange = try names.read(bytes, &cursor)
            let key = try names.read(bytes, &cursor)
            return .basicReturn(BasicReturn(replyCode: code, replyText: text, exchange: exchange, routingKey: key))
        case 71:
            let tag = try cursor.readUInt64(bytes)
            let bits = try cursor.readUInt8(bytes)
            let exchange = try names.read(bytes, &cursor)
            let key = try names.read(bytes, &cursor)
            return .basicGetOk(
                BasicGetOk(
                    deliveryTag: tag, redelivered: bits & 1 != 0, exchange: exchange, routingKey: key,
                    messageCount: try cursor.readUInt32(bytes)))
        case 90:
            let tag = try cursor.readUInt64(bytes)
            return .basicReject(BasicReject(deliveryTag: tag, requeue: try cursor.readUInt8(bytes) & 1 != 0))
        case 120 where !is08:
            let tag = try cursor.readUInt64(bytes)
            let bits = try cursor.readUInt8(bytes)
            return .basicNack(BasicNack(deliveryTag: tag, multiple: bits & 1 != 0, requeue: bits & 2 != 0))
        default: return nil
        }
    }
}
