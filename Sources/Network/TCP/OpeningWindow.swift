import DequeModule
import Trace

/// A machine that keeps the packets of all connections for a moment when a stream appears without its beginning.
///
/// Packets of several receive queues reach a capture in another order. Where a stream begins its first segment seems to
/// say, but one that it has overtaken would lie before the beginning. So the segments that follow are looked at first; all
/// connections wait meanwhile, so that what passes on them stays in the order in which it came.
struct OpeningWindow {
    /// A segment that waits.
    struct Held {
        let segment: TCPSegment
        let payload: [UInt8]
        let stamp: PacketStamp
    }

    /// In order of arrival.
    private var segments: Deque<Held> = []
    private var bytes = 0

    var isEmpty: Bool { segments.isEmpty }

    var first: Held? { segments.first }

    mutating func add(_ segment: borrowing TCPSegment, _ payload: RawSpan, at stamp: PacketStamp) {
        bytes += payload.byteCount
        segments.append(
            Held(segment: copy segment, payload: payload.withUnsafeBytes { [UInt8]($0) }, stamp: stamp))
    }

    /// Whether the first segment has waited long enough.
    func isOver(at time: Timestamp, _ limits: NetworkLimits) -> Bool {
        guard let first = segments.first else { return false }
        return segments.count >= limits.openingSegments || bytes > limits.openingBytes
            || (time - first.stamp.time).magnitude >= limits.openingTime
    }

    mutating func popFirst() -> Held? {
        guard let first = segments.popFirst() else { return nil }
        bytes -= first.payload.count
        return first
    }

    /// Takes out the segments that open a connection whose data has overtaken them.
    mutating func takeHandshake(of key: FlowKey, beginning starts: StreamStarts) -> [Held] {
        var handshake: [Held] = []
        var place = segments.startIndex
        while place < segments.endIndex {
            let segment = segments[place].segment
            let (own, side) = FlowKey.of(segment)
            if own == key, segment.flags.contains(.syn), starts.mayFollow(segment.sequence, from: side) {
                bytes -= segments[place].payload.count
                handshake.append(segments.remove(at: place))
            } else {
                place += 1
            }
        }
        return handshake
    }

    /// Where the streams of a connection begin, as far as what waits tells.
    func starts(of key: FlowKey) -> StreamStarts {
        var starts = StreamStarts()
        for held in segments where held.segment.wireLength > 0 && !held.segment.flags.contains(.syn) {
            let (own, side) = FlowKey.of(held.segment)
            if own == key { starts.saw(held.segment.sequence, from: side) }
        }
        return starts
    }
}

/// A value: of each side of a connection the lowest sequence number of its data.
struct StreamStarts {
    private var low: SequenceNumber?
    private var high: SequenceNumber?

    subscript(_ side: FlowSide) -> SequenceNumber? { side == .low ? low : high }

    mutating func saw(_ sequence: SequenceNumber, from side: FlowSide) {
        let lowest = self[side].map { $0.follows(sequence) ? sequence : $0 } ?? sequence
        if side == .low { low = lowest } else { high = lowest }
    }

    /// Whether the data may be of the connection that a SYN opens.
    func mayFollow(_ syn: SequenceNumber, from side: FlowSide) -> Bool {
        self[side].map { (1...Self.farthestStart).contains($0.distance(from: syn)) } ?? true
    }

    private static let farthestStart = 1 << 20
}

extension TCPConnectionTable {
    /// Whether a segment with data is of a stream of which nothing was seen yet, not even its SYN, and one that comes
    /// later may lie before it.
    @inline(__always)
    mutating func beginsUnopened(_ segment: borrowing TCPSegment, of key: FlowKey, from side: FlowSide) -> Bool {
        guard segment.wireLength > 0, !segment.flags.contains(.syn), mayBeReordered else { return false }
        guard let slot = find(key) else { return copies.isEmpty || copies[key] == nil }
        // Field by field: the whole would be copied.
        let place = Int(slot)
        guard !(side == .low ? connections[place].low.isStarted : connections[place].high.isStarted) else {
            return false
        }
        let phase = connections[place].phase
        return (phase == .silent || phase == .open) && connections[place].watch != .trial
    }

    /// Whether packets of the capture may have overtaken one another: it is young, or some have.
    private var mayBeReordered: Bool {
        ledger.limits.openingSegments > 1
            && (ledger.statistics.segments < ledger.limits.segmentsBeforeOrder || ledger.statistics.outOfOrder > 0
                || ledger.statistics.overtaken > 0)
    }

    /// Hands on what waits, until a stream begins of which more has to be seen first.
    mutating func handOnOpenings(at time: Timestamp?, _ emit: (borrowing StreamEvent, RawSpan) -> Void) {
        while let first = openings.first?.segment {
            let (key, side) = FlowKey.of(first)
            if beginsUnopened(first, of: key, from: side) {
                if let time, !openings.isOver(at: time, ledger.limits) { return }
                open(key, emit)
            }
            guard let next = openings.popFirst() else { return }
            process(next, emit)
            starts = nil
        }
    }

    /// Finds where the streams of a connection begin.
    private mutating func open(_ key: FlowKey, _ emit: (borrowing StreamEvent, RawSpan) -> Void) {
        let found = openings.starts(of: key)
        for segment in openings.takeHandshake(of: key, beginning: found) { process(segment, emit) }
        if let slot = find(key) {
            connections[Int(slot)].start(at: found)
        } else {
            starts = found
        }
    }

    private mutating func process(_ held: OpeningWindow.Held, _ emit: (borrowing StreamEvent, RawSpan) -> Void) {
        let (key, side) = FlowKey.of(held.segment)
        process(held.segment, of: key, from: side, payload: held.payload.span.bytes, at: held.stamp, emit)
    }
}
