import Bytes

/// A value: `exchange.declare`.
package struct ExchangeDeclare: AMQPMethod {
    static var id: MethodID { MethodID(40, 10) }
    static let definition = MethodDefinition(
        id, "exchange.declare", .client, .short("ticket"), .shortstr("exchange"), .shortstr("type"), .bit("passive"),
        .bit("durable"), .bit("auto-delete"), .bit("internal"), .bit("nowait"), .table("arguments"))

    package let exchange: String
    /// `topic`, `direct`, `fanout`, `headers` or a plugin's.
    package let type: String
    package let isPassive: Bool
    package let isDurable: Bool
    package let autoDelete: Bool
    package let isInternal: Bool
    package let noWait: Bool
    package let arguments: FieldTable

    init(_ bytes: RawSpan, _ cursor: inout ByteCursor, _ decoder: inout MethodDecoder) throws(DecodeError) {
        try cursor.skip(2)
        exchange = try decoder.names.read(bytes, &cursor)
        type = try decoder.names.read(bytes, &cursor)
        let bits = try cursor.readUInt8(bytes)
        (isPassive, isDurable, autoDelete) = (bits & 1 != 0, bits & 2 != 0, bits & 4 != 0)
        (isInternal, noWait) = (bits & 8 != 0, bits & 16 != 0)
        arguments = try FieldTable(bytes, &cursor, limits: decoder.limits)
    }
}
