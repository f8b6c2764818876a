import Bytes

/// A value: `channel.close`, from either end.
package struct ChannelClose: AMQPMethod {
    static var id: MethodID { MethodID(20, 40) }
    static let definition = MethodDefinition(id, "channel.close", .either, ClosingReason.arguments)

    package let reason: ClosingReason

    init(_ bytes: RawSpan, _ cursor: inout ByteCursor, _ decoder: inout MethodDecoder) throws(DecodeError) {
        reason = try ClosingReason(bytes, &cursor, &decoder)
    }
}
