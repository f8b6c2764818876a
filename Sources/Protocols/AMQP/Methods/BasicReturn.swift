import Bytes

/// A value: `basic.return`, followed by the content that the broker could not route.
package struct BasicReturn: AMQPMethod {
    static var id: MethodID { MethodID(60, 50) }
    static let definition = MethodDefinition(
        id, "basic.return", .server, hasContent: true, .short("reply-code"), .shortstr("reply-text"),
        .shortstr("exchange"), .shortstr("routing-key"))

    /// E.g. 312 NO_ROUTE.
    package let replyCode: UInt16
    package let replyText: String
    package let exchange: String
    package let routingKey: String
}

extension BasicReturn {
    init(_ bytes: RawSpan, _ cursor: inout ByteCursor, _ decoder: inout MethodDecoder) throws(DecodeError) {
        replyCode = try cursor.readUInt16(bytes)
        replyText = try decoder.names.read(bytes, &cursor)
        exchange = try decoder.names.read(bytes, &cursor)
        routingKey = try decoder.names.read(bytes, &cursor)
    }
}
