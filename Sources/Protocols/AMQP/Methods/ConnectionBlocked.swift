import Bytes

/// A value: `connection.blocked`, RabbitMQ's: the client is to publish nothing.
package struct ConnectionBlocked: AMQPMethod {
    static var id: MethodID { MethodID(10, 60) }
    static let definition = MethodDefinition(id, "connection.blocked", .server, .shortstr("reason"))

    package let reason: String

    init(_ bytes: RawSpan, _ cursor: inout ByteCursor, _ decoder: inout MethodDecoder) throws(DecodeError) {
        reason = try decoder.names.read(bytes, &cursor)
    }
}
