/// A value: one of the two ends of a TCP connection, as the sender of bytes.
///
/// `first` is the end that opened the connection where the handshake was captured, else the one whose packet came first.
@usableFromInline
package enum StreamSide: Int, Sendable, CaseIterable {
    case first, second

    @inlinable package var opposite: StreamSide { self == .first ? .second : .first }
}

/// A value: what one of the two ends is in a connection to a broker; the raw value is its word in the trace's JSON.
@usableFromInline
package enum ConnectionRole: String, Sendable {
    case client
    case server = "broker"
}
