import Bytes

/// A value: `queue.declare-ok`.
package struct QueueDeclareOk: AMQPMethod {
    static var id: MethodID { MethodID(50, 11) }
    static let definition = MethodDefinition(
        id, "queue.declare-ok", .server, .shortstr("queue"), .long("message-count"), .long("consumer-count"))

    package let queue: String
    package let messageCount: UInt32
    package let consumerCount: UInt32

    init(_ bytes: RawSpan, _ cursor: inout ByteCursor, _ decoder: inout MethodDecoder) throws(DecodeError) {
        queue = try ShortStringCache.readOnce(bytes, &cursor)
        messageCount = try cursor.readUInt32(bytes)
        consumerCount = try cursor.readUInt32(bytes)
    }
}
