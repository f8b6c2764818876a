import Diagnosis
import Trace

/// A machine that decides when trouble with connections is told: at once, and what is repeated once a while, counted.
struct LiveTroubles {
    /// What is alike is told together.
    private struct Key: Hashable {
        let kind: ConnectionIncident.Kind
        let client: String
        let server: String
        let user: String?
        let text: String?
        let subject: String?
    }

    private struct State {
        var toldAt: Timestamp
        /// After which time what was only counted since is told.
        var pause: Nanoseconds
        var count = 0
        var latest: ConnectionIncident
    }

    /// Packet time in which what was told is only counted.
    private static let interval: Nanoseconds = .seconds(60)
    /// Connections of one process end together: after the first the others are told soon, in one line.
    private static let burst: Nanoseconds = .seconds(1)

    private var states: [Key: State] = [:]
    /// Incidents of a connection that were taken in.
    private var taken: [ConnectionID: Int] = [:]

    /// Takes what happened to a connection, as it stands.
    ///
    /// - Returns: what is to be told.
    mutating func changed(_ connection: Connection, at now: Timestamp) -> [ConnectionIncident] {
        let incidents = connection.incidents
        let known = taken[connection.id] ?? 0
        if connection.end != nil {
            taken[connection.id] = nil
        } else if incidents.count > known, taken.count < PipelineLimits.troubledConnections {
            taken[connection.id] = incidents.count
        }
        return incidents.dropFirst(known).compactMap { told($0, at: now) }
    }

    /// Takes failed attempts, each as it happened.
    mutating func failed(_ attempts: ConnectionAttempts, at now: Timestamp) -> ConnectionIncident? {
        var incident = attempts.incident
        incident.at = attempts.last
        return told(incident, at: now)
    }

    private mutating func told(_ incident: ConnectionIncident, at now: Timestamp) -> ConnectionIncident? {
        let key = Key(
            kind: incident.kind, client: ClientNames.address(incident.client), server: incident.server,
            user: incident.user, text: incident.text, subject: incident.subject)
        guard var state = states[key], (now - state.toldAt).magnitude < Self.interval else {
            var incident = incident
            incident.count += states[key]?.count ?? 0
            if states[key] != nil || states.count < PipelineLimits.troubles {
                states[key] = State(
                    toldAt: now, pause: states[key] == nil ? Self.burst : Self.interval, latest: incident)
            }
            return incident
        }
        state.count += incident.count
        state.latest = incident
        states[key] = state
        return nil
    }

    /// What was only counted, and has not been told for a while.
    mutating func due(at now: Timestamp) -> [ConnectionIncident] {
        var due: [ConnectionIncident] = []
        for (key, state) in states where now - state.toldAt >= state.pause {
            states[key]?.pause = Self.interval
            guard state.count > 0 else { continue }
            var incident = state.latest
            incident.count = state.count
            due.append(incident)
            states[key] = State(toldAt: now, pause: Self.interval, latest: incident)
        }
        return due.sorted { ($0.at, $0.client, $0.server) < ($1.at, $1.client, $1.server) }
    }

    /// What was only counted, at the end.
    mutating func rest() -> [ConnectionIncident] {
        let rest = states.values.filter { $0.count > 0 }.map { state in
            var incident = state.latest
            incident.count = state.count
            return incident
        }
        states = [:]
        return rest.sorted { ($0.at, $0.client, $0.server) < ($1.at, $1.client, $1.server) }
    }
}
