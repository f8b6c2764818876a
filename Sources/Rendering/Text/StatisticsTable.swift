package import Trace

/// A value: the figures of one method.
package struct MethodStatistics: Sendable, Equatable {
    package var method: String
    package var kind: Message.Kind
    package var count: Int
    /// Latencies; `nil` where nothing was answered or nothing is answered.
    package var p50: Nanoseconds?
    package var p95: Nanoseconds?
    package var p99: Nanoseconds?
    package var max: Nanoseconds?
    /// Answered with an exception.
    package var failures = 0
    /// Given back by the broker: a cast, a request, or an answer. As `Call.Outcome` tells it, as do the next.
    package var returned = 0
    package var timedOut = 0
    /// Of `timedOut`, those to which an answer came when the caller had given up.
    package var late = 0
    package var unanswered = 0

    /// Whether anything went wrong.
    package var hasProblem: Bool { failures + returned + timedOut + unanswered > 0 }

    package init(method: String, kind: Message.Kind, count: Int) {
        self.method = method
        self.kind = kind
        self.count = count
    }
}

/// A value: methods, one a line, in the order given.
package struct StatisticsTable: Sendable, LineWritable {
    let methods: [MethodStatistics]
    package let options: DiagramOptions

    package init(_ methods: [MethodStatistics], options: DiagramOptions = DiagramOptions()) {
        self.methods = methods
        self.options = options
    }

    package func write(to output: inout StyledOutput) {
        let glyphs = options.glyphs
        // What did not happen in any of them has no column, but for what is looked for first.
        let problems: [(title: String, count: (MethodStatistics) -> Int)] = [
            ("failed", \.failures), ("returned", \.returned), ("timed out", \.timedOut), ("late", \.late),
            ("unanswered", \.unanswered),
        ].filter { column in
            ["failed", "unanswered"].contains(column.0) || methods.contains { column.1($0) > 0 }
        }
        // Beside the maximum, and where all five columns stand, beside those that time out.
        let gives = Self.finerPercentiles + (problems.count == 5 ? ["p50", "late"] : [])
        let numbers = ["count", "p50", "p95", "p99", "max"] + problems.map(\.title)
        var table = TextTable(
            [.init(title: "method", shrinksTo: 16), .init(title: "kind")]
                + numbers.map { .init(title: $0, alignment: .right, isOptional: gives.contains($0)) },
            glyphs: glyphs)
        for method in methods {
            let latencies = [method.p50, method.p95, method.p99, method.max].map { latency in
                (latency.map(glyphs.duration) ?? "-", TextStyle.plain)
            }
            table.append(
                [(method.method, .plain), (method.kind.rawValue, .faint), (String(method.count), .plain)]
                    + latencies + problems.map { problem($0.count(method), method.kind) })
        }
        table.write(to: &output, width: options.cells)
    }

    /// What lies between the median and the maximum goes first where a terminal is narrow.
    private static let finerPercentiles = ["p95", "p99"]

    /// A cast cannot go unanswered.
    private func problem(_ count: Int, _ kind: Message.Kind) -> (String, TextStyle) {
        if count > 0 { return (String(count), .failure) }
        return (kind == .call ? "0" : "-", .faint)
    }
}
