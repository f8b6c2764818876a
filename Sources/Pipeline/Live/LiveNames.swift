import Correlation
import Trace

/// A machine that knows who is who while that is still being learned.
///
/// A participant keeps its id from the time when it is first asked for; what is told of it may change. Names are worked
/// out anew when something was learned, the less often the more of them there are.
struct LiveNames {
    private var known: [Participant] = []
    /// Connection → the place among `known`, whatever the id there.
    private var ofConnection: [ConnectionID: ParticipantID] = [:]
    private var changes = -1
    private var refreshedAt: Timestamp?
    /// Connection → the id of the participant at its client's end.
    private var ids: [ConnectionID: ParticipantID] = [:]
    private var nextID: ParticipantID = 0

    /// For each connection; to work the names out takes a small part of it.
    private static let interval: Nanoseconds = 20_000

    /// Puts in the names of who takes part, as far as they are known by now.
    func name(_ event: inout BusEvent) {
        // Taken out and put back, since a copy of a message has many parts.
        if var message = event.message.take() {
            event.from = participant(at: message.connection)
            message.from = event.from?.id
            let isOnlyTheLast = event.kind == .redelivered || event.kind == .takenLate
            for index in message.deliveries.indices {
                guard let receiver = participant(at: message.deliveries[index].connection) else { continue }
                message.deliveries[index].to = receiver.id
                if isOnlyTheLast && index < message.deliveries.count - 1 { continue }
                if !event.to.contains(where: { $0.id == receiver.id }) { event.to.append(receiver) }
            }
            event.message = message
        }
        if let call = event.call {
            let (caller, server) = (participant(at: call.callerConnection), participant(at: call.serverConnection))
            event.call?.from = caller?.id
            event.call?.to = server?.id
            if event.kind == .unanswered {
                event.from = caller
                event.to = server.map { [$0] } ?? event.to
            }
        }
    }

    /// Whether the names are to be worked out anew: something was learned, and the last time is not too near.
    func areOld(_ changes: Int, at now: Timestamp) -> Bool {
        guard changes != self.changes else { return false }
        guard let refreshedAt, now >= refreshedAt else { return true }
        return now - refreshedAt >= Self.interval * Int64(ofConnection.count)
    }

    /// Brings the names up to what is known.
    mutating func refresh(from naming: borrowing ServiceNaming, at now: Timestamp) {
        changes = naming.changes
        refreshedAt = now
        (known, ofConnection) = naming.participants()
        renumber()
    }

    /// A participant keeps the id that any connection of it was known by; of several the oldest.
    private mutating func renumber() {
        var kept = [ParticipantID?](repeating: nil, count: known.count)
        for (connection, place) in ofConnection {
            guard let id = ids[connection] else { continue }
            kept[place.index] = min(kept[place.index] ?? id, id)
        }
        var taken: Set<ParticipantID> = []
        for index in known.indices {
            if let id = kept[index], taken.insert(id).inserted {
                known[index].id = id
            } else {
                known[index].id = nextID
                nextID = nextID.advanced(by: 1)
            }
        }
        ids = ofConnection.mapValues { known[$0].id }
    }

    /// The id of the participant at the client's end of a connection.
    func id(at connection: ConnectionID) -> ParticipantID? { participant(at: connection)?.id }

    /// The one service of that name and host, of a service without a host of any; `nil` where several fit.
    func only(_ service: String, on host: String?, virtualHost: String?) -> Participant? {
        var labels: Set<String> = []
        var found: Participant?
        for participant in known where participant.service == service {
            if let host, participant.host != host { continue }
            if let own = participant.virtualHost, let virtualHost, own != virtualHost { continue }
            if labels.insert(participant.label).inserted { found = participant }
        }
        return labels.count == 1 ? found : nil
    }

    /// The participant at the client's end of a connection.
    func participant(at connection: ConnectionID?) -> Participant? {
        connection.flatMap { ofConnection[$0] }.map { known[$0] }
    }
}
