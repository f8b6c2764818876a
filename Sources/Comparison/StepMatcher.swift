import Trace

/// A view of two operations that matches their steps.
struct StepMatcher {
    let good: ComparedSide
    let bad: ComparedSide
    let tolerance: Tolerance

    func pairs() -> [StepPair] {
        let (left, right) = (good.operation.steps, bad.operation.steps)
        var pairs: [StepPair] = []
        var last: (good: Timestamp, bad: Timestamp)? =
            good.beganBeforeCapture || bad.beganBeforeCapture
            ? nil : (good.operation.startedAt, bad.operation.startedAt)
        for place in Alignment(left.map(\.name), right.map(\.name)).pairs {
            switch place {
            case .both(let one, let other):
                pairs.append(pair(one, other, after: &last))
            case .left(let one):
                let step = side(one, of: good)
                pairs.append(
                    StepPair(name: left[one].name, good: step, standing: step.at == nil ? .alike : .missing))
            case .right(let other):
                let step = side(other, of: bad)
                pairs.append(
                    StepPair(name: right[other].name, bad: step, standing: step.at == nil ? .alike : .extra))
            }
        }
        return pairs
    }

    private func side(_ index: Int, of side: ComparedSide) -> StepPair.Side {
        let status = side.operation.steps[index].status
        let reached = status == .done ? side.stepsReached[index] : nil
        return StepPair.Side(status: status, at: reached.map { $0 - side.operation.startedAt })
    }

    private func pair(_ one: Int, _ other: Int, after last: inout (good: Timestamp, bad: Timestamp)?) -> StepPair {
        let (left, right) = (side(one, of: good), side(other, of: bad))
        var pair = StepPair(name: good.operation.steps[one].name, good: left, bad: right, standing: .alike)
        guard left.status == .done, right.status == .done else {
            pair.standing = standing(left, right)
            return pair
        }
        if let ends = both(good.stepsReached[one], bad.stepsReached[other]) {
            if let last {
                let interval = TimePair(
                    good: ends.good - last.good, bad: ends.bad - last.bad, tolerance: tolerance)
                pair.interval = interval
                pair.standing = Standing(interval.relation)
            }
            last = ends
        }
        return pair
    }

    private func both(_ good: Timestamp?, _ bad: Timestamp?) -> (good: Timestamp, bad: Timestamp)? {
        guard let good, let bad else { return nil }
        return (good, bad)
    }

    /// Of steps that were not done in both.
    private func standing(_ left: StepPair.Side, _ right: StepPair.Side) -> Standing {
        if left.status == right.status { return .alike }
        let isFailure = left.status == .failed || right.status == .failed
        switch (left.status == .done, right.status == .done) {
        case (true, false):
            return isFailure ? .changed : isUnknown(right, in: bad) ? .unknown : .missing
        case (false, true):
            return isFailure ? .changed : isUnknown(left, in: good) ? .unknown : .extra
        default: return isFailure ? .changed : .alike
        }
    }

    /// Whether the step may have been done before the capture began, after it ended, or where it has gaps.
    private func isUnknown(_ step: StepPair.Side, in side: ComparedSide) -> Bool {
        step.status == .skipped ? side.beganBeforeCapture || side.mayLackMessages : side.isOpen
    }
}

extension StatePair {
    static func pairs(good: ComparedSide, bad: ComparedSide, tolerance: Tolerance) -> [StatePair] {
        let places = Alignment(good.states.map(\.name), bad.states.map(\.name)).pairs
        let shared = places.indices.filter { if case .both = places[$0] { true } else { false } }
        let standing = { (place: Int, other: ComparedSide, alone: Standing) -> Standing in
            if other.beganBeforeCapture, place < shared.first ?? places.count { return .unknown }
            if other.isOpen, place > shared.last ?? -1 { return .unknown }
            return alone
        }
        return places.enumerated().map { place, pair in
            switch pair {
            case .left(let one):
                let span = good.states[one]
                return StatePair(name: span.name, good: span, standing: standing(place, bad, .missing))
            case .right(let other):
                let span = bad.states[other]
                return StatePair(name: span.name, bad: span, standing: standing(place, good, .extra))
            case .both(let one, let other):
                let (left, right) = (good.states[one], bad.states[other])
                var pair = StatePair(name: left.name, good: left, bad: right, standing: .alike)
                if let stay = left.length, let otherStay = right.length {
                    let length = TimePair(good: stay, bad: otherStay, tolerance: tolerance)
                    pair.length = length
                    pair.standing = Standing(length.relation)
                }
                return pair
            }
        }
    }
}
