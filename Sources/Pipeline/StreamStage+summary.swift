import Correlation
import Trace

/// What a capture is said to hold, and what of it was let go.
extension StreamStage {
    /// What limits and expiry made go so far.
    var evictions: Evictions {
        var evictions = Evictions()
        evictions.joiningsEnded = messages.correlator.evicted
        evictions.connections = messages.correlator.forgottenConnections
        evictions.unlistedConnections = registry.unlisted
        return evictions
    }

    var counts: (correlator: CorrelatorCounts, listed: Int, open: Int) {
        (messages.correlator.counts, registry.connections.count, registry.openCount)
    }

    /// States what the limits let go.
    mutating func recordLosses(at end: Timestamp) {
        let unlisted = registry.unlisted
        if unlisted > 0 {
            record(
                Anomaly(
                    at: end, connection: nil, kind: .connectionsNotListed,
                    detail: "\(unlisted) more connections were read, but are neither listed nor named"))
        }
        let evicted = messages.correlator.evicted
        if evicted > 0 {
            record(
                Anomaly(
                    at: end, connection: nil, kind: .joiningEndedEarly,
                    detail: "\(evicted) messages and calls were let go before the end of the capture; "
                        + "what came for them later could not be joined"))
        }
    }

    /// What was captured and read; connections have the numbers that messages name them by.
    ///
    /// - Parameter sawBothEnds: whether packets of both ends of an open TCP connection were seen.
    func summary(of sources: [CaptureSource], sawBothEnds: (Int) -> Bool) -> CaptureSummary {
        var registry = registry
        for entry in entries {
            guard let connection = entry.connection else { continue }
            registry.update(entry.tcp, from: entry.stream, sawBothEnds: sawBothEnds(entry.tcp))
            if let told = messages.facts.told(on: connection) { registry.tell(connection, told) }
        }
        var summary = CaptureSummary()
        summary.sources = sources.map { $0.redacted(messages.redaction) }
        summary.connections = registry.connections
        if sources.count > 1 {
            for index in summary.connections.indices {
                let connection = summary.connections[index].id
                summary.connections[index].watched = correlator.watch.time(of: connection)
                summary.connections[index].sources = correlator.watch.sources(of: connection)
            }
        }
        summary.attempts = attempts.attempts(to: registry.servers, isAlone: registry.isEmpty)
        summary.otherProtocols = registry.others
        summary.anomalies = messages.anomalies.kept
        summary.anomalyCount = messages.anomalies.count
        summary.unreadCount = messages.anomalies.unreadCount
        return summary
    }
}
