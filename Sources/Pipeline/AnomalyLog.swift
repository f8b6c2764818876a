import Trace

/// A machine that keeps the first anomalies and counts them all.
struct AnomalyLog: Sendable {
    private(set) var kept: [Anomaly] = []
    private(set) var count = 0

    mutating func add(_ anomaly: Anomaly) {
        count += 1
        if kept.count < CaptureSummary.anomalyLimit { kept.append(anomaly) }
    }
}
