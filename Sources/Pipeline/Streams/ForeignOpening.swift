import Network
import Protocols
import Trace

/// A value: the beginning of a connection that speaks another protocol, while it waits for the answer.
///
/// A client that speaks TLS, HTTP or another AMQP to the plain port of a broker is answered with the protocol header of
/// AMQP (RabbitMQ, `rabbit_reader.erl`, `refuse_connection`).
struct ForeignOpening {
    /// What it was answered.
    enum Answer: Equatable {
        /// A protocol header of AMQP.
        case amqp(AMQPVersion)
        /// The broker's port was open, and it was ended from there without a byte.
        case nothing
        /// Something else: no broker, or none that minds.
        case other

        var version: String? {
            if case .amqp(let version) = self { version.description } else { nil }
        }
    }

    /// E.g. `TLS`.
    let name: String
    let client: SocketAddress
    let server: SocketAddress
    let began: PacketStamp
    private let side: StreamDirection
    private let isOwnPort: Bool

    /// - Parameter side: whose bytes they are.
    /// - Returns: `nil` where nobody would begin so to a broker: it is answered by no other protocol's port.
    init?(_ name: String, _ side: StreamDirection, _ ends: TCPEndpoints, at stamp: PacketStamp) {
        guard ends.sawHandshake, side == .forward, Self.clientProtocols.contains(name) else { return nil }
        self.name = name
        self.side = side
        (client, server) = (ends.first, ends.second)
        began = stamp
        isOwnPort = AMQPConnection.ports.contains(ends.second.port)
    }

    /// Those in which the client speaks first.
    private static let clientProtocols: Set = [
        "TLS", "HTTP", "HTTP/2", "AMQP 1.0", "AMQP 1.0 TLS", "AMQP 1.0 SASL", "AMQP 0-10", "MQTT", "STOMP",
        "RabbitMQ Streams",
    ]

    /// What the next bytes tell; `nil` where they are the client's own.
    func answer(_ direction: StreamDirection, _ bytes: RawSpan) -> Answer? {
        guard direction != side else { return nil }
        guard bytes.byteCount >= 8, AMQPConnection.probe(bytes) == .yes else { return .other }
        return AMQPVersion(code: UInt32(bigEndianOf: bytes, at: 4)).otherName == nil
            ? .amqp(AMQPVersion(code: UInt32(bigEndianOf: bytes, at: 4))) : .other
    }

    /// It ended before an answer came.
    func answer(endedBy end: TCPEnd?) -> Answer {
        guard isOwnPort, let end, end.by == .backward else { return .other }
        return .nothing
    }
}

extension UInt32 {
    fileprivate init(bigEndianOf bytes: RawSpan, at offset: Int) {
        self = (offset..<offset + 4).reduce(0) {
            $0 << 8 | UInt32(bytes.unsafeLoad(fromUncheckedByteOffset: $1, as: UInt8.self))
        }
    }
}
