import Bytes

/// A value: `basic.ack`: of a delivery from the client, a publisher confirm from the server.
package struct BasicAck: AMQPMethod {
    static var id: MethodID { MethodID(60, 80) }
    static let definition = MethodDefinition(id, "basic.ack", .either, .longlong("delivery-tag"), .bit("multiple"))

    /// 0 together with `multiple` means all that are outstanding.
    package let deliveryTag: UInt64
    package let multiple: Bool

    /// Bytes of its arguments.
    static let byteCount = 9

    init(_ bytes: RawSpan, _ cursor: inout ByteCursor, _ decoder: inout MethodDecoder) throws(DecodeError) {
        self.init(bytes, at: try cursor.readRange(Self.byteCount).lowerBound)
    }

    /// Reads the arguments at `offset`.
    ///
    /// - Precondition: they are all there.
    init(_ bytes: RawSpan, at offset: Int) {
        deliveryTag = bytes.uint64(at: offset)
        multiple = bytes.uint8(at: offset + 8) & 1 != 0
    }
}
