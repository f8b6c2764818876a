import Bytes
import Network
import Protocols
import Trace

/// A value: the beginning of a connection that speaks another protocol, while it waits for the answer.
///
/// A client that speaks TLS, HTTP, another AMQP or whatever it is to the plain port of a broker is answered with the
/// protocol header of AMQP (RabbitMQ, `rabbit_reader.erl`, `refuse_connection`).
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

    /// As `ProtocolStream.beginning`, e.g. `TLS`; `nil` where the capture does not hold it.
    let name: String?
    let client: SocketAddress
    let server: SocketAddress
    let began: PacketStamp
    /// The first bytes of the answer, until they tell.
    private var answered: [UInt8] = []

    /// - Parameter server: which end was spoken to.
    init(_ name: String?, _ ends: TCPEndpoints, server: StreamSide, at stamp: PacketStamp) {
        self.name = name
        (client, self.server) = server == .second ? (ends.first, ends.second) : (ends.second, ends.first)
        began = stamp
    }

    /// What the next bytes tell; `nil` where they are the client's own, and while there are too few.
    ///
    /// - Parameter isWhole: whether none is missing in front of them.
    mutating func answer(_ side: StreamSide, _ bytes: RawSpan, isWhole: Bool) -> Answer? {
        guard side == .second else { return nil }
        guard isWhole else { return .other }
        for index in 0..<min(bytes.byteCount, 8 - answered.count) {
            answered.append(bytes.unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self))
        }
        switch AMQPConnection.probe(answered.span.bytes) {
        case .needsMore: return nil
        case .no: return .other
        case .yes: return .amqp(AMQPVersion(code: answered.suffix(4).reduce(0) { $0 << 8 | UInt32($1) }))
        }
    }

    /// It ended before an answer came.
    func answer(endedBy end: StreamEvent?) -> Answer {
        guard AMQPConnection.ports.contains(server.port), answered.isEmpty, end?.endedBy == .second else {
            return .other
        }
        return .nothing
    }
}
