/// A value: `connection.start`, the server's first method.
package struct ConnectionStart: Sendable, Equatable {
    /// 0 and 9 for 0-9-1, 8 and 0 for 0-8.
    package let versionMajor: UInt8
    package let versionMinor: UInt8
    package let serverProperties: FieldTable
    /// Names of SASL mechanisms, parted by spaces.
    package let mechanisms: String
    package let locales: String
}

/// A value: `connection.start-ok`; of the SASL response the user's name and the length are known.
package struct ConnectionStartOk: Sendable, Equatable {
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
}

/// A value: `connection.tune` and `connection.tune-ok`; 0 is no limit, and no heartbeat.
package struct ConnectionTune: Sendable, Equatable {
    package let channelMax: UInt16
    /// Bytes of the greatest frame, its eight bytes of framing included.
    package let frameMax: UInt32
    /// Seconds.
    package let heartbeat: UInt16
}

/// A value: why a connection or channel is closed (`connection.close`, `channel.close`).
package struct ClosingReason: Sendable, Equatable {
    /// E.g. 320 connection-forced, 404 not-found, 406 precondition-failed; 200 for a regular end.
    package let replyCode: UInt16
    package let replyText: String
    /// The method that gave the reason; 0.0 for none.
    package let cause: MethodID
}
