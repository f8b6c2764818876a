import Bytes

/// A value: `connection.tune`: what the broker proposes.
package struct ConnectionTune: AMQPMethod {
    static var id: MethodID { MethodID(10, 30) }
    static let definition = MethodDefinition(id, "connection.tune", .server, ConnectionLimits.arguments)

    package let limits: ConnectionLimits

    init(_ bytes: RawSpan, _ cursor: inout ByteCursor, _ decoder: inout MethodDecoder) throws(DecodeError) {
        limits = try ConnectionLimits(bytes, &cursor)
    }
}
