import Protocols
import Trace

/// A machine that keeps the list of the connections that were found, and of what else was seen on the wire.
///
/// Each has a number that no other gets; which of them are listed is said from outside.
struct ConnectionList: Sendable {
    private var listed: [Int: Connection] = [:]
    /// Connections found.
    private var count = 0
    /// Of those, how many were read but never listed.
    private(set) var unlisted = 0
    /// Other protocols by name.
    private(set) var others: [String: Int] = [:]

    /// Those of which one end agreed to a `connection.close`, until they end.
    private var closesAnswered: Set<Int> = []
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

    /// How many are listed.
    var listedCount: Int { listed.count }

    /// Takes a connection that was found.
    mutating func opened(_ connection: FoundConnection, isListed: Bool) {
        count += 1
        if isListed {
            listed[connection.id] = Connection(id: connection.id, client: "", server: "", protocolName: "AMQP")
        } else {
            unlisted += 1
        }
        if notesFound, found.count < Self.foundAtMost { found.append(connection) }
    }

    mutating func takeFound() -> [FoundConnection] {
        defer { found.removeAll(keepingCapacity: true) }
        return found
    }

    /// Takes connections off the list.
    mutating func forget(_ indexes: [Int]) {
        for index in indexes { listed[index] = nil }
    }

    /// Takes over what was counted of a connection.
    mutating func update(_ account: borrowing ConnectionAccount) {
        guard var connection = listed[account.connection] else { return }
        let (facts, ends) = (account.facts, account.ends)
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
        let maySayNothing = account.sawBothEnds && facts.isMidstream
        connection.oneSided = !maySayNothing && !facts.isIdle && counts.contains { $0.seen == 0 }
        connection.answeredIn = account.answeredIn
        connection.openedAt = facts.isMidstream ? nil : traffic.beganAt
        connection.lastSeenClient = traffic.lastSeen(from: facts.serverSide.opposite)
        connection.lastSeenServer = traffic.lastSeen(from: facts.serverSide)
        connection.bytesSent = counts[isServerFirst ? 1 : 0].seen
        connection.bytesReceived = counts[isServerFirst ? 0 : 1].seen
        (connection.messagesSent, connection.messagesReceived) = facts.messages
        listed[account.connection] = connection
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
        if told.isCloseAnswered { closesAnswered.insert(index) }
    }

    /// TCP tells that a connection ended; what `connection.close` said of it says more.
    ///
    /// - Returns: how it ended, where only TCP tells that.
    mutating func ended(_ index: Int, _ end: ConnectionEnd) -> ConnectionEnd? {
        let isCloseAnswered = closesAnswered.remove(index) != nil
        guard let connection = listed[index], connection.end == nil else { return nil }
        var end = end
        // Who is not seen at all may have closed it.
        if isCloseAnswered || connection.oneSided { end.mayHaveBeenClosed = true }
        listed[index]?.end = end
        return end
    }

    /// A connection carried a protocol that is not decoded.
    mutating func foundOther(_ name: String) { others[name, default: 0] += 1 }
}
