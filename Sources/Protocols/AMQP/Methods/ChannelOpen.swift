import Bytes

/// A value: `channel.open`.
package struct ChannelOpen: AMQPMethod {
    static var id: MethodID { MethodID(20, 10) }
    static let definition = MethodDefinition(id, "channel.open", .client, .shortstr("out-of-band"))

    init(_ bytes: RawSpan, _ cursor: inout ByteCursor, _ decoder: inout MethodDecoder) throws(DecodeError) {
        try cursor.skip(Int(try cursor.readUInt8(bytes)))
    }
}
