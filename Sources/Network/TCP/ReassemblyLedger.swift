import Trace

/// What all streams of a connection table share: the limits, the bytes kept in all, the counts.
struct ReassemblyLedger {
    let limits: NetworkLimits
    /// Out-of-order bytes kept in all streams.
    var bufferedBytes = 0
    var statistics = TCPStatistics()
    /// Attempts that came to nothing, since they were taken last.
    private(set) var attempts: [TCPAttempt] = []

    init(limits: NetworkLimits) {
        self.limits = limits
    }

    /// The latest attempts, told or not: one that was captured inside and outside of a tunnel is told once.
    private var latest: [TCPAttempt] = []

    mutating func note(_ attempt: TCPAttempt) {
        guard !latest.contains(where: attempt.isCopy) else { return }
        if latest.count == NetworkLimits.latestAttempts { latest.removeFirst() }
        latest.append(attempt)
        if attempts.count < NetworkLimits.attempts { attempts.append(attempt) }
    }

    var hasAttempts: Bool { !attempts.isEmpty }

    mutating func takeAttempts() -> [TCPAttempt] {
        defer { attempts.removeAll(keepingCapacity: true) }
        return attempts
    }
}

/// Which stream an event is of, and which packet set it off.
struct StreamOrigin {
    let connection: Int
    let side: StreamSide
    let stamp: PacketStamp

    /// The same stream, another packet.
    func at(_ stamp: PacketStamp) -> StreamOrigin {
        StreamOrigin(connection: connection, side: side, stamp: stamp)
    }
}

/// How long a hole has been waited for.
struct HolePatience {
    private var since = Timestamp(nanoseconds: 0)
    private var acknowledgedSince: Timestamp?
    private var segments = 0

    /// Begins anew, since the stream went on or another hole is first.
    mutating func restart(at time: Timestamp) {
        self = HolePatience()
        since = time
    }

    /// Counts one more segment of the connection; returns whether the hole has to be given up.
    mutating func isOver(at time: Timestamp, isAcknowledged: Bool, _ limits: NetworkLimits) -> Bool {
        guard isAcknowledged else { return time - since >= limits.timeBeforeUnacknowledgedGap }
        guard let acknowledgedSince else {
            acknowledgedSince = time
            return false
        }
        segments += 1
        return segments >= limits.segmentsBeforeGap || time - acknowledgedSince >= limits.timeBeforeGap
    }
}

/// Segments in a row that cannot belong to their stream but follow one another: a stream of their own.
struct StrayRun {
    private var end: SequenceNumber?
    private var length = 0

    mutating func clear() {
        if end != nil { self = StrayRun() }
    }

    /// Counts one more; returns how many there are in a row.
    mutating func count(_ sequence: SequenceNumber, _ wireLength: Int) -> Int {
        length = sequence == end ? length + 1 : 1
        end = sequence.advanced(by: wireLength)
        return length
    }
}
