import Trace

/// A machine that gives each packet of a source its time: packets come in the order in which they stand, and where the
/// source's clock was set back, time goes on from the packet before.
///
/// A time that lies before the latest one is either a packet written a little out of order, whose time is then right, or
/// the first one after the clock was set. It is a step when time stays back: what comes next goes on from the earlier
/// time, without such a leap among it. Forward, a step looks like a pause: who reads the packets has to tell whether time
/// passed. A single packet far from its neighbours, which agree, has a damaged time.
struct ArrivalClock {
    /// What is known of it so far.
    private(set) var clock = SourceClock()
    /// The latest time of the source's own clock since it was set last.
    private var latest: Timestamp?
    /// The same of each interface, by its place in the file; empty as long as there is one only.
    private var latestOfInterface: [Timestamp?] = []
    /// Added to every time since then.
    private var shift: Nanoseconds = 0
    /// The last times, in a ring: as many packets may stand in front of one that was captured before them, when that is no
    /// step.
    private var recent = InlineArray<8, Timestamp>(repeating: Timestamp(nanoseconds: .min))
    private var place = 0
    private let correction: ClockCorrection

    /// Times that lie less before the latest are believed without a look at what follows.
    static let tolerance: Nanoseconds = .milliseconds(10)
    /// So much later than the packet before is a pause, or a clock that was set forward.
    private static let leap: Nanoseconds = .seconds(2)
    /// So far from its neighbours lies a damaged time.
    private static let farAstray: Nanoseconds = .seconds(60)
    /// Packets in a row whose times may be damaged.
    private static let strayAtMost = 4
    /// Packets that are looked at to tell a step from packets out of order.
    static let lookAhead = 256
    /// No packet waits so long in the kernel.
    private static let longestInKernel: Nanoseconds = .seconds(1)
    /// No packet waits so long on its way into a file.
    private static let longestDelay: Nanoseconds = .seconds(10)

    init(_ correction: ClockCorrection = ClockCorrection()) {
        self.correction = correction
        clock.correction = correction
    }

    /// Whether a time may be the first one after a step; `follows` then tells.
    @inline(__always)
    func isSuspicious(_ time: Timestamp) -> Bool {
        guard let latest else { return false }
        let back = latest - time
        return back >= Self.tolerance || back <= -Self.leap
    }

    /// Whether a time lies so much after the latest that the clock may have been set forward.
    func isLeap(_ time: Timestamp) -> Bool { sinceLatest(time) >= Self.leap }

    /// How much later a time is than the latest.
    func sinceLatest(_ time: Timestamp) -> Nanoseconds { latest.map { time - $0 } ?? 0 }

    /// Where a time far from the latest is a damaged one, the time of a packet before it: those behind it go on from there.
    /// That is the latest, or one of the last, where others of later times stand among them.
    func neighbor(ofStray time: Timestamp, before following: some Sequence<Timestamp>) -> Timestamp? {
        guard let latest, (latest - time).magnitude >= Self.farAstray else { return nil }
        let next = following.prefix(Self.strayAtMost)
        func goesOn(from neighbor: Timestamp) -> Bool {
            (neighbor - time).magnitude >= Self.farAstray
                && next.contains { (-Self.tolerance..<Self.farAstray).contains($0 - neighbor) }
        }
        if goesOn(from: latest) { return latest }
        let newestFirst = (1...recent.count).lazy.map { recent[(place + recent.count - $0) % recent.count] }
        return newestFirst.first(where: goesOn)
    }

    /// Takes a packet whose own time is damaged.
    mutating func takeStray(beside neighbor: Timestamp) -> Timestamp {
        clock.packetsAstray += 1
        return corrected(neighbor)
    }

    /// Whether only packets of other interfaces show a time as late: a capture of several writes down what it finds on
    /// one, and then what came on another meanwhile. Of one interface no time lies before another then.
    func isBehindOthersOnly(_ time: Timestamp, on interface: Int) -> Bool {
        guard let latest, latest - time < Self.longestDelay else { return false }
        guard interface > 0 || !latestOfInterface.isEmpty else { return false }
        guard latestOfInterface.indices.contains(interface), let own = latestOfInterface[interface] else { return true }
        return own - time < Self.tolerance
    }

    /// Takes the time of the next packet, which is no step.
    @inline(__always)
    mutating func pass(_ time: Timestamp, on interface: Int = 0) -> Timestamp {
        note(time, on: interface)
        recent[place] = time
        place = (place + 1) % recent.count
        if let latest, time < latest {
            clock.packetsOutOfOrder += 1
            clock.farthestOutOfOrder = max(clock.farthestOutOfOrder, latest - time)
        } else {
            latest = time
        }
        return corrected(time)
    }

    /// Takes the time of the first packet after the clock was set.
    ///
    /// - Parameter forward: how far, where it was set forward; else it was set back to `time`.
    mutating func step(to time: Timestamp, at packet: Int, forward: Nanoseconds? = nil) -> Timestamp {
        let size = forward ?? (time - (latest ?? time))
        shift = shift - size
        if clock.steps.count < SourceClock.stepsAtMost { clock.steps.append(ClockStep(packet: packet, size: size)) }
        begin(at: time)
        return corrected(time)
    }

    /// Takes the time of a packet that was captured just now: nothing follows it yet that could be looked at, but the
    /// kernel keeps no packet back for long.
    mutating func arrive(at time: Timestamp, packet: Int) -> Timestamp {
        guard let latest, latest - time >= Self.longestInKernel else { return pass(time) }
        return step(to: time, at: packet)
    }

    /// Takes the time of the first packet of what was put behind the packets before: another file, of its own time.
    mutating func restart(at time: Timestamp) -> Timestamp {
        begin(at: time)
        return corrected(time)
    }

    private mutating func begin(at time: Timestamp) {
        latest = time
        latestOfInterface = latestOfInterface.map { _ in time }
        recent = InlineArray(repeating: time)
    }

    @inline(__always)
    private mutating func note(_ time: Timestamp, on interface: Int) {
        guard interface > 0 || !latestOfInterface.isEmpty else { return }
        if latestOfInterface.isEmpty { latestOfInterface = [latest] }
        while latestOfInterface.count <= interface { latestOfInterface.append(nil) }
        if latestOfInterface[interface].map({ $0 < time }) ?? true { latestOfInterface[interface] = time }
    }

    /// Whether the clock was set back to `time`, by the times of the packets that follow it.
    func isStep(to time: Timestamp, before following: some Sequence<Timestamp>) -> Bool {
        guard let latest else { return false }
        let size = latest - time
        if size < Self.longestDelay, recent.indices.contains(where: { recent[$0] <= time }) { return false }
        var (highest, count) = (time, 0)
        for next in following {
            if next < highest, highest - next >= size / 4 { return false }
            highest = max(highest, next)
            count += 1
        }
        return size >= Self.longestDelay || count >= recent.count
    }

    @inline(__always)
    private func corrected(_ time: Timestamp) -> Timestamp {
        let time = shift == 0 ? time : time + shift
        return correction.isNone ? time : time + correction.shift(at: time)
    }
}
