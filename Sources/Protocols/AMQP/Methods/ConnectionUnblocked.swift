import Bytes

/// A value: `connection.unblocked`, RabbitMQ's: the client may publish again.
package struct ConnectionUnblocked: AMQPMethod {
    static var id: MethodID { MethodID(10, 61) }
    static let definition = MethodDefinition(id, "connection.unblocked", .server)

    init(_ bytes: RawSpan, _ cursor: inout ByteCursor, _ decoder: inout MethodDecoder) {}
}
