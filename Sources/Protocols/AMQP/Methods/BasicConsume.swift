import Bytes

/// A value: `basic.consume`.
package struct BasicConsume: AMQPMethod {
    static var id: MethodID { MethodID(60, 20) }
    static let definition = MethodDefinition(
        id, "basic.consume", .client, .short("ticket"), .shortstr("queue"), .shortstr("consumer-tag"), .bit("no-local"),
        .bit("no-ack"), .bit("exclusive"), .bit("nowait"), .table("arguments"))

    /// In 0-8 it has no arguments.
    static let definition08 = MethodDefinition(id, "basic.consume", .client, Array(definition.arguments.dropLast()))

    package let queue: String
    /// Empty where the server is to choose the tag.
    package let consumerTag: String
    package let noLocal: Bool
    package let noAck: Bool
    package let isExclusive: Bool
    package let noWait: Bool
    /// Empty in 0-8, which has no arguments here.
    package let arguments: FieldTable

    init(_ bytes: RawSpan, _ cursor: inout ByteCursor, _ decoder: inout MethodDecoder) throws(DecodeError) {
        try cursor.skip(2)
        queue = try ShortStringCache.readOnce(bytes, &cursor)
        consumerTag = try ShortStringCache.readOnce(bytes, &cursor)
        let bits = try cursor.readUInt8(bytes)
        (noLocal, noAck, isExclusive, noWait) = (bits & 1 != 0, bits & 2 != 0, bits & 4 != 0, bits & 8 != 0)
        arguments = decoder.reads08 ? FieldTable() : try FieldTable(bytes, &cursor, limits: decoder.limits)
    }
}
