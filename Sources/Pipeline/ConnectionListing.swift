import Correlation
import Trace

/// A value: the connections and participants of a trace, and which of them is which that was read.
///
/// In what is listed ids are indexes.
struct ConnectionListing {
    /// With the connections that are listed, and anomalies that name them.
    private(set) var capture: CaptureSummary
    private(set) var participants: [Participant]
    /// By the numbers under which connections were read.
    private(set) var participantOfConnection: [ConnectionID: ParticipantID]
    private(set) var ids: [ConnectionID: ConnectionID]
    /// Publishes that the broker is known to have refused, by `_unique_id`.
    private(set) var refusals: [String: Timestamp] = [:]
    /// Deliveries to others than a message was sent to, by its `_unique_id`, where an excerpt tells of them.
    private(set) var asides: [String: [AsideDelivery]] = [:]

    /// - Parameter excerpt: what the sources tell of themselves where each is an excerpt.
    init(of capture: consuming CaptureSummary, naming: consuming ServiceNaming, excerpt: ExcerptContext?) {
        (participants, participantOfConnection) = naming.participants()
        ids = Dictionary(
            capture.connections.enumerated().map { ($1.id, ConnectionID($0)) }, uniquingKeysWith: { first, _ in first })
        let read = excerpt == nil ? [] : capture.connections
        // Very many are not copied.
        self.capture = consume capture
        for id in self.capture.connections.ids {
            let connection = self.capture.connections[id].id
            self.capture.connections[id].participant = participantOfConnection[connection]
            self.capture.connections[id].connectionName = naming.connectionName(of: connection)
            self.capture.connections[id].id = id
        }
        AbandonedConnections.mark(&self.capture.connections, participants: participants)
        for index in self.capture.anomalies.indices {
            let connection = self.capture.anomalies[index].connection
            self.capture.anomalies[index].connection = connection.flatMap { ids[$0] }
        }
        noteRenewals()
        if let excerpt { restore(from: excerpt, read: read) }
    }

    /// Notes of consumers that the broker ended when the same client consumed from the queue again: the same process,
    /// or, where nothing tells which it is, one at the same address.
    private mutating func noteRenewals() {
        let renewing = capture.connections.indices.filter { !capture.connections[$0].renewals.isEmpty }
        guard !renewing.isEmpty else { return }
        func isSame(_ one: Connection, _ other: Connection) -> Bool {
            guard one.id != other.id else { return true }
            guard one.server == other.server, one.virtualHost == other.virtualHost else { return false }
            if let participant = one.participant, other.participant != nil { return participant == other.participant }
            return one.clientAddress == other.clientAddress
        }
        for index in capture.connections.indices where !capture.connections[index].cancelled.isEmpty {
            var renewals: [ConsumerRenewal] = []
            for other in renewing where isSame(capture.connections[index], capture.connections[other]) {
                renewals += capture.connections[other].renewals
            }
            for place in capture.connections[index].cancelled.indices {
                let cancelled = capture.connections[index].cancelled[place]
                let later = renewals.filter { $0.queue == cancelled.queue && $0.at >= cancelled.at }
                capture.connections[index].cancelled[place].renewedAt = later.map(\.at).min()
            }
        }
    }

    /// Puts what excerpts tell in place of what their packets show of connections, which is only a part.
    private mutating func restore(from excerpt: ExcerptContext, read: [Connection]) {
        let known = excerpt.ids(of: read)
        let strangers = read.filter { known[$0.id] == nil }
        var connections = excerpt.connections
        var participants = excerpt.participants
        var newIDs = known
        var newParticipants: [ParticipantID: ParticipantID] = [:]
        for stranger in strangers {
            guard let place = ids[stranger.id] else { continue }
            var connection = capture.connections[place]
            if let participant = connection.participant {
                let id = newParticipants[participant] ?? ParticipantID(participants.count)
                if newParticipants.updateValue(id, forKey: participant) == nil {
                    participants.append(self.participants[participant])
                    participants[id].id = id
                }
                connection.participant = id
            }
            connection.id = ConnectionID(connections.count)
            newIDs[stranger.id] = connection.id
            connections.append(connection)
        }
        let own = capture.anomalies.filter { $0.connection == nil }
        capture.anomalies = Array((excerpt.anomalies + own).prefix(CaptureSummary.anomalyLimit))
        capture.anomalyCount = excerpt.anomalyCount.saturatingPlus(own.count)
        capture.unreadCount = (excerpt.anomalies + own).count(where: \.isUnread)
        capture.connections = connections
        self.participants = participants
        ids = newIDs
        participantOfConnection = newIDs.compactMapValues { connections[$0].participant }
        refusals = excerpt.refusals
        asides = excerpt.asides
        capture.lastTaken = excerpt.lastTaken
        capture.sight = excerpt.sight
        (capture.successors, capture.ports) = (excerpt.successors, excerpt.ports)
        (capture.lastHeard, capture.addressed) = (excerpt.lastHeard, excerpt.addressed)
        capture.excerptHasParts = connections.contains { !$0.watched.isWhole }
    }
}

extension Connection {
    /// Without the port.
    fileprivate var clientAddress: Substring { client[..<(client.lastIndex(of: ":") ?? client.endIndex)] }
}
