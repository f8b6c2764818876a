import Bytes

/// A value: `basic.publish`, followed by a content.
package struct BasicPublish: AMQPMethod {
    static var id: MethodID { MethodID(60, 40) }
    static let definition = MethodDefinition(
        id, "basic.publish", .client, hasContent: true, .short("ticket"), .shortstr("exchange"),
        .shortstr("routing-key"), .bit("mandatory"), .bit("immediate"))

    package let exchange: String
    package let routingKey: String
    package let mandatory: Bool
    package let immediate: Bool

    @inline(__always)
    init(_ bytes: RawSpan, _ cursor: inout ByteCursor, _ decoder: inout MethodDecoder) throws(DecodeError) {
        try cursor.skip(2)
        exchange = try decoder.names.read(bytes, &cursor)
        routingKey = try decoder.names.read(bytes, &cursor)
        let bits = try cursor.readUInt8(bytes)
        (mandatory, immediate) = (bits & 1 != 0, bits & 2 != 0)
    }
}
