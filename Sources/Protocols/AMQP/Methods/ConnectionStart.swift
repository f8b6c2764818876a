import Bytes

/// A value: `connection.start`, the server's first method.
package struct ConnectionStart: AMQPMethod {
    static var id: MethodID { MethodID(10, 10) }
    static let definition = MethodDefinition(
        id, "connection.start", .server, .octet("version-major"), .octet("version-minor"), .table("server-properties"),
        .longstr("mechanisms"), .longstr("locales"))

    /// 0 and 9 for 0-9-1, 8 and 0 for 0-8.
    package let versionMajor: UInt8
    package let versionMinor: UInt8
    package let serverProperties: FieldTable
    /// Names of SASL mechanisms, parted by spaces.
    package let mechanisms: String
    package let locales: String

    init(_ bytes: RawSpan, _ cursor: inout ByteCursor, _ decoder: inout MethodDecoder) throws(DecodeError) {
        versionMajor = try cursor.readUInt8(bytes)
        versionMinor = try cursor.readUInt8(bytes)
        serverProperties = try FieldTable(bytes, &cursor, limits: decoder.limits)
        mechanisms = try cursor.readLongString(bytes)
        locales = try cursor.readLongString(bytes)
    }
}
