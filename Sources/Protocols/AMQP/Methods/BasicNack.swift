import Bytes

/// A value: `basic.nack`, RabbitMQ's, in both directions.
package struct BasicNack: AMQPMethod {
    static var id: MethodID { MethodID(60, 120) }
    static let definition = MethodDefinition(
        id, "basic.nack", .either, .longlong("delivery-tag"), .bit("multiple"), .bit("requeue"))

    package let deliveryTag: UInt64
    package let multiple: Bool
    package let requeue: Bool

    init(_ bytes: RawSpan, _ cursor: inout ByteCursor, _ decoder: inout MethodDecoder) throws(DecodeError) {
        deliveryTag = try cursor.readUInt64(bytes)
        let bits = try cursor.readUInt8(bytes)
        (multiple, requeue) = (bits & 1 != 0, bits & 2 != 0)
    }
}
