import Bytes

/// A value: `connection.open`.
package struct ConnectionOpen: AMQPMethod {
    static var id: MethodID { MethodID(10, 40) }
    static let definition = MethodDefinition(
        id, "connection.open", .client, .shortstr("virtual-host"), .shortstr("capabilities"), .bit("insist"))

    package let virtualHost: String

    init(_ bytes: RawSpan, _ cursor: inout ByteCursor, _ decoder: inout MethodDecoder) throws(DecodeError) {
        virtualHost = try decoder.names.read(bytes, &cursor)
        try cursor.skip(Int(try cursor.readUInt8(bytes)))
        try cursor.skip(1)
    }
}
