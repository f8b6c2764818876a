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
    mutating func recordLosses(at end: Timestamp) {
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
    func summary(of sources: [CaptureSource], _ redaction: Redaction) -> CaptureSummary {
        var summary = CaptureSummary()
        summary.sources = sources.map { $0.redacted(redaction) }
        summary.connections = connections.connections
        if sources.count > 1 {
            for index in summary.connections.indices {
                let connection = summary.connections[index].id
                summary.connections[index].watched = correlator.watch.time(of: connection)
                summary.connections[index].sources = correlator.watch.sources(of: connection)
            }
        }
        summary.attempts = attempts.attempts(to: connections.servers, isAlone: connections.isEmpty)
        summary.otherProtocols = connections.others
        summary.anomalies = anomalies.kept
        summary.anomalyCount = anomalies.count
        summary.unreadCount = anomalies.unreadCount
        return summary
    }
}
