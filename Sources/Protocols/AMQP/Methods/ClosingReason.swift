import Bytes

/// A value: why a connection or channel is closed (`connection.close`, `channel.close`).
package struct ClosingReason: Sendable, Equatable {
    static let arguments: [MethodDefinition.Argument] = [
        .short("reply-code"), .shortstr("reply-text"), .short("class-id"), .short("method-id"),
    ]

    /// E.g. 320 connection-forced, 404 not-found, 406 precondition-failed; 200 for a regular end.
    package let replyCode: UInt16
    package let replyText: String
    /// The method that gave the reason; 0.0 for none.
    package let cause: MethodID

    init(_ bytes: RawSpan, _ cursor: inout ByteCursor, _ decoder: inout MethodDecoder) throws(DecodeError) {
        replyCode = try cursor.readUInt16(bytes)
        replyText = try decoder.names.read(bytes, &cursor)
        cause = MethodID(code: try cursor.readUInt32(bytes))
    }
}
