/// How a line, a step or a state of one operation stands to that of the other.
package enum Standing: String, Sendable, CaseIterable {
    /// The same, within the tolerance.
    case alike
    /// The same, and it took longer in BAD.
    case slower
    /// The same, and it took longer in GOOD.
    case faster
    /// The same, with another ending: failed, unanswered, not taken.
    case changed
    /// The same in another place among the others. Services send independently of each other, so this is told and is
    /// no difference.
    case moved
    /// In GOOD only.
    case missing
    /// In BAD only.
    case extra
    /// In one only, where the capture of the other does not reach, or still waiting when it ended: not known to be
    /// missing, and no difference.
    case unknown

    /// Whether operations with such a line differ.
    package var isDifference: Bool {
        switch self {
        case .alike, .moved, .unknown: false
        case .slower, .faster, .changed, .missing, .extra: true
        }
    }

    /// Whether it is there in one and not in the other, or ends otherwise: more than a matter of time.
    package var isParting: Bool {
        switch self {
        case .changed, .missing, .extra: true
        case .alike, .moved, .unknown, .slower, .faster: false
        }
    }

    init(_ relation: TimePair.Relation) {
        switch relation {
        case .alike: self = .alike
        case .slower: self = .slower
        case .faster: self = .faster
        }
    }

    /// The more telling of two relations of time: that of the greater difference.
    init(times: [TimePair?]) {
        let telling = times.compactMap(\.self).filter { $0.relation != .alike }.max { $0.difference < $1.difference }
        self = telling.map { Standing($0.relation) } ?? .alike
    }
}
