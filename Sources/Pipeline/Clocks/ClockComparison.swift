import Trace

/// A value: by how much the clock of one file is ahead of another's, from what both saw; differs from stretch to stretch
/// where one of them drifts or was set.
///
/// What is delivered was published before: a message published in one file and delivered in the other bounds the
/// difference from one side, one that went the other way from the other side. The same TCP segments, seen in both files,
/// give it up to the way between the two places.
struct ClockComparison {
    /// From a moment of the second file's clock on.
    struct Stretch {
        var from: Timestamp
        /// The last sample of it.
        var until: Timestamp
        /// No less, no more.
        var lower = Nanoseconds.min
        var upper = Nanoseconds.max
        var samples = 0

        init(from: Timestamp) {
            self.from = from
            until = from
        }

        /// Whether it is bound from both sides.
        var isBound: Bool { lower != .min && upper != .max }

        /// How far the second clock is ahead, as near to nothing as the bounds allow where they are far apart.
        var offset: Nanoseconds {
            if lower <= 0, upper >= 0 { return 0 }
            if lower == .min { return upper }
            if upper == .max { return lower }
            let width = upper - lower
            if width <= ClockComparison.narrow { return lower + width / 2 }
            return lower > 0 ? lower : upper
        }

        /// The same, unless the bounds allow an offset with which the second clock needs no correction at all: what is not
        /// proved is not said.
        func offset(unless none: Nanoseconds) -> Nanoseconds {
            lower <= none && none <= upper ? none : offset
        }

        var uncertainty: Nanoseconds {
            guard lower != .min, upper != .max else { return ClockComparison.narrow }
            return (upper - lower) / 2
        }
    }

    fileprivate struct Sample {
        let at: Timestamp
        var lower = Nanoseconds.min
        var upper = Nanoseconds.max
    }

    private(set) var stretches: [Stretch] = []
    /// Messages and bunches of segments compared.
    private(set) var count = 0
    /// Those that fit no stretch.
    private(set) var exceptions = 0
    /// Whether what was found may be two clocks.
    private(set) var isPlausible = true

    /// Bounds that are no further apart have the difference in their middle.
    static let narrow: Nanoseconds = .milliseconds(20)
    /// Less is nothing that a reader of times would see.
    static let least: Nanoseconds = .milliseconds(1)
    /// Segments that both files must have seen: a single one may be a retransmission.
    private static let segmentsAtLeast = 8
    private static let segmentsInBunch = 64
    /// Samples that contradict the stretch they are in, and not each other, before a new one begins.
    private static let contradictions = 3
    /// How long a segment may take from one place to the other, where only one direction was seen.
    private static let wayAtMost: Nanoseconds = .milliseconds(5)

    /// The clock of a host that nobody sets drifts by one part in so many at most (RFC 5905, 7.1: MAXFREQ).
    private static let timePerDrift: Int64 = 2000
    /// How long who passes a message on may keep it.
    private static let asideAtMost: Nanoseconds = .seconds(1)
    /// Less is not set, but slewed, which is no faster (RFC 5905, 7.1: STEPT).
    private static let leastStep: Nanoseconds = .milliseconds(128)

    init(_ first: ClockSightings, _ second: ClockSightings) {
        let samples = Self.samples(ofMessages: first, second) + Self.samples(ofSegments: first, second)
        count = samples.count
        join(samples.sorted { $0.at < $1.at })
        let shared = Self.publishes(in: first, second)
        let strangers = shared.count { at, difference in
            guard let stretch = stretches.last(where: { $0.from <= at }) ?? stretches.first else { return false }
            return (difference - stretch.offset).magnitude > stretch.uncertainty + Self.asideAtMost
        }
        // Captures of other events that hold messages of the same names contradict themselves.
        isPlausible =
            exceptions * 10 <= count && strangers * 10 <= shared.count
            && zip(stretches, stretches.dropFirst()).allSatisfy { before, after in
                let change = after.offset - before.offset
                let allowed =
                    (after.until - before.from).magnitude / Self.timePerDrift
                    + before.uncertainty + after.uncertainty + Self.least
                let hole = change.magnitude
                if hole <= allowed { return true }
                guard hole >= Self.leastStep, before.isBound, after.isBound else { return false }
                // A clock that is set forward leaves a hole in the times of its own file.
                return change > 0
                    ? second.hasHole(of: hole, from: before.until, until: after.from)
                    : first.hasHole(of: hole, from: before.until - before.offset, until: after.from - after.offset)
            }
    }

    /// How many messages and bunches of segments a comparison of the two has, at much less than its cost.
    static func count(_ first: ClockSightings, _ second: ClockSightings) -> Int {
        var messages = 0
        first.messages.visitShared(with: second.messages) { one, other in
            if one.publishedAt != nil, other.deliveredAt != nil { messages += 1 }
            if other.publishedAt != nil, one.deliveredAt != nil { messages += 1 }
        }
        var segments = 0
        first.segments.visitShared(with: second.segments) { one, other in
            if one.isSingle, other.isSingle { segments += 1 }
        }
        let (bunches, rest) = segments.quotientAndRemainder(dividingBy: segmentsInBunch)
        return messages + bunches + (rest >= segmentsAtLeast ? 1 : 0)
    }

    /// Whether it is known so well that times of both can be compared.
    var isExact: Bool { !stretches.isEmpty && stretches.allSatisfy { $0.isBound && $0.uncertainty <= Self.exact } }

    private static let exact: Nanoseconds = .milliseconds(100)

    private static func samples(ofMessages first: ClockSightings, _ second: ClockSightings) -> [Sample] {
        var samples: [Sample] = []
        for (key, one) in first.messages.values {
            guard let other = second.messages[key] else { continue }
            if let published = one.publishedAt, let delivered = other.deliveredAt {
                samples.append(Sample(at: delivered, upper: delivered - published))
            }
            if let published = other.publishedAt, let delivered = one.deliveredAt {
                samples.append(Sample(at: published, lower: published - delivered))
            }
        }
        return samples
    }

    /// Messages that both saw published: of what is one event they are of one moment, or as near to it as who passes
    /// messages on makes them.
    private static func publishes(
        in first: ClockSightings, _ second: ClockSightings
    ) -> [(at: Timestamp, difference: Nanoseconds)] {
        first.messages.values.compactMap { key, one in
            guard let published = one.publishedAt, let again = second.messages[key]?.publishedAt else { return nil }
            return (again, again - published)
        }
    }

    private static func samples(ofSegments first: ClockSightings, _ second: ClockSightings) -> [Sample] {
        var seen: [(at: Timestamp, difference: Nanoseconds, isForward: Bool)] = []
        for (key, one) in first.segments.values where one.isSingle {
            guard let other = second.segments[key], other.isSingle else { continue }
            seen.append((other.at, other.at - one.at, one.isForward))
        }
        guard seen.count >= segmentsAtLeast else { return [] }
        seen.sort { $0.at < $1.at }
        return stride(from: 0, to: seen.count, by: segmentsInBunch).compactMap { start in
            let bunch = seen[start..<min(start + segmentsInBunch, seen.count)]
            guard bunch.count >= segmentsAtLeast, let at = bunch.first?.at else { return nil }
            let forward = median(bunch.filter(\.isForward).map(\.difference))
            let backward = median(bunch.filter { !$0.isForward }.map(\.difference))
            guard let some = forward ?? backward else { return nil }
            guard let forward, let backward else {
                return Sample(at: at, lower: some - wayAtMost, upper: some + wayAtMost)
            }
            return Sample(at: at, lower: min(forward, backward), upper: max(forward, backward))
        }
    }

    private static func median(_ values: [Nanoseconds]) -> Nanoseconds? {
        values.isEmpty ? nil : values.sorted()[values.count / 2]
    }

    /// Each stretch goes on as long as one difference fits all of it.
    private mutating func join(_ samples: [Sample]) {
        guard let first = samples.first else { return }
        var current = Stretch(from: first.at)
        var candidate: Candidate?
        for sample in samples {
            guard var next = candidate else {
                if !current.take(sample) { candidate = Candidate(sample) }
                continue
            }
            candidate = nil
            switch (current.fits(sample), next.stretch.take(sample)) {
            case (true, true):
                // A bound from one side fits both, and decides nothing.
                next.undecided.append(sample)
                candidate = next
            case (true, false):
                for sample in next.undecided + [sample] { current.take(sample) }
                exceptions += next.contradictions
            case (false, false):
                for sample in next.undecided { current.take(sample) }
                exceptions += next.contradictions
                candidate = Candidate(sample)
            case (false, true):
                next.contradictions += 1
                guard next.contradictions >= Self.contradictions else {
                    candidate = next
                    continue
                }
                stretches.append(current)
                current = next.stretch
            }
        }
        exceptions += candidate?.contradictions ?? 0
        stretches.append(current)
    }

    /// A value: the stretch that begins if samples that contradict the current one are not mere exceptions.
    private struct Candidate {
        var stretch: Stretch
        var contradictions = 1
        /// Samples since then that the current one fits as well.
        var undecided: [Sample] = []

        init(_ sample: Sample) {
            stretch = Stretch(from: sample.at)
            stretch.take(sample)
        }
    }
}

extension ClockComparison.Stretch {
    /// Takes a sample in, unless it contradicts those before.
    @discardableResult
    fileprivate mutating func take(_ sample: ClockComparison.Sample) -> Bool {
        guard fits(sample) else { return false }
        (lower, upper) = (max(lower, sample.lower), min(upper, sample.upper))
        samples += 1
        until = max(until, sample.at)
        return true
    }

    fileprivate func fits(_ sample: ClockComparison.Sample) -> Bool {
        max(lower, sample.lower) <= min(upper, sample.upper)
    }
}
