import Trace

/// A machine for one TCP connection: its two streams, and where it stands between opening and end.
struct TCPConnection {
    enum Phase: UInt8 {
        /// No data seen: not reported yet.
        case silent
        case open
        /// Nobody wants its bytes.
        case ignored
        /// Ended; kept for its late packets.
        case closed
    }

    /// What the table has to do after a segment.
    enum Outcome {
        case goOn
        case closed
        /// The segment belongs to a new connection on the same addresses.
        case foreign
    }

    /// What `MirrorWatch` has to do with it.
    enum Watch: UInt8 {
        case none
        /// It is held back.
        case trial
        /// Others are held back that it may be.
        case original
        /// It is no other one's.
        case own
    }

    let key: FlowKey
    /// -1 until it is reported.
    private(set) var id = -1
    var lastStamp: PacketStamp
    var low = StreamReassembler()
    var high = StreamReassembler()
    var wait: InPlace<Wait>?
    var attempt = OpeningAttempt()
    private(set) var phase = Phase.silent
    var watch = Watch.none
    /// Segments with data until it is no longer young.
    private var youth = Self.longestYouth
    /// Sides of which segments with its own addresses were seen.
    private var shownSides: UInt8 = 0
    /// Sides of which any segment was seen, those without bytes too.
    private var seenSides: UInt8 = 0
    var sawBothEnds: Bool { seenSides == 3 }
    var firstSide: FlowSide
    private var sawHandshake = false
    /// Who sent the first FIN, or without one the reset.
    var endedBy: FlowSide?

    init(_ key: FlowKey, firstSender: FlowSide, at stamp: PacketStamp) {
        self.key = key
        firstSide = firstSender
        lastStamp = stamp
    }

    private static let longestYouth: UInt8 = 64

    /// Notes a segment with data that has its own addresses; returns whether `MirrorWatch` has to know of it.
    @inline(__always)
    mutating func ages(by side: FlowSide) -> Bool {
        shownSides |= side.bit
        guard youth > 0 else { return watch == .original }
        youth -= 1
        return true
    }

    /// Notes that a segment of `side` came, with bytes or without.
    @inline(__always)
    mutating func note(sideOfSegment side: FlowSide) {
        seenSides |= side.bit
    }

    /// Whether a segment of `side` that was seen with other addresses is of use: nothing of that side is seen with its
    /// own, or bytes are missing.
    func wantsCopy(from side: FlowSide) -> Bool {
        shownSides & side.bit == 0 || stream(of: side).hasPending
    }

    /// Whether a sequence number lies about where the stream of a side stands.
    func isNear(_ sequence: SequenceNumber, from side: FlowSide, _ limits: NetworkLimits) -> Bool {
        let stream = stream(of: side)
        return !stream.isStarted || abs(sequence.distance(from: stream.next)) <= limits.farthestBack
    }

    /// Whether `side` has sent nothing beyond `acknowledgment` yet.
    @inline(__always)
    func hasNotPassed(_ acknowledgment: SequenceNumber, of side: FlowSide) -> Bool {
        side == .low ? low.hasNotPassed(acknowledgment) : high.hasNotPassed(acknowledgment)
    }

    /// Whether a segment with a SYN opens another connection on the same addresses.
    ///
    /// A SYN of the connection itself may come twice, or late. After the end every new SYN is another connection's, but
    /// for its own one that comes once more shortly after it (`isSoon`).
    func isForeign(_ segment: TCPSegment, from side: FlowSide, isSoon: Bool = false) -> Bool {
        guard !segment.flags.contains(.rst) else { return false }
        let start = segment.sequence.advanced(by: 1)
        if phase == .closed, !segment.flags.contains(.ack) {
            let own = stream(of: side)
            return !isSoon || !own.isStarted || own.initial != start
        }
        return side == .low ? !low.isStart(start) : !high.isStart(start)
    }

    /// Where the streams begin whose SYN was not seen.
    mutating func start(at starts: StreamStarts) {
        if let start = starts[.low] { low.startMidstream(at: start) }
        if let start = starts[.high] { high.startMidstream(at: start) }
    }

    /// Notes a segment without looking at it.
    mutating func pass(at stamp: PacketStamp) {
        lastStamp = stamp
    }

    /// Takes a segment in, whatever the phase but `ignored`.
    mutating func receive(
        _ segment: TCPSegment, _ payload: RawSpan, from side: FlowSide, at stamp: PacketStamp,
        nextID: inout Int, _ ledger: inout ReassemblyLedger, _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) -> Outcome {
        lastStamp = stamp
        note(sideOfSegment: side)
        if phase == .closed { return receiveLate(segment, from: side, &ledger) }
        let isSYN = segment.flags.contains(.syn)
        if isSYN {
            noteSYN(segment, from: side)
            noteAttempt(segment, from: side, &ledger)
        }
        if segment.flags.contains(.ack) {
            updateStream(of: side.opposite) { $0.acknowledge(segment.acknowledgment) }
        }
        if segment.flags.contains(.rst) {
            guard ending == nil, isPlausibleReset(segment, from: side) else { return .goOn }
            // After a FIN it is an answer: the end was begun by who had sent all.
            if side != firstSide { failAttempt(.refused, &ledger) }
            noteEndAtOnce(segment, from: side, &ledger)
            if endedBy == nil, acknowledgesFIN(segment, from: side) { endedBy = side.opposite }
            // It may still wait for what its sender had before.
            endedBy = endedBy ?? wait?.value.held.finisher
            let closing: ConnectionEnd.Kind = endedBy == nil ? .reset : .finished
            endedBy = endedBy ?? side
            return conclude(Ending(closing, at: stamp, reset: segment, from: side), &ledger, emit)
        }
        if segment.wireLength > 0 || segment.flags.contains(.fin) {
            noteEndAtOnce(segment, from: side, &ledger)
            if mustWait(segment, from: side, &ledger) {
                updateWait { $0.held.add(segment, payload, from: side, at: stamp, &ledger) }
            } else if take(segment, payload, from: side, at: stamp, &nextID, &ledger, emit) == .foreign {
                return .foreign
            }
        }
        if hasHeld { releaseHeld(at: stamp.time, &nextID, &ledger, emit) }
        settle(&ledger, emit)
        if let ending { return conclude(ending, &ledger, emit) }
        guard low.isFinished, high.isFinished else { return .goOn }
        return conclude(Ending(.finished, at: stamp), &ledger, emit)
    }

    /// Ends the connection: hands on what waits and reports the end, unless nothing was reported of it.
    mutating func close(
        _ closing: ConnectionEnd.Kind, _ ledger: inout ReassemblyLedger,
        _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) {
        if phase == .silent, attempt.isUnanswered { failAttempt(.unanswered, &ledger) }
        // Of what a reset waited for, a FIN of the other end may have come, or be known to have been sent.
        if let end = ending, let reset = end.reset, end.closing == .reset,
            acknowledgesFIN(reset.segment, from: reset.side)
        {
            wait?.value.ending = Ending(.finished, at: end.stamp)
            endedBy = reset.side.opposite
        }
        if phase == .open {
            flush(&ledger, emit)
            // After a FIN the other end may never answer, as one that lost its power.
            let closing = closing == .silent && endedBy != nil ? .finished : closing
            let event = StreamEvent(
                connection: id, side: endedBy ?? firstSide == firstSide ? .first : .second,
                stamp: ending?.stamp ?? (closing == .finished ? wait?.value.finishedAt ?? lastStamp : lastStamp),
                beganMidstream: stream(of: firstSide).beganMidstream,
                kind: .closed(ending?.closing ?? closing), sawBothEnds: sawBothEnds)
            emit(event, RawSpan())
        }
        phase = .closed
        discardHeld(&ledger)
        wait = nil
    }

    /// Frees everything that is kept for the connection and reports nothing of it any more.
    mutating func ignore(_ ledger: inout ReassemblyLedger) {
        low.discard(&ledger)
        high.discard(&ledger)
        discardHeld(&ledger)
        wait = nil
        phase = .ignored
    }

    /// Hands on what waits behind holes, in both directions.
    mutating func flush(_ ledger: inout ReassemblyLedger, _ emit: (borrowing StreamEvent, RawSpan) -> Void) {
        guard phase == .open else { return }
        low.flush(origin(of: .low), &ledger, emit)
        high.flush(origin(of: .high), &ledger, emit)
    }

    /// Whether one end said that it is done, and the other did not answer.
    var isHalfClosed: Bool { phase == .open && endedBy != nil }

    /// Whether bytes wait behind a hole.
    var hasHole: Bool { low.hasPending || high.hasPending }

    /// Gives up all holes in front of bytes that wait.
    mutating func giveUpHoles(_ ledger: inout ReassemblyLedger, _ emit: (borrowing StreamEvent, RawSpan) -> Void) {
        guard phase == .open else { return }
        low.giveUpHoles(origin(of: .low), &ledger, emit)
        high.giveUpHoles(origin(of: .high), &ledger, emit)
    }

    // MARK: Parts of `receive`

    private mutating func noteSYN(_ segment: TCPSegment, from side: FlowSide) {
        let isAnswer = segment.flags.contains(.ack)
        if phase == .silent {
            firstSide = isAnswer ? side.opposite : side
            sawHandshake = true
        }
        let start = segment.sequence.advanced(by: 1)
        let peerStart = segment.acknowledgment
        updateStream(of: side) { $0.start(at: start) }
        if isAnswer { updateStream(of: side.opposite) { $0.start(at: peerStart) } }
    }

    private mutating func open(
        _ nextID: inout Int, _ ledger: inout ReassemblyLedger, _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) {
        id = nextID
        nextID += 1
        phase = .open
        ledger.statistics.connections &+= 1
        let endpoints =
            firstSide == .low
            ? TCPEndpoints(first: key.low, second: key.high, sawHandshake: sawHandshake, scope: key.scope)
            : TCPEndpoints(first: key.high, second: key.low, sawHandshake: sawHandshake, scope: key.scope)
        let event = StreamEvent(
            connection: id, side: .first, stamp: lastStamp, beganMidstream: !stream(of: firstSide).isStarted,
            kind: .opened(endpoints))
        emit(event, RawSpan())
    }

    /// Takes the data and the end that a segment carries.
    @inline(__always)
    mutating func take(
        _ segment: TCPSegment, _ payload: RawSpan, from side: FlowSide, at stamp: PacketStamp, _ nextID: inout Int,
        _ ledger: inout ReassemblyLedger, _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) -> StreamReassembler.Acceptance {
        let sequence = segment.flags.contains(.syn) ? segment.sequence.advanced(by: 1) : segment.sequence
        if segment.wireLength > 0 {
            if phase == .silent { open(&nextID, &ledger, emit) }
            let origin = origin(of: side).at(stamp)
            let acceptance =
                side == .low
                ? low.receive(sequence, payload, wireLength: segment.wireLength, origin, &ledger, emit)
                : high.receive(sequence, payload, wireLength: segment.wireLength, origin, &ledger, emit)
            if acceptance == .foreign { return .foreign }
        }
        if segment.flags.contains(.fin) {
            endedBy = endedBy ?? side
            updateWait { $0.finishedAt = $0.finishedAt ?? stamp }
            updateStream(of: side) { $0.end(segment.wireLength, beyond: sequence) }
        }
        return .accepted
    }

    @inline(__always)
    private mutating func settle(
        _ ledger: inout ReassemblyLedger, _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) {
        if low.hasPending { low.settle(origin(of: .low), &ledger, emit) }
        if high.hasPending { high.settle(origin(of: .high), &ledger, emit) }
    }

    /// A segment after the end: retransmissions and the last acknowledgments are expected, new data are not.
    private mutating func receiveLate(
        _ segment: TCPSegment, from side: FlowSide, _ ledger: inout ReassemblyLedger
    ) -> Outcome {
        let next = side == .low ? low.next : high.next
        let distance = segment.sequence.distance(from: next) + segment.wireLength
        guard segment.wireLength > 0, distance > 0 || distance < -ledger.limits.farthestBack else { return .goOn }
        let count = updateWait {
            $0.lateStrays += 1
            return $0.lateStrays
        }
        return count >= ledger.limits.straysBeforeRestart ? .foreign : .goOn
    }

    /// A reset counts when it lies about where its stream stands: one that was forged, or damaged, ends nothing.
    private func isPlausibleReset(_ segment: TCPSegment, from side: FlowSide) -> Bool {
        let stream = stream(of: side)
        guard stream.isStarted, phase == .open else { return true }
        return abs(segment.sequence.distance(from: stream.next)) <= 16 << 20
    }

    /// Whether the sender had a FIN of the other end that was not seen: it acknowledges one byte beyond all data.
    private func acknowledgesFIN(_ segment: TCPSegment, from side: FlowSide) -> Bool {
        let peer = stream(of: side.opposite)
        // All of its data may wait for what the other end had sent before.
        let hasData = phase == .open || hasHeld
        guard segment.flags.contains(.ack), hasData, peer.isStarted else { return false }
        let waiting = (peer.pending.pieces.last?.end ?? peer.position) - peer.position
        let held = wait?.value.held.end(of: side.opposite).map { $0.distance(from: peer.next) } ?? 0
        return segment.acknowledgment.distance(from: peer.next) == max(waiting, held) + 1
    }

    func stream(of side: FlowSide) -> StreamReassembler {
        side == .low ? low : high
    }

    @inline(__always)
    mutating func updateStream(of side: FlowSide, _ body: (inout StreamReassembler) -> Void) {
        if side == .low { body(&low) } else { body(&high) }
    }

    @inline(__always)
    private func origin(of side: FlowSide) -> StreamOrigin {
        StreamOrigin(connection: id, side: side == firstSide ? .first : .second, stamp: lastStamp)
    }
}
