import Network
import Protocols
import Trace

/// A value: an AMQP connection that was just found; its ends as `address:port`, IPv6 in brackets.
package struct FoundConnection: Sendable, Hashable {
    package let id: Int
    package let client: String
    package let server: String
}

/// A machine that keeps the account of the AMQP connections that were found.
///
/// Each gets a number that no other gets; which of them are listed is said from outside.
struct ConnectionRegistry: Sendable {
    private var listed: [Int: Connection] = [:]
    /// AMQP connections found.
    private(set) var count = 0
    /// Of those, how many were read but never listed.
    private(set) var unlisted = 0
    private var endpoints: [Int: TCPEndpoints] = [:]
    /// TCP connection → AMQP connection, of those that are open.
    private var indexes: [Int: Int] = [:]
    /// Of addresses in tunnels the network in which they were seen first.
    private var networks: [IPAddress: TunnelScope] = [:]
    /// Of more addresses those in several networks are not told apart.
    private static let networksAtMost = 65_536
    /// Other protocols by name.
    private(set) var others: [String: Int] = [:]

    /// Found since somebody asked last, where somebody does.
    private var found: [FoundConnection] = []
    private let notesFound: Bool
    /// Of more at once the rest is not told.
    private static let foundAtMost = 4096

    init(notesFound: Bool = false) {
        self.notesFound = notesFound
    }

    /// Those that are listed, in the order in which they were found.
    var connections: [Connection] { listed.keys.sorted().compactMap { listed[$0] } }

    /// TCP connections of which something is kept.
    var openCount: Int { endpoints.count }

    mutating func opened(_ tcp: Int, _ ends: TCPEndpoints) {
        endpoints[tcp] = ends
        guard ends.scope != .none, networks.count < Self.networksAtMost else { return }
        for address in [ends.first.address, ends.second.address] where networks[address] == nil {
            networks[address] = ends.scope
        }
    }

    /// Takes a TCP connection in as an AMQP one.
    mutating func add(_ tcp: Int) -> Int {
        let index = count
        count += 1
        indexes[tcp] = index
        return index
    }

    /// Says whether an AMQP connection is listed.
    mutating func list(_ index: Int, _ isListed: Bool) {
        guard isListed else { return unlisted += 1 }
        listed[index] = Connection(id: index, client: "", server: "", protocolName: "AMQP")
    }

    /// Notes a new connection for who asks for them.
    mutating func note(_ index: Int, _ tcp: Int, client: String) {
        guard notesFound, found.count < Self.foundAtMost, let ends = endpoints[tcp] else { return }
        let (first, second) = (ends.first.description, ends.second.description)
        found.append(FoundConnection(id: index, client: client, server: client == first ? second : first))
    }

    mutating func takeFound() -> [FoundConnection] {
        defer { found.removeAll(keepingCapacity: true) }
        return found
    }

    /// Takes AMQP connections off the list.
    mutating func forget(_ indexes: [Int]) {
        for index in indexes { listed[index] = nil }
    }

    /// The client's address without and with its port; where the same address was seen in another tunnel before, the
    /// first with its network, as `10.0.0.5 in VXLAN 7`: it is another host's.
    func client(of tcp: Int, server: StreamSide) -> (address: String, endpoint: String) {
        guard let ends = endpoints[tcp] else { return ("", "") }
        let client = server == .first ? ends.second : ends.first
        let isElsewhere = ends.scope != .none && networks[client.address].map { $0 != ends.scope } ?? false
        let address = client.address.description
        return (isElsewhere ? "\(address) in \(ends.scope)" : address, client.description)
    }

    /// Both ends with their ports.
    func ends(of tcp: Int) -> (first: String, second: String)? {
        endpoints[tcp].map { ($0.first.description, $0.second.description) }
    }

    /// The hosts at both ends, with the network that they are of where that is a tunnel.
    func hosts(of tcp: Int) -> (first: String, second: String)? {
        endpoints[tcp].map { ends in
            let network = ends.scope == .none ? "" : " in \(ends.scope)"
            return (ends.first.address.description + network, ends.second.address.description + network)
        }
    }

    /// Takes over what the stream has counted.
    ///
    /// - Parameter sawBothEnds: whether packets of both ends were seen: one that only listens sends none with bytes.
    mutating func update(_ tcp: Int, from protocolStream: borrowing ProtocolStream, sawBothEnds: Bool = false) {
        guard let index = indexes[tcp], var connection = listed[index], let ends = endpoints[tcp] else { return }
        let facts = protocolStream.facts
        let traffic = facts.traffic
        let isServerFirst = facts.serverSide == .first
        let (client, server) = isServerFirst ? (ends.second, ends.first) : (ends.first, ends.second)
        let counts = [traffic[.first], traffic[.second]]
        connection.client = client.description
        connection.server = server.description
        connection.protocolName = facts.protocolName
        connection.bytes = counts.total(of: \.seen)
        connection.bytesDecoded = counts.total(of: \.decoded)
        connection.bytesSkipped = counts.total(of: \.skipped)
        connection.bytesMissing = counts.total(of: \.missing)
        connection.gaps = counts.total(of: \.gaps)
        connection.bytesCut = counts.total(of: \.cut)
        connection.packetsCut = counts.total(of: \.cutPackets)
        connection.lastCut = traffic.lastCut?.time
        connection.midstream = facts.isMidstream
        // An idle connection may show a heartbeat of one end only; a conversation has two sides.
        // Where the opening was seen, both ends had something to say in it.
        let maySayNothing = sawBothEnds && facts.isMidstream
        connection.oneSided = !maySayNothing && !facts.isIdle && counts.contains { $0.seen == 0 }
        connection.answeredIn = protocolStream.answeredIn
        connection.openedAt = facts.isMidstream ? nil : traffic.beganAt
        connection.lastSeenClient = traffic.lastSeen(from: facts.serverSide.opposite)
        connection.lastSeenServer = traffic.lastSeen(from: facts.serverSide)
        connection.bytesSent = counts[isServerFirst ? 1 : 0].seen
        connection.bytesReceived = counts[isServerFirst ? 0 : 1].seen
        (connection.messagesSent, connection.messagesReceived) = facts.messages
        listed[index] = connection
    }

    /// A connection as it is listed; `nil` where it is not.
    func connection(_ index: Int) -> Connection? { listed[index] }

    /// Whether AMQP was spoken to that end, `address:port`.
    var servers: Set<String> { Set(listed.values.lazy.map(\.server)) }

    /// Whether nothing was ever said on any TCP connection, as far as it is known.
    var isEmpty: Bool { count == 0 && others.isEmpty }

    /// Takes over what the ends of a connection said about it.
    mutating func tell(_ index: Int, _ told: ConnectionFacts.Told) {
        listed[index]?.blocked = told.blocked
        listed[index]?.channelClosings = told.channelClosings
        listed[index]?.cancelled = told.cancelled
        listed[index]?.handshake = told.handshake
        listed[index]?.virtualHost = told.virtualHost
        listed[index]?.end = told.end
    }

    /// TCP tells that a connection ended; what `connection.close` said of it says more.
    ///
    /// - Returns: how it ended, where only TCP tells that.
    mutating func ended(_ index: Int, _ end: ConnectionEnd) -> ConnectionEnd? {
        guard let connection = listed[index], connection.end == nil else { return nil }
        listed[index]?.end = end
        return end
    }

    /// - Parameter isCounted: whether nothing else is told of it.
    mutating func foundOther(_ tcp: Int, name: String, isCounted: Bool = true) {
        if isCounted { others[name, default: 0] += 1 }
        endpoints[tcp] = nil
    }

    func endpoints(of tcp: Int) -> TCPEndpoints? { endpoints[tcp] }

    /// The TCP connection is gone; what was counted of it stays.
    mutating func closed(_ tcp: Int) {
        endpoints[tcp] = nil
        indexes[tcp] = nil
    }
}
