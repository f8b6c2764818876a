package import Trace

/// A value: two operations of the same kind side by side, step by step.
///
/// GOOD and BAD are roles: exchanged operations give the exchanged result, missing for extra and slower for faster.
package struct OperationComparison: Sendable {
    package let good: ComparedSide
    package let bad: ComparedSide
    package let tolerance: Tolerance
    package let steps: [StepPair]
    package let states: [StatePair]
    /// In the order in which both did them; what only one did stands where it did it.
    package let lines: [LinePair]
    /// Lines that were too many to be compared.
    package let uncompared: (good: Int, bad: Int)
    /// `nil` where the capture does not hold the beginning or the end of one of them.
    package let duration: TimePair?
    /// `nil` where both hold the same lines with the same endings.
    package let parting: Parting?

    package init(good: ComparedSide, bad: ComparedSide, tolerance: Tolerance = Tolerance()) {
        self.good = good
        self.bad = bad
        self.tolerance = tolerance
        let matched = LineMatcher(good: good, bad: bad, tolerance: tolerance)
        lines = matched.pairs
        uncompared = matched.uncompared
        parting = Parting(in: matched.pairs)
        steps = StepMatcher(good: good, bad: bad, tolerance: tolerance).pairs()
        states = StatePair.pairs(good: good, bad: bad, tolerance: tolerance)
        let isWhole = ![good, bad].contains { $0.beganBeforeCapture || $0.isOpen }
        duration = isWhole ? TimePair(good: good.duration, bad: bad.duration, tolerance: tolerance) : nil
    }

    /// Whether they do not differ: neither in what was done nor in how it ended nor, beyond the tolerance, in time.
    package var agrees: Bool {
        good.operation.outcome == bad.operation.outcome && uncompared == (0, 0)
            && duration?.relation ?? .alike == .alike && !lines.contains { $0.standing.isDifference }
            && !steps.contains { $0.standing.isDifference } && !states.contains { $0.standing.isDifference }
    }

    /// Messages that only GOOD has, repeats and answers counted.
    package var missing: Int { surplus(\.good, over: \.bad, .missing) }

    /// Messages that only BAD has, repeats and answers counted.
    package var extra: Int { surplus(\.bad, over: \.good, .extra) }

    private func surplus(
        _ side: KeyPath<LinePair, ComparedLine?>, over other: KeyPath<LinePair, ComparedLine?>, _ alone: Standing
    ) -> Int {
        lines.reduce(0) { sum, pair in
            guard pair.standing != .unknown, let own = pair[keyPath: side] else { return sum }
            guard let their = pair[keyPath: other] else {
                return pair.standing == alone ? sum + own.messages.count : sum
            }
            return sum + max(0, own.messages.count - their.messages.count)
        }
    }
}

extension LinePair {
    /// The greatest difference in time that is beyond the tolerance.
    package var difference: Nanoseconds {
        [duration, gap].compactMap(\.self).filter { $0.relation != .alike }.map(\.difference).max() ?? 0
    }
}

extension Parting {
    init?(in pairs: [LinePair]) {
        guard let first = pairs.firstIndex(where: \.standing.isParting) else { return nil }
        let pair = pairs[first]
        after = pairs[..<first].last(where: \.isShared)
        isEnding = pair.standing == .changed
        isElsewhere = false
        guard !isEnding else {
            (good, bad) = (pair.good, pair.bad)
            consequence = pairs[first...].first { $0.standing == .missing }?.good.flatMap { line in
                pairs.contains { $0.bad?.reads(like: line) ?? false } ? nil : line
            }
            return
        }
        // What one does instead of the other stands right after it.
        let block = pairs[first...].prefix { $0.good == nil || $0.bad == nil }
        good = block.first { $0.standing == .missing }?.good
        bad = block.first { $0.standing == .extra }?.bad
        if let good {
            isElsewhere = pairs.contains { $0.bad?.reads(like: good) ?? false }
        } else if let bad {
            isElsewhere = pairs.contains { $0.good?.reads(like: bad) ?? false }
        }
    }
}
