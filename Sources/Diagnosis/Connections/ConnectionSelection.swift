import Operations
package import Trace

/// A value: some connections of a trace, what went wrong with them, and who fell silent.
package struct ConnectionSelection: Sendable {
    package var connections: [Connection]
    package var attempts: [ConnectionAttempts]
    package var troubles: [ConnectionTrouble]
    package var silent: [SilentService]

    /// - Parameters:
    ///   - since, until: connections that were open at some time between, and what went wrong between.
    ///   - isWanted: whether the service at the client's end is wanted; `nil` for all. Attempts have an address only.
    ///   - problemsOnly: those that something went wrong with, and those of who fell silent.
    package init(
        _ trace: BusTrace, since: Timestamp? = nil, until: Timestamp? = nil, problemsOnly: Bool = false,
        isWanted: ((Participant) -> Bool)? = nil
    ) {
        func isOf(_ participant: ParticipantID?) -> Bool {
            guard let isWanted else { return true }
            return trace.participants[ifKnown: participant].map(isWanted) ?? false
        }
        func isBetween(_ start: Timestamp?, _ end: Timestamp?) -> Bool {
            if let since, let end, end < since { return false }
            if let until, let start, start > until { return false }
            return true
        }
        silent = trace.silentServices.filter { isOf($0.participant) && isBetween($0.since, nil) }
        attempts = isWanted == nil ? trace.capture.attempts.filter { isBetween($0.first, $0.last) } : []
        var counter = TroubleCounter(trace)
        var troubled: Set<ConnectionID> = []
        for incident in trace.connectionIncidents where isBetween(incident.at, incident.until ?? incident.at) {
            let participant = incident.connection.flatMap { trace.connection($0)?.participant }
            guard isOf(participant) else { continue }
            counter.add(incident)
            if let connection = incident.connection { troubled.insert(connection) }
        }
        troubles = counter.counted
        let silentOnes = Set(silent.map(\.participant))
        connections = trace.capture.connections.filter { connection in
            isOf(connection.participant) && isBetween(connection.openedAt, connection.end?.at)
                && (!problemsOnly || troubled.contains(connection.id)
                    || connection.participant.map(silentOnes.contains) ?? false)
        }
    }

    package var isEmpty: Bool { connections.isEmpty && attempts.isEmpty && troubles.isEmpty && silent.isEmpty }
}
