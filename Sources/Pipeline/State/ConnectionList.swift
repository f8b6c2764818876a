import Bytes
import Correlation
import Network
import Protocols
import Trace

/// A machine that keeps the list of the connections that were found, and of what else was seen on the wire.
///
/// Each has a number that no other gets; which of them are listed is said from outside.
struct ConnectionList: Sendable {
    /// Of those that are listed what is known, from when it was first asked for or the connection ended.
    private var listed = SparseTable<Connection, Connection>()
    private var numbers: Set<ConnectionID> = []
    /// Connections found.
    private var count = 0
    /// Of those, how many were read but never listed.
    private(set) var unlisted = 0
    /// Other protocols by name.
    private(set) var others: [String: Int] = [:]

    /// Those of which one end agreed to a `connection.close`, until they end.
    private var closesAnswered: Set<ConnectionID> = []
    /// Found since somebody asked last, where somebody does.
    private var found: [FoundConnection] = []
    private let notesFound: Bool
    /// Bytes of what was said of connections that ended, where it is more than all have.
    private var toldBytes: [ConnectionID: Int] = [:]
    private var bytes = 0
    private let bytesAtMost: Int
    /// Connections that ended and of which what was said is not kept for want of room.
    private(set) var leftOut = 0

    init(notesFound: Bool = false, bytesAtMost: Int = PipelineLimits.listedBytes) {
        self.notesFound = notesFound
        self.bytesAtMost = bytesAtMost
    }

    /// Those that are listed, in the order in which they were found.
    var connections: [Connection] { listed.ids.sorted().compactMap { listed[$0] } }

    /// The same, which takes them off the list: there is no room for very many twice.
    mutating func takeConnections() -> [Connection] {
        var connections = listed.takeValues()
        connections.sort { $0.id < $1.id }
        return connections
    }

    /// The capture is at its end: what is known of all that are listed is about to be taken over.
    mutating func reserveRoom() { listed.reserveCapacity(numbers.count) }

    /// How many are listed.
    var listedCount: Int { numbers.count }

    /// Takes a connection that was found.
    mutating func opened(_ connection: FoundConnection, isListed: Bool) {
        count += 1
        if isListed {
            numbers.insert(connection.id)
        } else {
            unlisted += 1
        }
        if notesFound, found.count < PipelineLimits.foundConnections { found.append(connection) }
    }

    mutating func takeFound() -> [FoundConnection] {
        defer { found.removeAll(keepingCapacity: true) }
        return found
    }

    /// Takes connections off the list.
    mutating func forget(_ ids: [ConnectionID]) {
        for id in ids where numbers.remove(id) != nil {
            listed.remove(id)
            bytes -= toldBytes.removeValue(forKey: id) ?? 0
        }
    }

    /// Where a connection is listed; `nil` where it is not.
    private mutating func place(of connection: ConnectionID) -> Int? {
        if let place = listed.place(of: connection) { return place }
        guard numbers.contains(connection) else { return nil }
        return listed.insert(
            Connection(id: connection, client: "", server: "", protocolName: "AMQP"), for: connection)
    }

    /// Takes over what was counted of a connection.
    mutating func update(_ account: borrowing ConnectionAccount) {
        guard let place = place(of: account.connection) else { return }
        Self.update(&listed[at: place], account)
    }

    private static func update(_ connection: inout Connection, _ account: borrowing ConnectionAccount) {
        let (facts, ends) = (account.facts, account.ends)
        let traffic = facts.traffic
        let isServerFirst = facts.serverSide == .first
        let (client, server) = isServerFirst ? (ends.second, ends.first) : (ends.first, ends.second)
        let counts = [traffic[.first], traffic[.second]]
        connection.client = client.description
        connection.server = server.description
        connection.protocolName = facts.protocolName
        connection.network = ends.scope == .none ? nil : "\(ends.scope)"
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
        let maySayNothing = account.sawBothEnds && facts.isMidstream
        connection.oneSided = !maySayNothing && !facts.isIdle && counts.contains { $0.seen == 0 }
        connection.answeredIn = account.answeredIn
        connection.proxiedClient = account.proxiedClient?.description
        connection.precededBy = account.precededBy
        connection.openedAt = facts.isMidstream ? nil : traffic.beganAt
        connection.lastSeenClient = traffic.lastSeen(from: facts.serverSide.opposite)
        connection.lastSeenServer = traffic.lastSeen(from: facts.serverSide)
        connection.bytesSent = counts[isServerFirst ? 1 : 0].seen
        connection.bytesReceived = counts[isServerFirst ? 0 : 1].seen
        (connection.messagesSent, connection.messagesReceived) = facts.messages
    }

    /// A connection as it is listed; `nil` where it is not.
    func connection(_ id: ConnectionID) -> Connection? { listed[id] }

    /// Whether nothing was ever said on any TCP connection, as far as it is known.
    var isEmpty: Bool { count == 0 && others.isEmpty }

    /// Takes over what the ends of a connection said about it, which is about to be closed.
    mutating func keep(_ id: ConnectionID, _ told: consuming ConnectionFacts.Told) {
        guard numbers.contains(id) else { return }
        if told.ownBytes > 0 {
            if bytes + told.ownBytes > bytesAtMost {
                leftOut += 1
                told.dropTexts()
            }
            bytes += told.ownBytes
            toldBytes[id] = told.ownBytes
        }
        tell(id, told)
    }

    /// Takes over what the ends of a connection said about it so far.
    mutating func tell(_ id: ConnectionID, _ told: ConnectionFacts.Told) {
        guard let place = place(of: id) else { return }
        let troubles = told.troubles
        listed[at: place].blocked = troubles.blocked
        listed[at: place].channelClosings = troubles.channelClosings
        listed[at: place].cancelled = troubles.cancelled
        listed[at: place].renewals = troubles.renewals
        listed[at: place].consumers = told.consumers.listed
        listed[at: place].sharedHandshake = told.handshake
        listed[at: place].virtualHost = told.virtualHost
        listed[at: place].end = troubles.end
        if told.isCloseAnswered { closesAnswered.insert(id) }
    }

    /// TCP tells that a connection ended; what `connection.close` said of it says more.
    ///
    /// - Returns: how it ended, where only TCP tells that.
    mutating func ended(_ id: ConnectionID, _ end: ConnectionEnd) -> ConnectionEnd? {
        let isCloseAnswered = closesAnswered.remove(id) != nil
        guard let place = place(of: id), listed[at: place].end == nil else { return nil }
        var end = end
        // Who is not seen at all may have closed it.
        if isCloseAnswered || listed[at: place].oneSided { end.mayHaveBeenClosed = true }
        listed[at: place].end = end
        return end
    }

    /// A connection carried a protocol that is not decoded.
    mutating func foundOther(_ name: String) { others[name, default: 0] += 1 }
}
