package import Trace

/// A value: how far two lengths of time may lie apart and still count as alike.
///
/// They differ when the longer one is more than `factor` times the shorter one *and* longer by more than `slack`:
/// a save that takes 40 ms instead of 4 ms is ten times slower and of no account.
package struct Tolerance: Sendable, Equatable {
    /// At least 1.
    package var factor: Double
    /// Zero or more.
    package var slack: Nanoseconds

    package init(factor: Double = 2, slack: Nanoseconds = .milliseconds(500)) {
        self.factor = factor
        self.slack = slack
    }

    func admits(_ one: Nanoseconds, _ other: Nanoseconds) -> Bool {
        let (short, long) = (min(one, other), max(one, other))
        return long - short <= slack || Double(long.nanoseconds) <= Double(short.nanoseconds) * factor
    }
}

/// A value: a length of time in both operations, and how the two stand to each other.
package struct TimePair: Sendable, Equatable {
    package enum Relation: String, Sendable, CaseIterable {
        /// Within the tolerance.
        case alike
        /// It took longer in BAD.
        case slower
        /// It took longer in GOOD.
        case faster
    }

    package let good: Nanoseconds
    package let bad: Nanoseconds
    package let relation: Relation

    /// Clocks of merged captures may disagree: what would be less than nothing counts as nothing.
    init(good: Nanoseconds, bad: Nanoseconds, tolerance: Tolerance) {
        self.good = max(0, good)
        self.bad = max(0, bad)
        if tolerance.admits(self.good, self.bad) {
            relation = .alike
        } else {
            relation = self.good < self.bad ? .slower : .faster
        }
    }

    /// The longest of two pairs that are alike; that is alike too.
    static func longest(_ one: TimePair?, _ other: TimePair?) -> TimePair? {
        guard let one, let other else { return one ?? other }
        return TimePair(
            good: max(one.good, other.good), bad: max(one.bad, other.bad), tolerance: Tolerance(factor: 1, slack: .max))
    }

    /// How many times the shorter the longer one is; `nil` where the shorter is nothing.
    package var factor: Double? {
        let (short, long) = (min(good, bad), max(good, bad))
        return short > 0 ? Double(long.nanoseconds) / Double(short.nanoseconds) : nil
    }

    /// How much longer the longer one is.
    package var difference: Nanoseconds { max(good, bad) - min(good, bad) }
}
