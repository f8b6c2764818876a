import Bytes

/// A value: `connection.tune-ok`: what the client agrees to, which holds.
package struct ConnectionTuneOk: AMQPMethod {
    static var id: MethodID { MethodID(10, 31) }
    static let definition = MethodDefinition(id, "connection.tune-ok", .client, ConnectionLimits.arguments)

    package let limits: ConnectionLimits

    init(_ bytes: RawSpan, _ cursor: inout ByteCursor, _ decoder: inout MethodDecoder) throws(DecodeError) {
        limits = try ConnectionLimits(bytes, &cursor)
    }
}
