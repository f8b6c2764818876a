import Bytes

/// A value: `basic.reject`.
package struct BasicReject: AMQPMethod {
    static var id: MethodID { MethodID(60, 90) }
    static let definition = MethodDefinition(id, "basic.reject", .client, .longlong("delivery-tag"), .bit("requeue"))

    package let deliveryTag: UInt64
    package let requeue: Bool

    init(_ bytes: RawSpan, _ cursor: inout ByteCursor, _ decoder: inout MethodDecoder) throws(DecodeError) {
        deliveryTag = try cursor.readUInt64(bytes)
        requeue = try cursor.readUInt8(bytes) & 1 != 0
    }
}
