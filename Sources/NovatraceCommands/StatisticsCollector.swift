import Correlation
package import Rendering
package import Trace

/// A machine that keeps running figures of each method, in memory that does not grow with the capture.
///
/// Percentiles of up to `Latencies.exactAtMost` calls are those calls' own figures.
package struct StatisticsCollector {
    private struct Figures {
        var count = 0
        var failures = 0
        var returned = 0
        var timedOut = 0
        var late = 0
        var unanswered = 0
        var latencies = Latencies()
    }

    private struct Key: Hashable {
        var method: String
        var kind: Message.Kind
    }

    private var figures: [Key: Figures] = [:]
    /// Messages and calls of methods for which there was no room.
    private(set) var leftOut = 0

    package init() {}

    mutating func add(_ finished: Correlator.Finished) {
        switch finished {
        case .message(let message): add(message)
        case .call(let call): add(call)
        }
    }

    package mutating func add(_ message: Message) {
        switch message.kind {
        case .cast, .fanout, .notification:
            let key = Key(method: message.title, kind: message.kind)
            guard count(key) else { return }
            if message.returned != nil { figures[key]?.returned += 1 }
        case .call, .reply, .heartbeat, .opaque:
            break
        }
    }

    package mutating func add(_ call: Call) {
        guard call.outcome != .orphanReply else { return }
        let key = Key(method: call.title, kind: .call)
        guard count(key) else { return }
        switch call.outcome {
        case .error: figures[key]?.failures += 1
        case .returned: figures[key]?.returned += 1
        case .timedOut:
            figures[key]?.timedOut += 1
            if call.replyFate == .late { figures[key]?.late += 1 }
        case .unanswered: figures[key]?.unanswered += 1
        case .ok, .orphanReply: break
        }
        // What came when the caller had given up is no measure of how long it waits.
        if call.isAnswered, let latency = call.latency { figures[key]?.latencies.record(latency) }
    }

    /// Counts one of a method; `false` where there is no room for that method.
    private mutating func count(_ key: Key) -> Bool {
        if figures[key] == nil, figures.count >= Limits.methods {
            leftOut += 1
            return false
        }
        figures[key, default: Figures()].count += 1
        return true
    }

    /// The figures, most frequent first.
    package var rows: [MethodStatistics] {
        figures.map { key, figures in
            var row = MethodStatistics(method: key.method, kind: key.kind, count: figures.count)
            row.failures = figures.failures
            (row.returned, row.timedOut, row.late) = (figures.returned, figures.timedOut, figures.late)
            row.unanswered = figures.unanswered
            let percentiles = figures.latencies.percentiles([50, 95, 99])
            (row.p50, row.p95, row.p99) = (percentiles[0], percentiles[1], percentiles[2])
            row.max = figures.latencies.longest
            return row
        }
        .sorted { ($1.count, $0.method, $0.kind.rawValue) < ($0.count, $1.method, $1.kind.rawValue) }
    }
}
