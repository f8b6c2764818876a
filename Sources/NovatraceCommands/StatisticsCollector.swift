import Correlation
import Histogram
import Rendering
import Trace

/// A machine that keeps running figures of each method, in memory that does not grow with the capture.
///
/// Latencies go into high-dynamic-range histograms with three significant digits, from a microsecond to an hour.
struct StatisticsCollector {
    private struct Figures {
        var count = 0
        var failures = 0
        var unanswered = 0
        var latencies: Histogram<UInt32>?
    }

    private struct Key: Hashable {
        var method: String
        var kind: Message.Kind
    }

    private var figures: [Key: Figures] = [:]

    mutating func add(_ finished: Correlator.Finished) {
        switch finished {
        case .message(let message): add(message)
        case .call(let call): add(call)
        }
    }

    mutating func add(_ message: Message) {
        switch message.kind {
        case .cast, .fanout, .notification:
            let key = Key(method: message.title, kind: message.kind)
            figures[key, default: Figures()].count += 1
            if message.returned != nil { figures[key]?.failures += 1 }
        case .call, .reply, .heartbeat, .opaque:
            break
        }
    }

    mutating func add(_ call: Call) {
        guard call.outcome != .orphanReply else { return }
        let key = Key(method: call.title, kind: .call)
        figures[key, default: Figures()].count += 1
        switch call.outcome {
        case .returned where call.replyFate == .returned: figures[key]?.unanswered += 1
        case .error, .returned: figures[key]?.failures += 1
        case .unanswered, .timedOut: figures[key]?.unanswered += 1
        case .ok, .orphanReply: break
        }
        if let latency = call.latency { record(latency, of: key) }
    }

    private mutating func record(_ latency: Nanoseconds, of key: Key) {
        let microseconds = UInt64(max(1, min(latency / 1000, 3_600_000_000)))
        if figures[key]?.latencies == nil {
            figures[key]?.latencies = Histogram(
                lowestDiscernibleValue: 1, highestTrackableValue: 3_600_000_000, numberOfSignificantValueDigits: .three)
        }
        figures[key]?.latencies?.record(microseconds)
    }

    /// The figures, most frequent first.
    var rows: [MethodStatistics] {
        figures.map { key, figures in
            var row = MethodStatistics(method: key.method, kind: key.kind, count: figures.count)
            row.failures = figures.failures
            row.unanswered = figures.unanswered
            if let latencies = figures.latencies {
                row.p50 = Nanoseconds(latencies.valueAtPercentile(50)) * 1000
                row.p95 = Nanoseconds(latencies.valueAtPercentile(95)) * 1000
                row.p99 = Nanoseconds(latencies.valueAtPercentile(99)) * 1000
                row.max = Nanoseconds(latencies.max) * 1000
            }
            return row
        }
        .sorted { ($1.count, $0.method, $0.kind.rawValue) < ($0.count, $1.method, $1.kind.rawValue) }
    }
}
