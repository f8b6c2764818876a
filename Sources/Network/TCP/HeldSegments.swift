import Trace

/// A machine that keeps the segments of a connection that were captured in front of what their senders had before them.
///
/// What a sender acknowledges it has received: a segment that acknowledges bytes which were not seen yet overtook them on
/// its way into the capture, or the capture lost them. It waits a little for them, as one of a direction whose start was
/// not seen waits for that.
struct HeldSegments {
    struct Held {
        let segment: TCPSegment
        let payload: [UInt8]
        let side: FlowSide
        let stamp: PacketStamp
    }

    /// In order of arrival.
    private(set) var segments: [Held] = []
    private var since = Timestamp(nanoseconds: 0)
    private var looks = 0
    /// How far each end's bytes are no longer waited for.
    private var givenUp: (low: SequenceNumber?, high: SequenceNumber?)
    /// Ends whose bytes were waited for in vain, since they came last: only one direction may be captured.
    private var vainWaits: (low: Int, high: Int) = (0, 0)

    private static let vainWaitsAtMost = 2

    var isEmpty: Bool { segments.isEmpty }

    /// Who sent the first FIN among them.
    var finisher: FlowSide? { segments.first { $0.segment.flags.contains(.fin) }?.side }

    /// Behind the last bytes that a side sent of those.
    func end(of side: FlowSide) -> SequenceNumber? {
        segments.last { $0.side == side }.map { $0.segment.sequence.advanced(by: $0.segment.wireLength) }
    }

    mutating func add(
        _ segment: TCPSegment, _ payload: RawSpan, from side: FlowSide, at stamp: PacketStamp,
        _ ledger: inout ReassemblyLedger
    ) {
        if segments.isEmpty {
            since = stamp.time
            looks = 0
        }
        ledger.statistics.overtaken &+= 1
        segments.append(
            Held(segment: segment, payload: payload.withUnsafeBytes { [UInt8]($0) }, side: side, stamp: stamp))
        ledger.bufferedBytes += payload.byteCount
    }

    mutating func remove(_ place: Int, _ ledger: inout ReassemblyLedger) -> Held {
        let next = segments.remove(at: place)
        ledger.bufferedBytes -= next.payload.count
        return next
    }

    /// Frees everything, unreported.
    @discardableResult
    mutating func discard(_ ledger: inout ReassemblyLedger) -> [Held] {
        guard !segments.isEmpty else { return [] }
        defer { segments = [] }
        for held in segments { ledger.bufferedBytes -= held.payload.count }
        return segments
    }

    /// Counts one more segment of the connection; returns whether it was waited long enough.
    mutating func isOver(at time: Timestamp, _ ledger: inout ReassemblyLedger) -> Bool {
        looks += 1
        return looks > ledger.limits.segmentsBeforeGap
            || (time - since).magnitude >= ledger.limits.timeBeforeGap
            || ledger.bufferedBytes > ledger.limits.bufferedBytes
    }

    /// Whether bytes that `side` sent before an acknowledgment are waited for.
    ///
    /// - Parameter hasBegun: whether any of its bytes came.
    func awaits(_ acknowledgment: SequenceNumber, from side: FlowSide, hasBegun: Bool) -> Bool {
        guard (side == .low ? vainWaits.low : vainWaits.high) < Self.vainWaitsAtMost || hasBegun else { return false }
        return (side == .low ? givenUp.low : givenUp.high).map(acknowledgment.follows) ?? true
    }

    /// The lowest sequence number of a direction's segments, probes without data of their own left out.
    func start(of side: FlowSide, _ stream: borrowing StreamReassembler) -> SequenceNumber? {
        var lowest: SequenceNumber?
        for held in segments where held.side == side {
            let sequence = held.segment.sequence
            if stream.isKeepAlive(sequence, held.segment.wireLength) { continue }
            lowest = lowest.map { $0.follows(sequence) ? sequence : $0 } ?? sequence
        }
        return lowest
    }

    /// Waits no longer for what the segments acknowledge.
    mutating func giveUpCauses() {
        for held in segments where held.segment.flags.contains(.ack) {
            let acknowledgment = held.segment.acknowledgment
            if held.side == .low {
                if givenUp.high.map(acknowledgment.follows) ?? true { givenUp.high = acknowledgment }
            } else {
                if givenUp.low.map(acknowledgment.follows) ?? true { givenUp.low = acknowledgment }
            }
        }
        if segments.contains(where: { $0.side == .low }) { vainWaits.high += 1 }
        if segments.contains(where: { $0.side == .high }) { vainWaits.low += 1 }
    }
}
