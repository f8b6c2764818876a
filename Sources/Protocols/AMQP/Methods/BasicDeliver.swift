import Bytes

/// A value: `basic.deliver`, followed by a content.
package struct BasicDeliver: AMQPMethod {
    static var id: MethodID { MethodID(60, 60) }
    static let definition = MethodDefinition(
        id, "basic.deliver", .server, hasContent: true, .shortstr("consumer-tag"), .longlong("delivery-tag"),
        .bit("redelivered"), .shortstr("exchange"), .shortstr("routing-key"))

    package let consumerTag: String
    /// Counted per channel.
    package let deliveryTag: UInt64
    package let redelivered: Bool
    package let exchange: String
    package let routingKey: String

    @inline(__always)
    init(_ bytes: RawSpan, _ cursor: inout ByteCursor, _ decoder: inout MethodDecoder) throws(DecodeError) {
        consumerTag = try decoder.names.read(bytes, &cursor)
        deliveryTag = try cursor.readUInt64(bytes)
        redelivered = try cursor.readUInt8(bytes) & 1 != 0
        exchange = try decoder.names.read(bytes, &cursor)
        routingKey = try decoder.names.read(bytes, &cursor)
    }
}
