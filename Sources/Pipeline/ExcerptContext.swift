import Protocols
import Trace

/// A value: what excerpts tell of their connections, found by the addresses of both ends.
struct ExcerptContext: Sendable {
    /// A value: the two ends of a connection, in either order.
    private struct Ends: Hashable {
        let lower: String
        let upper: String

        init(_ connection: Connection) {
            self.init(connection.client, connection.server)
        }

        init(_ one: String, _ other: String) {
            (lower, upper) = one < other ? (one, other) : (other, one)
        }
    }

    /// What a participant is known by from one excerpt to the other.
    private struct Name: Hashable {
        let service: String?
        let host: String?
        let label: String

        init(_ participant: Participant) {
            (service, host, label) = (participant.service, participant.host, participant.label)
        }
    }

    private(set) var participants: [Participant] = []
    /// Ids are indexes.
    private(set) var connections: [Connection] = []
    private(set) var anomalies: [Anomaly] = []
    private(set) var anomalyCount = 0
    private(set) var refusals: [String: Timestamp] = [:]
    private(set) var undelivered: Set<String> = []
    private(set) var asides: [String: [AsideDelivery]] = [:]
    private(set) var lastTaken: [String: Delivery] = [:]
    private(set) var lastHeard: [ParticipantID: Timestamp] = [:]
    private(set) var addressed: Set<ParticipantID> = []
    private(set) var successors: [EndedOperation.ID: Operation.Successor] = [:]
    private(set) var instanceNames: [InstanceName] = []
    private(set) var ports: [String: Set<String>] = [:]
    private(set) var sight: DeliverySight?
    private var requests: Set<String> = []
    /// Of `connections`, those on which the capture itself cut messages short.
    private var cut: Set<ConnectionID> = []
    private var places: [Ends: [ConnectionID]] = [:]

    /// Sets excerpts side by side: ids that they have in common mean different things.
    init(_ excerpts: [Excerpt]) {
        for excerpt in excerpts { take(excerpt) }
        for connection in connections { places[Ends(connection), default: []].append(connection.id) }
    }

    private mutating func take(_ excerpt: Excerpt) {
        let newParticipants = take(excerpt.participants)
        var newConnections: [ConnectionID: ConnectionID] = [:]
        for var connection in excerpt.connections {
            let id = ConnectionID(connections.count)
            newConnections[connection.id] = id
            if excerpt.cutConnections.contains(connection.id) { cut.insert(id) }
            connection.id = id
            connection.participant = connection.participant.flatMap { newParticipants[$0] }
            connections.append(connection)
        }
        for var anomaly in excerpt.anomalies {
            anomaly.connection = anomaly.connection.flatMap { newConnections[$0] }
            anomalies.append(anomaly)
        }
        anomalyCount = anomalyCount.saturatingPlus(max(excerpt.anomalyCount, excerpt.anomalies.count))
        refusals.merge(excerpt.refusals) { first, _ in first }
        undelivered.formUnion(excerpt.undelivered)
        for (message, told) in excerpt.asides where asides[message] == nil {
            asides[message] = told.map { aside in
                var aside = aside
                aside.delivery.to = aside.delivery.to.flatMap { newParticipants[$0] }
                return aside
            }
        }
        requests.formUnion(excerpt.requests)
        instanceNames += excerpt.instanceNames
        ports.merge(excerpt.ports) { $0.union($1) }
        for (participant, time) in excerpt.lastHeard {
            guard let id = newParticipants[participant] else { continue }
            lastHeard[id] = max(lastHeard[id] ?? time, time)
        }
        addressed.formUnion(excerpt.addressed.compactMap { newParticipants[$0] })
        for ended in excerpt.successors { successors[ended.id] = successors[ended.id] ?? ended.successor }
        if let told = excerpt.sight {
            var all = sight ?? DeliverySight()
            var renamed = told
            renamed.ways = told.ways.naming { newParticipants[$0] }
            all.merge(renamed)
            sight = all
        }
        for (queue, var delivery) in excerpt.lastTaken {
            if let known = lastTaken[queue], known.at >= delivery.at { continue }
            delivery.to = delivery.to.flatMap { newParticipants[$0] }
            lastTaken[queue] = delivery
        }
    }

    /// Takes over the participants of one excerpt; those that another one knows by the same name are the same.
    ///
    /// - Returns: their ids here by those in the excerpt.
    private mutating func take(_ told: [Participant]) -> [ParticipantID: ParticipantID] {
        let known = Dictionary(grouping: participants, by: Name.init)
        var used: [Name: Int] = [:]
        var ids: [ParticipantID: ParticipantID] = [:]
        for var participant in told where ids[participant.id] == nil {
            let name = Name(participant)
            let namesakes = known[name] ?? []
            let place = used[name, default: 0]
            used[name] = place + 1
            if place < namesakes.count, namesakes[place].pid.map({ $0 == participant.pid ?? $0 }) ?? true {
                ids[participant.id] = namesakes[place].id
                participants[namesakes[place].id].pid = namesakes[place].pid ?? participant.pid
            } else {
                let id = ParticipantID(participants.count)
                ids[participant.id] = id
                participant.id = id
                participants.append(participant)
            }
        }
        return ids
    }

    /// Which of `connections` those are that were read; of several with the same ends the first are the first.
    func ids(of read: [Connection]) -> [ConnectionID: ConnectionID] {
        var used: [Ends: Int] = [:]
        var ids: [ConnectionID: ConnectionID] = [:]
        for connection in read.sorted(by: { $0.id < $1.id }) {
            let ends = Ends(connection)
            guard let known = places[ends] else { continue }
            ids[connection.id] = known[min(used[ends, default: 0], known.count - 1)]
            used[ends, default: 0] += 1
        }
        return ids
    }

    /// Whether messages between these ends that are not whole were cut off by the excerpt: they shared a packet with one
    /// that it holds.
    func holdsWholeMessages(between one: String, and other: String) -> Bool {
        places[Ends(one, other)]?.allSatisfy { !cut.contains($0) } ?? false
    }

    /// Whether a message is of a request whose messages are here; what only shared a packet with them is not.
    func holds(_ message: Message) -> Bool {
        let own = [message.requestID, message.globalRequestID].compactMap(\.self)
        return own.isEmpty || own.contains(where: requests.contains)
    }
}
