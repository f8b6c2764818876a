import Bytes
import Correlation
import Network
import Protocols
package import Trace

/// A value: what was seen of the capture, in packet order, without borrowed bytes: all that a trace is made of.
///
/// What reads packets ends here, and what joins and counts begins.
enum Observation: Sendable {
    // MARK: Connections

    /// A connection proved to be of a protocol that is decoded.
    case opened(FoundConnection)
    /// A source of the capture shows a connection between two hosts.
    case shown(ConnectionID, between: String, and: String, in: Int)
    /// The client gave its `connection_name`.
    case named(ConnectionID, String)
    /// The client asked for a virtual host.
    case entered(ConnectionID, virtualHost: String)
    /// The client asked for the messages of a queue.
    case consumes(ConnectionID, queue: String)
    /// The broker said something other than a message.
    case heardBroker(ConnectionID)
    /// Something out of the ordinary was said of a connection: what is told of it has changed.
    case troubled(ConnectionID)
    /// The capture lacks bytes of a connection, or some could not be read.
    case lost(ConnectionID, at: Timestamp)
    /// What was said on a connection; it is about to be closed.
    case told(ConnectionID, ConnectionFacts.Told)
    /// A connection is gone.
    ///
    /// - Parameter end: how TCP ended it; `nil` at the end of the capture.
    case closed(ConnectionAccount, client: ConnectionClient, end: ConnectionEnd?)
    /// A connection carried a protocol that is not decoded.
    case foreign(protocolName: String)
    /// Somebody spoke another protocol to a broker.
    case attempted(ForeignOpening, ForeignOpening.Answer, at: PacketStamp)

    // MARK: Messages

    case passage(Passage)
    case acknowledged(Acknowledgement)

    case anomaly(Anomaly)
}

/// A value: a connection that was just found; its ends as `address:port`, IPv6 in brackets.
package struct FoundConnection: Sendable, Hashable {
    package let id: ConnectionID
    package let client: String
    package let server: String
    /// The client's without a port; of one in a tunnel, where that is needed to tell it apart, with its network.
    let address: String

    /// - Parameter networks: of addresses in tunnels the network in which they were seen first.
    init(_ id: ConnectionID, _ ends: TCPEndpoints, server: StreamSide, _ networks: [IPAddress: TunnelScope]) {
        let client = ConnectionClient(ends, server: server, networks)
        self.id = id
        self.client = client.endpoint
        self.server = (server == .first ? ends.first : ends.second).description
        address = client.address
    }
}

/// A value: the client of a connection.
struct ConnectionClient: Sendable {
    /// Without its port; where the same address was seen in another tunnel before, with its network, as `10.0.0.5 in
    /// VXLAN 7`: it is another host's.
    let address: String
    /// With its port.
    let endpoint: String

    init(_ ends: TCPEndpoints, server: StreamSide, _ networks: [IPAddress: TunnelScope]) {
        let client = server == .first ? ends.second : ends.first
        let isElsewhere = ends.scope != .none && networks[client.address].map { $0 != ends.scope } ?? false
        let address = client.address.description
        self.address = isElsewhere ? "\(address) in \(ends.scope)" : address
        endpoint = client.description
    }
}

/// A value: what was counted of a connection.
struct ConnectionAccount: Sendable {
    let connection: ConnectionID
    let ends: TCPEndpoints
    let facts: StreamFacts
    let answeredIn: String?
    /// Whom a PROXY header names.
    let proxiedClient: SocketAddress?
    /// As `Connection.precededBy`.
    let precededBy: String?
    /// Whether packets of both ends were seen: one that only listens sends none with bytes.
    let sawBothEnds: Bool

    init(_ connection: ConnectionID, _ ends: TCPEndpoints, _ stream: borrowing ProtocolStream, sawBothEnds: Bool) {
        self.connection = connection
        self.ends = ends
        facts = stream.facts
        answeredIn = stream.answeredIn
        proxiedClient = stream.proxiedClient
        precededBy =
            stream.proxyBytes > 0
            ? ProtocolStream.proxyHeader : facts.strayBytes > 0 ? ProtocolStream.unknown : nil
        self.sawBothEnds = sawBothEnds
    }
}
