import DequeModule
import Trace

/// A machine that keeps the first anomalies, and the newest where it is asked to, and counts them all.
///
/// `CaptureSummary.anomalyLimit` are kept in all. What is stated of the capture as a whole is kept beyond that: a few
/// sentences at its end.
struct AnomalyLog: Sendable {
    private var first: [Anomaly] = []
    private var newest: Deque<Anomaly> = []
    private var statements: [Anomaly] = []
    private(set) var count = 0
    /// Those of `count` that keep something from being read.
    private(set) var unreadCount = 0
    private let newestLimit: Int

    /// - Parameter newest: how many of those kept are the newest, when there are more than can be kept.
    init(newest: Int = 0) {
        newestLimit = newest
    }

    var kept: [Anomaly] { first + newest + statements }

    mutating func add(_ anomaly: Anomaly) {
        count += 1
        if anomaly.isUnread { unreadCount += 1 }
        if first.count < CaptureSummary.anomalyLimit - newestLimit { return first.append(anomaly) }
        guard newestLimit > 0 else { return }
        if newest.count == newestLimit { newest.removeFirst() }
        newest.append(anomaly)
    }

    mutating func state(_ anomaly: Anomaly) {
        count += 1
        if anomaly.isUnread { unreadCount += 1 }
        statements.append(anomaly)
    }
}
