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
        let method: String
        let kind: Message.Kind

        /// The few kinds of one method are told apart by comparison.
        func hash(into hasher: inout Hasher) { hasher.combine(method) }
    }

    /// Where the figures of each method lie.
    private var places: [Key: Int] = [:]
    private var figures: [Figures] = []
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
            guard let place = count(Key(method: message.title, kind: message.kind)) else { return }
            if message.returned != nil { figures[place].returned += 1 }
        case .call, .reply, .heartbeat, .opaque:
            break
        }
    }

    package mutating func add(_ call: Call) {
        guard call.outcome != .orphanReply else { return }
        guard let place = count(Key(method: call.title, kind: .call)) else { return }
        switch call.outcome {
        case .error: figures[place].failures += 1
        case .returned: figures[place].returned += 1
        case .timedOut:
            figures[place].timedOut += 1
            if call.replyFate == .late { figures[place].late += 1 }
        case .unanswered: figures[place].unanswered += 1
        case .ok, .orphanReply: break
        }
        // What came when the caller had given up is no measure of how long it waits.
        if call.isAnswered, let latency = call.latency { figures[place].latencies.record(latency) }
    }

    /// Counts one of a method.
    ///
    /// - Returns: where its figures lie; `nil` where there is no room for that method.
    private mutating func count(_ key: Key) -> Int? {
        if let place = places[key] {
            figures[place].count += 1
            return place
        }
        guard figures.count < Limits.methods else {
            leftOut += 1
            return nil
        }
        places[key] = figures.count
        figures.append(Figures(count: 1))
        return figures.count - 1
    }

    /// The figures, most frequent first.
    package var rows: [MethodStatistics] {
        places.map { key, place in
            let figures = figures[place]
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
