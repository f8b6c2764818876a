import Bytes

/// A value: `basic.ack`: of a delivery from the client, a publisher confirm from the server.
package struct BasicAck: AMQPMethod {
    static var id: MethodID { MethodID(60, 80) }
    static let definition = MethodDefinition(id, "basic.ack", .either, .longlong("delivery-tag"), .bit("multiple"))

    /// 0 together with `multiple` means all that are outstanding.
    package let deliveryTag: UInt64
    package let multiple: Bool

    @inline(__always)
    init(_ bytes: RawSpan, _ cursor: inout ByteCursor, _ decoder: inout MethodDecoder) throws(DecodeError) {
        deliveryTag = try cursor.readUInt64(bytes)
        multiple = try cursor.readUInt8(bytes) & 1 != 0
    }
}
