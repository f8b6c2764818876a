import Bytes

/// A value: `basic.cancel`, from the server where the queue is gone.
package struct BasicCancel: AMQPMethod {
    static var id: MethodID { MethodID(60, 30) }
    static let definition = MethodDefinition(id, "basic.cancel", .either, .shortstr("consumer-tag"), .bit("nowait"))

    package let consumerTag: String
    package let noWait: Bool

    init(_ bytes: RawSpan, _ cursor: inout ByteCursor, _ decoder: inout MethodDecoder) throws(DecodeError) {
        consumerTag = try decoder.names.read(bytes, &cursor)
        noWait = try cursor.readUInt8(bytes) & 1 != 0
    }
}
