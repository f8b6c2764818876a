import Bytes

/// A value: `queue.declare`.
package struct QueueDeclare: AMQPMethod {
    static var id: MethodID { MethodID(50, 10) }
    static let definition = MethodDefinition(
        id, "queue.declare", .client, .short("ticket"), .shortstr("queue"), .bit("passive"), .bit("durable"),
        .bit("exclusive"), .bit("auto-delete"), .bit("nowait"), .table("arguments"))

    /// Empty where the server is to choose the name.
    package let queue: String
    package let isPassive: Bool
    package let isDurable: Bool
    package let isExclusive: Bool
    package let autoDelete: Bool
    package let noWait: Bool
    package let arguments: FieldTable

    init(_ bytes: RawSpan, _ cursor: inout ByteCursor, _ decoder: inout MethodDecoder) throws(DecodeError) {
        try cursor.skip(2)
        queue = try ShortStringCache.readOnce(bytes, &cursor)
        let bits = try cursor.readUInt8(bytes)
        (isPassive, isDurable, isExclusive) = (bits & 1 != 0, bits & 2 != 0, bits & 4 != 0)
        (autoDelete, noWait) = (bits & 8 != 0, bits & 16 != 0)
        arguments = try FieldTable(bytes, &cursor, limits: decoder.limits)
    }
}
