import Correlation
import OpenStack
import Trace

/// What a capture is said to hold, and what of it was evicted.
extension TraceState {
    /// What limits and expiry evicted so far.
    var evictions: Evictions {
        var evictions = Evictions()
        evictions.joiningsEnded = correlator.evicted
        evictions.connections = correlator.forgottenConnections
        evictions.unlistedConnections = connections.unlisted
        return evictions
    }

    /// States what the limits evicted.
    ///
    /// - Parameter untold: how often what was said of a connection was not noted.
    mutating func recordLosses(at end: Timestamp, untold: Int) {
        let leftOut = untold + connections.leftOut + correlator.naming.namesLeftOut
        if leftOut > 0 {
            state(
                Anomaly(
                    at: end, connection: nil, kind: .connectionFactsLeftOut,
                    detail: "what was said of connections, as their names and users, is left out \(leftOut) times: "
                        + "there is no room for all"))
        }
        let unlisted = connections.unlisted
        if unlisted > 0 {
            state(
                Anomaly(
                    at: end, connection: nil, kind: .connectionsNotListed,
                    detail: "\(unlisted) more connections were read, but are neither listed nor named"))
        }
        let evicted = correlator.evicted
        if evicted > 0 {
            state(
                Anomaly(
                    at: end, connection: nil, kind: .joiningEndedEarly,
                    detail: "\(evicted) messages and calls were let go before the end of the capture; "
                        + "what came for them later could not be joined"))
        }
    }

    /// What was captured and read; connections have the numbers that messages name them by.
    ///
    /// - Parameter listed: those that are listed.
    func summary(
        of sources: [CaptureSource], _ redaction: Redaction, listed: consuming [Connection]
    ) -> CaptureSummary {
        var summary = CaptureSummary()
        summary.sources = sources.map { $0.redacted(redaction) }
        summary.connections = listed
        if sources.count > 1 {
            for index in summary.connections.indices {
                let connection = summary.connections[index].id
                summary.connections[index].watched = correlator.watch.time(of: connection)
                summary.connections[index].sources = correlator.watch.sources(of: connection)
            }
        }
        let servers = Set(summary.connections.lazy.map(\.server))
        summary.attempts = attempts.attempts(to: servers, isAlone: connections.isEmpty)
        summary.otherProtocols = connections.others
        summary.anomalies = anomalies.kept
        summary.anomalyCount = anomalies.count
        summary.unreadCount = anomalies.unreadCount
        return summary
    }
}
