/// A value: one of the two ends of a TCP connection, as the sender of bytes.
///
/// `first` is the end that opened the connection where the handshake was captured, else simply one of the two.
package enum StreamSide: Int, Sendable, CaseIterable {
    case first, second

    package var opposite: StreamSide { self == .first ? .second : .first }
}

/// A value: one of the two roles in a connection.
package enum StreamRole: String, Sendable {
    case client, server

    package var opposite: StreamRole { self == .client ? .server : .client }
}
