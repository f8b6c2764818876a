import Trace

/// A value: the lines of two operations, matched.
struct LineMatcher {
    private(set) var pairs: [LinePair] = []
    private(set) var uncompared = (good: 0, bad: 0)

    private let good: ComparedSide
    private let bad: ComparedSide
    private let tolerance: Tolerance

    init(good: ComparedSide, bad: ComparedSide, tolerance: Tolerance) {
        self.good = good
        self.bad = bad
        self.tolerance = tolerance
        let names = LineNames(good.lines, bad.lines)
        let goodNames = good.lines.map(names.rank)
        let badNames = bad.lines.map(names.rank)
        let alignment = Alignment(goodNames, badNames)
        uncompared = (alignment.uncomparedLeft.count, alignment.uncomparedRight.count)
        let moves = Moves(alignment, goodNames, badNames)
        let known = Known(alignment, good: good, bad: bad)
        for (place, pair) in alignment.pairs.enumerated() {
            switch pair {
            case .both(let left, let right): append(good.lines[left], bad.lines[right])
            case .left(let left):
                if let right = moves.right(of: left) {
                    append(good.lines[left], moved: bad.lines[right])
                } else {
                    let standing: Standing = known.inBad.contains(place) ? .missing : .unknown
                    pairs.append(LinePair(good: good.lines[left], standing: standing))
                }
            case .right(let right):
                if moves.isMoved(right: right) { continue }
                let standing: Standing = known.inGood.contains(place) ? .extra : .unknown
                pairs.append(LinePair(bad: bad.lines[right], standing: standing))
            }
        }
        pairs = Self.joiningRepeats(in: pairs)
    }

    /// What repeats in a row as one: they are matched one by one, so that one more of them is one more.
    private static func joiningRepeats(in pairs: [LinePair]) -> [LinePair] {
        var result: [LinePair] = []
        for pair in pairs {
            if let last = result.indices.last, result[last].isRepeated(by: pair) {
                result[last].add(pair)
            } else {
                result.append(pair)
            }
        }
        return result
    }

    private mutating func append(_ left: ComparedLine, _ right: ComparedLine) {
        let gap = gap(left, right, after: pairs.last(where: \.isShared))
        append(LinePair(good: left, bad: right, standing: .alike, duration: duration(left, right), gap: gap))
    }

    private mutating func append(_ left: ComparedLine, moved right: ComparedLine) {
        append(LinePair(good: left, bad: right, standing: .moved, isMoved: true, duration: duration(left, right)))
    }

    private mutating func append(_ pair: LinePair) {
        var pair = pair
        let isLike = pair.good.flatMap { good in pair.bad.map { good.ending.isLike($0.ending) } } ?? true
        let times = Standing(times: [pair.duration, pair.gap])
        if !isLike {
            pair.standing = isUndecided(pair) ? .unknown : .changed
        } else if times != .alike {
            pair.standing = times
        }
        pairs.append(pair)
    }

    /// Whether one of them was still waiting when its capture ended.
    private func isUndecided(_ pair: LinePair) -> Bool {
        good.isOpen && pair.good?.ending.isOpen ?? false || bad.isOpen && pair.bad?.ending.isOpen ?? false
    }

    /// A failure comes quickly where an answer takes its time: that is no matter of speed.
    private func duration(_ left: ComparedLine, _ right: ComparedLine) -> TimePair? {
        guard left.ending.isLike(right.ending), let one = left.duration, let other = right.duration else { return nil }
        return TimePair(good: one, bad: other, tolerance: tolerance)
    }

    /// The same stretch in both: from the end of the line before, or from its start where one of them did not wait.
    private func gap(_ left: ComparedLine, _ right: ComparedLine, after last: LinePair?) -> TimePair? {
        guard let good = last?.good, let bad = last?.bad else {
            guard !self.good.beganBeforeCapture, !self.bad.beganBeforeCapture else { return nil }
            return TimePair(
                good: left.at - self.good.operation.startedAt, bad: right.at - self.bad.operation.startedAt,
                tolerance: tolerance)
        }
        let waited = good.end <= left.at && bad.end <= right.at
        return TimePair(
            good: left.at - (waited ? good.end : good.at), bad: right.at - (waited ? bad.end : bad.at),
            tolerance: tolerance)
    }
}

extension LinePair {
    /// What is out of the ordinary is told one by one.
    fileprivate func isRepeated(by other: LinePair) -> Bool {
        switch standing {
        case .slower, .faster, .changed: return false
        case .alike, .moved, .missing, .extra, .unknown: break
        }
        let likeness = { (one: ComparedLine?, other: ComparedLine?) -> Bool in
            guard let one, let other else { return one == nil && other == nil }
            return one.isRepeated(by: other)
        }
        return standing == other.standing && isMoved == other.isMoved && likeness(good, other.good)
            && likeness(bad, other.bad)
    }

    /// Of times alike the longest are alike as well.
    fileprivate mutating func add(_ other: LinePair) {
        if let line = other.good { good?.add(line) }
        if let line = other.bad { bad?.add(line) }
        duration = TimePair.longest(duration, other.duration)
        gap = TimePair.longest(gap, other.gap)
    }
}

/// A value: the names by which lines are told apart, as numbers whose order is that of the names.
///
/// Where one end of a message is not known in one place, it tells nothing apart for messages of that title.
private struct LineNames {
    private struct Title: Hashable {
        let kind: Message.Kind
        let title: String
    }

    private var unknownSender: Set<Title> = []
    private var unknownReceiver: Set<Title> = []
    private var ranks: [String: Int] = [:]

    init(_ one: [ComparedLine], _ other: [ComparedLine]) {
        for line in one + other {
            let title = Title(kind: line.kind, title: line.title)
            if line.from == nil { unknownSender.insert(title) }
            if line.to.isEmpty { unknownReceiver.insert(title) }
        }
        let names = Set((one + other).map(name))
        for (rank, name) in names.sorted().enumerated() { ranks[name] = rank }
    }

    func rank(_ line: ComparedLine) -> Int { ranks[name(line)] ?? -1 }

    private func name(_ line: ComparedLine) -> String {
        let title = Title(kind: line.kind, title: line.title)
        let sender = unknownSender.contains(title) ? "" : line.from ?? ""
        let receivers = unknownReceiver.contains(title) ? [] : line.to
        return ([line.kind.rawValue, line.title, line.state ?? "", sender] + receivers).joined(separator: "\u{1F}")
    }
}

/// A value: lines of the same name that stand in both, in another place.
private struct Moves {
    private var rights: [Int: Int] = [:]
    private var moved: Set<Int> = []

    init(_ alignment: Alignment, _ leftNames: [Int], _ rightNames: [Int]) {
        var waiting: [Int: [Int]] = [:]
        for case .right(let right) in alignment.pairs.reversed() {
            waiting[rightNames[right], default: []].append(right)
        }
        for case .left(let left) in alignment.pairs {
            guard let right = waiting[leftNames[left]]?.popLast() else { continue }
            rights[left] = right
            moved.insert(right)
        }
    }

    func right(of left: Int) -> Int? { rights[left] }

    func isMoved(right: Int) -> Bool { moved.contains(right) }
}

/// A value: the places among aligned lines at which each operation's capture would show a message.
private struct Known {
    let inGood: Range<Int>
    let inBad: Range<Int>

    init(_ alignment: Alignment, good: ComparedSide, bad: ComparedSide) {
        let shared = alignment.pairs.indices.filter { if case .both = alignment.pairs[$0] { true } else { false } }
        let count = alignment.pairs.count
        let reach = { (side: ComparedSide) -> Range<Int> in
            let first = side.beganBeforeCapture ? shared.first ?? count : 0
            return first..<max(first, side.isOpen ? shared.last ?? first : count)
        }
        inGood = reach(good)
        inBad = reach(bad)
    }
}
