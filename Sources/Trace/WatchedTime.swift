/// A value: when something was watched, in stretches without a gap, in order of time.
///
/// What was not seen did not pass only while it was watched. Without any stretch it was watched for the whole capture.
package struct WatchedTime: Sendable, Equatable {
    package struct Stretch: Sendable, Equatable {
        package var from: Timestamp
        package var until: Timestamp

        package init(from: Timestamp, until: Timestamp) {
            self.from = from
            self.until = until
        }
    }

    package private(set) var stretches: [Stretch] = []

    /// Files that are written one after the other have no more between the last packet of one and the first of the next.
    private static let seam: Nanoseconds = .seconds(2)

    package init() {}

    package init(_ stretches: some Sequence<Stretch>) {
        for stretch in stretches.sorted(by: { $0.from < $1.from }) {
            guard let last = self.stretches.last, stretch.from - last.until <= Self.seam else {
                self.stretches.append(stretch)
                continue
            }
            self.stretches[self.stretches.count - 1].until = max(last.until, stretch.until)
        }
    }

    /// Whether it was watched for the whole capture.
    package var isWhole: Bool { stretches.isEmpty }

    package var end: Timestamp? { stretches.last?.until }

    /// The stretch that a moment lies in, else the last before it.
    package func stretch(at time: Timestamp) -> Stretch? {
        stretches.last { $0.from <= time } ?? stretches.first
    }

    /// Between which moments it was not watched first, after `time`; `nil` where it was until its end.
    package func gap(after time: Timestamp) -> Stretch? {
        guard let place = stretches.firstIndex(where: { $0.until >= time }), place + 1 < stretches.count else {
            return nil
        }
        return Stretch(from: stretches[place].until, until: stretches[place + 1].from)
    }

    /// How long it was watched after `time`.
    package func length(since time: Timestamp) -> Nanoseconds {
        stretches.reduce(into: 0) { $0 += max(0, $1.until - max($1.from, time)) }
    }

    /// When any of several was watched; of none it is not known, and taken as whole.
    package static func union(_ times: some Sequence<WatchedTime>) -> WatchedTime {
        var stretches: [Stretch] = []
        for time in times {
            if time.isWhole { return WatchedTime() }
            stretches += time.stretches
        }
        return WatchedTime(stretches)
    }
}
