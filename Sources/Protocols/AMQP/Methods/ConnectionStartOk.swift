import Bytes

/// A value: `connection.start-ok`; of the SASL response the user's name and the length are known.
package struct ConnectionStartOk: AMQPMethod {
    static var id: MethodID { MethodID(10, 11) }
    static let definition = MethodDefinition(
        id, "connection.start-ok", .client, .table("client-properties"), .shortstr("mechanism"), .secret("response"),
        .shortstr("locale"))

    package let clientProperties: FieldTable
    /// The SASL mechanism, e.g. `AMQPLAIN`.
    package let mechanism: String
    /// Bytes of the SASL response, which holds the password and is never kept.
    package let responseByteCount: Int
    package let locale: String
    /// `LOGIN` of AMQPLAIN, the authentication identity of PLAIN (RFC 4616, 2); `nil` for other mechanisms.
    package let user: String?

    /// `connection_name` of the client properties, for oslo.messaging `argv0:pid:uuid`.
    package var connectionName: String? { clientProperties["connection_name"]?.text }

    init(_ bytes: RawSpan, _ cursor: inout ByteCursor, _ decoder: inout MethodDecoder) throws(DecodeError) {
        clientProperties = try FieldTable(bytes, &cursor, limits: decoder.limits)
        mechanism = try decoder.names.read(bytes, &cursor)
        let response = try cursor.readRange(Int(try cursor.readUInt32(bytes)))
        responseByteCount = response.count
        locale = try decoder.names.read(bytes, &cursor)
        user = bytes.user(in: response, mechanism: mechanism)
    }
}

extension RawSpan {
    /// The user's name in a SASL response; nothing else of it is read.
    fileprivate func user(in response: Range<Int>, mechanism: String) -> String? {
        switch mechanism {
        case "AMQPLAIN": amqplainUser(in: response)
        case "PLAIN": plainUser(in: response)
        default: nil
        }
    }

    /// The fields of a table without its length: name, type `S`, `longstr`.
    private func amqplainUser(in response: Range<Int>) -> String? {
        var cursor = ByteCursor(self, response, layer: "AMQPLAIN")
        do throws(DecodeError) {
            while !cursor.isAtEnd {
                let name = string(try cursor.readRange(Int(try cursor.readUInt8(self))))
                guard try cursor.readUInt8(self) == UInt8(ascii: "S") else { return nil }
                let value = try cursor.readRange(Int(try cursor.readUInt32(self)))
                if name == "LOGIN" { return string(value) }
            }
        } catch {}
        return nil
    }

    /// Authorisation identity, NUL, authentication identity, NUL, password.
    private func plainUser(in response: Range<Int>) -> String? {
        var first: Int?
        for index in response where uint8(at: index) == 0 {
            guard let first else {
                first = index
                continue
            }
            return string(first + 1..<index)
        }
        return nil
    }
}
