package import Trace

/// A value: what a decoder says of one connection.
///
/// Events come in stream order per direction and in order of packets between the two. The bytes that an event is about,
/// such as the body of a message, are the span emitted beside it (empty where there are none).
package enum ProtocolEvent: Sendable {
    case amqp(AMQPEvent)
    /// The connection carries the protocol; needed only where no event of the protocol's own comes first.
    case accepted(PacketStamp)
    case anomaly(StreamAnomaly)
    /// Bytes that belong to nothing that the protocol knows, stepped over.
    case skipped(byteCount: Int, ConnectionRole, PacketStamp)

    /// Whether it cannot come from anything but the protocol.
    package var isProof: Bool {
        switch self {
        // A broker answers so whoever speaks something else to it.
        case .amqp(.protocolHeader(_, .server, _)): false
        case .amqp, .accepted: true
        case .anomaly, .skipped: false
        }
    }
}
