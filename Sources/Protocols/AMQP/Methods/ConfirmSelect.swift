import Bytes

/// A value: `confirm.select`, RabbitMQ's: publishes of the channel are confirmed from now on.
package struct ConfirmSelect: AMQPMethod {
    static var id: MethodID { MethodID(85, 10) }
    static let definition = MethodDefinition(id, "confirm.select", .client, .bit("nowait"))

    package let noWait: Bool

    init(_ bytes: RawSpan, _ cursor: inout ByteCursor, _ decoder: inout MethodDecoder) throws(DecodeError) {
        noWait = try cursor.readUInt8(bytes) & 1 != 0
    }
}
