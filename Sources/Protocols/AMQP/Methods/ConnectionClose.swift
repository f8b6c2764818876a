import Bytes

/// A value: `connection.close`, from either end.
package struct ConnectionClose: AMQPMethod {
    static var id: MethodID { MethodID(10, 50) }
    static let definition = MethodDefinition(id, "connection.close", .either, ClosingReason.arguments)

    /// In 0-8 it has another number.
    static var id08: MethodID { MethodID(10, 60) }
    static let definition08 = MethodDefinition(id08, "connection.close", .either, ClosingReason.arguments)

    package let reason: ClosingReason

    init(_ bytes: RawSpan, _ cursor: inout ByteCursor, _ decoder: inout MethodDecoder) throws(DecodeError) {
        reason = try ClosingReason(bytes, &cursor, &decoder)
    }
}
