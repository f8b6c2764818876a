import Bytes

/// A value: `basic.get-ok`, followed by a content.
package struct BasicGetOk: AMQPMethod {
    static var id: MethodID { MethodID(60, 71) }
    static let definition = MethodDefinition(
        id, "basic.get-ok", .server, hasContent: true, .longlong("delivery-tag"), .bit("redelivered"),
        .shortstr("exchange"), .shortstr("routing-key"), .long("message-count"))

    /// Counted per channel, together with those of deliveries.
    package let deliveryTag: UInt64
    package let redelivered: Bool
    package let exchange: String
    package let routingKey: String
    /// Messages left in the queue.
    package let messageCount: UInt32

    init(_ bytes: RawSpan, _ cursor: inout ByteCursor, _ decoder: inout MethodDecoder) throws(DecodeError) {
        deliveryTag = try cursor.readUInt64(bytes)
        redelivered = try cursor.readUInt8(bytes) & 1 != 0
        exchange = try decoder.names.read(bytes, &cursor)
        routingKey = try decoder.names.read(bytes, &cursor)
        messageCount = try cursor.readUInt32(bytes)
    }
}
