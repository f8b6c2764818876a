import Bytes

/// A value: `basic.consume-ok`.
package struct BasicConsumeOk: AMQPMethod {
    static var id: MethodID { MethodID(60, 21) }
    static let definition = MethodDefinition(id, "basic.consume-ok", .server, .shortstr("consumer-tag"))

    package let consumerTag: String

    init(_ bytes: RawSpan, _ cursor: inout ByteCursor, _ decoder: inout MethodDecoder) throws(DecodeError) {
        consumerTag = try decoder.names.read(bytes, &cursor)
    }
}
