import Trace

/// A machine that turns the segments of one direction of a connection into its bytes, in order.
///
/// Bytes that come in order are handed on straight from the packet. Those behind a hole are kept; the hole becomes a
/// gap when the receiver has acknowledged beyond it and the capture had time to deliver it late, or when keeping more
/// would exceed the limits. Positions count the bytes of the stream from the first one seen.
struct StreamReassembler {
    /// What only a stream has whose segments do not follow each other.
    private struct Disorder {
        var pending = OutOfOrderBuffer()
        var hole = HolePatience()
        var strays = StrayRun()
    }

    /// Where the next byte in order stands.
    private(set) var position = 0
    /// Where the stream ends, when a FIN was seen.
    private(set) var finPosition: Int?
    /// The sequence number of the next byte in order.
    private(set) var next = SequenceNumber(0)
    /// The sequence number at position 0.
    private(set) var initial = SequenceNumber(0)
    /// What the receiver expects next, by its latest acknowledgment.
    private var acknowledged: SequenceNumber?
    /// Whether `next` is known: from a SYN, or from the first segment with data.
    private(set) var isStarted = false
    private(set) var beganMidstream = true
    private var disorder: InPlace<Disorder>?

    enum Acceptance {
        case accepted
        /// The segments of late belong to another stream on the same addresses.
        case foreign
    }

    /// Takes the start of the stream from a SYN whose data begin at `sequence`.
    mutating func start(at sequence: SequenceNumber) {
        guard !isStarted else { return }
        begin(at: sequence, midstream: false)
    }

    /// Takes `sequence` for the start, since that of the connection was not seen.
    mutating func startMidstream(at sequence: SequenceNumber) {
        guard !isStarted else { return }
        begin(at: sequence, midstream: true)
    }

    private mutating func begin(at sequence: SequenceNumber, midstream: Bool) {
        (next, initial) = (sequence, sequence)
        (isStarted, beganMidstream) = (true, midstream)
    }

    /// Whether a SYN whose data would begin at `sequence` belongs to this stream: it is the one that was seen, or it
    /// comes a little late.
    func isStart(_ sequence: SequenceNumber) -> Bool {
        guard isStarted else { return true }
        let distance = initial.distance(from: sequence)
        return beganMidstream ? (0..<65_536).contains(distance) : distance == 0
    }

    /// Whether nothing beyond `acknowledgment` was sent yet.
    @inline(__always)
    func hasNotPassed(_ acknowledgment: SequenceNumber) -> Bool {
        !isStarted || next.distance(from: acknowledgment) <= 0
    }

    /// Notes that the receiver has everything before `sequence`.
    @inline(__always)
    mutating func acknowledge(_ sequence: SequenceNumber) {
        guard acknowledged.map(sequence.follows) ?? true else { return }
        acknowledged = sequence
    }

    /// Notes that the stream ends `count` bytes beyond `sequence`.
    mutating func end(_ count: Int, beyond sequence: SequenceNumber) {
        if !isStarted { begin(at: sequence, midstream: true) }
        let distance = sequence.distance(from: next) + count
        if distance >= 0, distance <= 1 << 30 { finPosition = position + distance }
    }

    /// Whether the stream has come to its FIN, or the receiver says that it has.
    var isFinished: Bool {
        guard let finPosition else { return false }
        return position >= finPosition || acknowledgedPosition ?? 0 > finPosition
    }

    /// Segments beyond a hole.
    var pending: OutOfOrderBuffer { disorder?.value.pending ?? OutOfOrderBuffer() }
    @inline(__always)
    var hasPending: Bool { disorder.map { !$0.value.pending.isEmpty } ?? false }

    /// Whether nothing came out of order of late.
    @inline(__always)
    var isInOrder: Bool { disorder == nil }

    /// Whether the stream is known to go on beyond what came of it.
    var lacksBytes: Bool { hasPending || finPosition.map { position < $0 } ?? false }

    private var acknowledgedPosition: Int? {
        acknowledged.map { position + $0.distance(from: next) }
    }

    /// Takes a segment in and hands on what is now in order.
    ///
    /// `payload` is what was captured of its `wireLength` bytes.
    mutating func receive(
        _ sequence: SequenceNumber, _ payload: RawSpan, wireLength: Int, _ origin: StreamOrigin,
        _ ledger: inout ReassemblyLedger, _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) -> Acceptance {
        if !isStarted {
            if isKeepAlive(sequence, wireLength) { return .accepted }
            begin(at: sequence, midstream: true)
        }
        let distance = sequence.distance(from: next)
        if distance > ledger.limits.farthestAhead || distance < -ledger.limits.farthestBack {
            ledger.statistics.strays &+= 1
            if disorder == nil { disorder = InPlace(Disorder()) }
            let run = disorder?.value.strays.count(sequence, wireLength) ?? 0
            return run >= ledger.limits.straysBeforeRestart ? .foreign : .accepted
        }
        if disorder != nil { endStrays() }
        if distance + wireLength <= 0 {
            ledger.statistics.retransmissions &+= 1
        } else if distance > 0 {
            guard !isKeepAlive(sequence, wireLength) else { return .accepted }
            keep(distance, payload, wireLength: wireLength, origin, &ledger, emit)
        } else if !hasPending {
            hand(payload, from: -distance, wireLength: wireLength, origin, &ledger, emit)
        } else {
            fill(payload, from: -distance, wireLength: wireLength, origin, &ledger, emit)
        }
        return .accepted
    }

    /// Whether a segment is a keep-alive probe with its byte of garbage, which the receiver has acknowledged before.
    func isKeepAlive(_ sequence: SequenceNumber, _ wireLength: Int) -> Bool {
        guard wireLength == 1, let acknowledged else { return false }
        return acknowledged.follows(sequence)
    }

    /// Hands on a whole segment, which is the next one of a stream that is in order.
    @inline(__always)
    mutating func handWhole(
        _ payload: RawSpan, _ origin: StreamOrigin, _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) {
        advance(payload.byteCount)
        emit(event(.bytes, origin), payload)
    }

    /// Hands on a segment from its byte `from` on, which is the next one in order.
    @inline(__always)
    private mutating func hand(
        _ payload: RawSpan, from: Int, wireLength: Int, _ origin: StreamOrigin,
        _ ledger: inout ReassemblyLedger, _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) {
        let range = OutOfOrderBuffer.cut(payload, from: from, to: wireLength)
        if !range.isEmpty {
            advance(range.count)
            emit(event(.bytes, origin), payload.extracting(range))
        }
        let missing = wireLength - from - range.count
        if missing > 0 { cut(missing, origin, &ledger, emit) }
    }

    /// Hands on a segment from its byte `from` on, together with the kept ones that it reaches.
    private mutating func fill(
        _ payload: RawSpan, from: Int, wireLength: Int, _ origin: StreamOrigin,
        _ ledger: inout ReassemblyLedger, _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) {
        let start = position - from
        let range = start..<start + wireLength
        var conflict = false
        while position < range.upperBound {
            let end = min(range.upperBound, pending.first?.start ?? range.upperBound)
            if position < end {
                hand(
                    payload.extracting(OutOfOrderBuffer.cut(payload, from: 0, to: end - start)),
                    from: position - start, wireLength: end - start, origin, &ledger, emit)
            }
            conflict = pending.first.map { pending.differs($0, range, payload) } ?? false || conflict
            drain(origin, &ledger, emit)
        }
        if conflict { ledger.statistics.conflictingOverlaps &+= 1 }
        disorder?.value.hole.restart(at: origin.stamp.time)
    }

    /// Keeps a segment that begins `distance` bytes beyond the next one in order.
    private mutating func keep(
        _ distance: Int, _ payload: RawSpan, wireLength: Int, _ origin: StreamOrigin,
        _ ledger: inout ReassemblyLedger, _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) {
        ledger.statistics.outOfOrder &+= 1
        if disorder == nil { disorder = InPlace(Disorder()) }
        if !hasPending { disorder?.value.hole.restart(at: origin.stamp.time) }
        let start = position + distance
        let before = pending.byteCount
        if disorder?.value.pending.insert(start..<start + wireLength, payload, at: origin.stamp) == true {
            ledger.statistics.conflictingOverlaps &+= 1
        }
        ledger.bufferedBytes += pending.byteCount - before
        while pending.byteCount > ledger.limits.bufferedBytesPerDirection
            || pending.pieces.count > ledger.limits.bufferedSegmentsPerDirection
            || (ledger.bufferedBytes > ledger.limits.bufferedBytes && hasPending)
        {
            ledger.statistics.overflows &+= 1
            giveUpHole(origin, &ledger, emit)
        }
    }

    /// Gives up the first hole when it is certain that the capture does not hold it.
    mutating func settle(
        _ origin: StreamOrigin, _ ledger: inout ReassemblyLedger,
        _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) {
        guard let end = pending.first?.start else { return }
        let isAcknowledged = acknowledgedPosition ?? 0 >= end
        if disorder?.value.hole.isOver(at: origin.stamp.time, isAcknowledged: isAcknowledged, ledger.limits) == true {
            giveUpHole(origin, &ledger, emit)
        }
    }

    /// Hands on everything that is kept, and reports what is known to be missing: the stream goes no further.
    mutating func flush(
        _ origin: StreamOrigin, _ ledger: inout ReassemblyLedger,
        _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) {
        giveUpHoles(origin, &ledger, emit)
        let missing = missingAtEnd
        if isStarted, missing > 0, missing <= ledger.limits.farthestAhead { skip(missing, origin, &ledger, emit) }
    }

    /// Hands on everything that is kept.
    mutating func giveUpHoles(
        _ origin: StreamOrigin, _ ledger: inout ReassemblyLedger,
        _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) {
        while hasPending { giveUpHole(origin, &ledger, emit) }
    }

    /// Bytes behind the last one seen that the sender sent. An acknowledgment counts a FIN as one byte, so that one
    /// byte without a FIN seen is taken for it.
    private var missingAtEnd: Int {
        if let finPosition { return finPosition - position }
        let missing = (acknowledgedPosition ?? 0) - position
        return missing == 1 ? 0 : missing
    }

    /// Frees what is kept, unreported.
    mutating func discard(_ ledger: inout ReassemblyLedger) {
        ledger.bufferedBytes -= pending.byteCount
        disorder = nil
    }

    /// A segment of the stream came.
    private mutating func endStrays() {
        disorder?.value.strays.clear()
        if !hasPending { disorder = nil }
    }

    private mutating func giveUpHole(
        _ origin: StreamOrigin, _ ledger: inout ReassemblyLedger,
        _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) {
        guard let first = pending.first else { return }
        skip(first.start - position, origin.at(first.stamp), &ledger, emit)
        drain(origin, &ledger, emit)
        disorder?.value.hole.restart(at: origin.stamp.time)
    }

    /// Hands on the kept pieces that begin where the stream stands.
    private mutating func drain(
        _ origin: StreamOrigin, _ ledger: inout ReassemblyLedger,
        _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) {
        guard pending.first?.start == position else { return }
        for piece in disorder?.value.pending.removeFirstRun() ?? [] {
            ledger.bufferedBytes -= piece.bytes.count
            hand(
                piece.bytes.span.bytes, from: 0, wireLength: piece.end - piece.start, origin.at(piece.stamp), &ledger,
                emit)
        }
    }

    private mutating func skip(
        _ count: Int, _ origin: StreamOrigin, _ ledger: inout ReassemblyLedger,
        _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) {
        ledger.statistics.gaps &+= 1
        ledger.statistics.missingBytes &+= count
        advance(count)
        emit(event(.gap(count), origin), RawSpan())
    }

    private mutating func cut(
        _ count: Int, _ origin: StreamOrigin, _ ledger: inout ReassemblyLedger,
        _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) {
        ledger.statistics.cutSegments &+= 1
        ledger.statistics.cutBytes &+= count
        advance(count)
        emit(event(.cut(count), origin), RawSpan())
    }

    @inline(__always)
    private mutating func advance(_ count: Int) {
        position &+= count
        next = next.advanced(by: count)
    }

    @inline(__always)
    private func event(_ kind: StreamEvent.Kind, _ origin: StreamOrigin) -> StreamEvent {
        StreamEvent(
            connection: origin.connection, side: origin.side, stamp: origin.stamp,
            beganMidstream: beganMidstream, kind: kind)
    }
}
