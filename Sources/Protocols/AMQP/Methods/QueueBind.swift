import Bytes

/// A value: `queue.bind`.
package struct QueueBind: AMQPMethod {
    static var id: MethodID { MethodID(50, 20) }
    static let definition = MethodDefinition(
        id, "queue.bind", .client, .short("ticket"), .shortstr("queue"), .shortstr("exchange"),
        .shortstr("routing-key"), .bit("nowait"), .table("arguments"))

    package let queue: String
    package let exchange: String
    package let routingKey: String
    package let noWait: Bool
    package let arguments: FieldTable

    init(_ bytes: RawSpan, _ cursor: inout ByteCursor, _ decoder: inout MethodDecoder) throws(DecodeError) {
        try cursor.skip(2)
        queue = try ShortStringCache.readOnce(bytes, &cursor)
        exchange = try ShortStringCache.readOnce(bytes, &cursor)
        routingKey = try ShortStringCache.readOnce(bytes, &cursor)
        noWait = try cursor.readUInt8(bytes) & 1 != 0
        arguments = try FieldTable(bytes, &cursor, limits: decoder.limits)
    }
}
