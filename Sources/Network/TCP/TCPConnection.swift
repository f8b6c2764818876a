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
    var watch = Watch.none
    /// Segments with data until it is no longer young.
    private var youth = Self.longestYouth
    /// Sides of which segments with its own addresses were seen.
    private var shownSides: UInt8 = 0
    /// -1 until it is reported.
    private(set) var id = -1
    private(set) var phase = Phase.silent
    private(set) var lastStamp: PacketStamp
    private var firstSide: FlowSide
    private var sawHandshake = false
    private var low = StreamReassembler()
    private var high = StreamReassembler()
    private var lateStrays = 0
    /// Who sent the first FIN, or without one the reset, and when.
    private var endedBy: FlowSide?
    private var endedAt: PacketStamp?
    private var attempt = OpeningAttempt()

    init(_ key: FlowKey, firstSender: FlowSide, at stamp: PacketStamp) {
        self.key = key
        firstSide = firstSender
        lastStamp = stamp
    }

    private static let longestYouth: UInt8 = 64

    /// Notes a segment with data that has its own addresses; returns whether `MirrorWatch` has to know of it.
    @inline(__always)
    mutating func ages(by side: FlowSide) -> Bool {
        shownSides |= 1 << side.rawValue
        guard youth > 0 else { return watch == .original }
        youth -= 1
        return true
    }

    /// Whether a segment of `side` that was seen with other addresses is of use: nothing of that side is seen with its
    /// own, or bytes are missing.
    func wantsCopy(from side: FlowSide) -> Bool {
        shownSides & 1 << side.rawValue == 0 || !stream(of: side).pending.isEmpty
    }

    /// Whether a sequence number lies about where the stream of a side stands.
    func isNear(_ sequence: SequenceNumber, from side: FlowSide, _ limits: NetworkLimits) -> Bool {
        let stream = stream(of: side)
        return !stream.isStarted || abs(sequence.distance(from: stream.next)) <= limits.farthestBack
    }

    /// Whether `side` has sent nothing beyond `acknowledgment` yet.
    func hasNotPassed(_ acknowledgment: SequenceNumber, of side: FlowSide) -> Bool {
        let stream = stream(of: side)
        return !stream.isStarted || stream.next.distance(from: acknowledgment) <= 0
    }

    /// Whether a segment with a SYN opens another connection on the same addresses.
    ///
    /// A SYN of the connection itself may come twice, or late. After the end every new SYN is another connection's.
    func isForeign(_ segment: TCPSegment, from side: FlowSide) -> Bool {
        guard !segment.flags.contains(.rst) else { return false }
        if phase == .closed, !segment.flags.contains(.ack) { return true }
        let start = segment.sequence.advanced(by: 1)
        return side == .low ? !low.isStart(start) : !high.isStart(start)
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
        if phase == .closed { return receiveLate(segment, from: side, ledger.limits) }
        let isSYN = segment.flags.contains(.syn)
        if isSYN {
            noteSYN(segment, from: side)
            noteAttempt(segment, from: side, &ledger)
        }
        if segment.flags.contains(.ack) {
            updateStream(of: side.opposite) { $0.acknowledge(segment.acknowledgment) }
        }
        if segment.flags.contains(.rst) {
            guard isPlausibleReset(segment, from: side) else { return .goOn }
            // After a FIN it is an answer: the end was begun by who had sent all.
            if side != firstSide { failAttempt(isRefused: true, &ledger) }
            let closing: TCPClosing = endedBy == nil ? .reset : .fin
            endedBy = endedBy ?? side
            close(closing, &ledger, emit)
            return .closed
        }
        let sequence = isSYN ? segment.sequence.advanced(by: 1) : segment.sequence
        if segment.wireLength > 0 {
            if phase == .silent { open(&nextID, &ledger, emit) }
            let acceptance = deliver(sequence, payload, segment.wireLength, from: side, &ledger, emit)
            if acceptance == .foreign { return .foreign }
        }
        if segment.flags.contains(.fin) {
            endedBy = endedBy ?? side
            endedAt = endedAt ?? stamp
            updateStream(of: side) { $0.end(segment.wireLength, beyond: sequence) }
        }
        settle(&ledger, emit)
        guard low.isFinished, high.isFinished else { return .goOn }
        close(.fin, &ledger, emit)
        return .closed
    }

    /// Ends the connection: hands on what waits and reports the end, unless nothing was reported of it.
    mutating func close(
        _ closing: TCPClosing, _ ledger: inout ReassemblyLedger, _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) {
        if phase == .silent, attempt.isUnanswered { failAttempt(isRefused: false, &ledger) }
        if phase == .open {
            flush(&ledger, emit)
            // After a FIN the other end may never answer, as one that lost its power.
            let closing = closing == .expired && endedBy != nil ? .fin : closing
            let event = StreamEvent(
                connection: id, direction: endedBy ?? firstSide == firstSide ? .forward : .backward,
                stamp: closing == .fin ? endedAt ?? lastStamp : lastStamp,
                beganMidstream: stream(of: firstSide).beganMidstream,
                kind: .closed(closing))
            emit(event, RawSpan())
        }
        phase = .closed
    }

    /// Frees everything that is kept for the connection and reports nothing of it any more.
    mutating func ignore(_ ledger: inout ReassemblyLedger) {
        low.discard(&ledger)
        high.discard(&ledger)
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

    /// Reports an attempt that nobody has answered until now, when the capture ends.
    mutating func giveUpAttempt(_ ledger: inout ReassemblyLedger) {
        if phase == .silent, attempt.isUnanswered { failAttempt(isRefused: false, &ledger) }
    }

    /// Whether bytes wait behind a hole.
    var hasHole: Bool { !low.pending.isEmpty || !high.pending.isEmpty }

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

    private mutating func noteAttempt(
        _ segment: TCPSegment, from side: FlowSide, _ ledger: inout ReassemblyLedger
    ) {
        guard phase == .silent else { return }
        if segment.flags.contains(.ack) {
            attempt.end()
        } else if side == firstSide, attempt.sent(at: lastStamp.time) {
            note(isRefused: false, &ledger)
        }
    }

    private mutating func failAttempt(isRefused: Bool, _ ledger: inout ReassemblyLedger) {
        guard phase == .silent, attempt.isOpen else { return }
        attempt.end()
        note(isRefused: isRefused, &ledger)
    }

    private func note(isRefused: Bool, _ ledger: inout ReassemblyLedger) {
        ledger.note(
            TCPAttempt(
                client: firstSide == .low ? key.low : key.high, server: firstSide == .low ? key.high : key.low,
                isRefused: isRefused, began: attempt.began, at: lastStamp.time))
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
            connection: id, direction: .forward, stamp: lastStamp, beganMidstream: !stream(of: firstSide).isStarted,
            kind: .opened(endpoints))
        emit(event, RawSpan())
    }

    @inline(__always)
    private mutating func deliver(
        _ sequence: SequenceNumber, _ payload: RawSpan, _ wireLength: Int, from side: FlowSide,
        _ ledger: inout ReassemblyLedger, _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) -> StreamReassembler.Acceptance {
        let origin = origin(of: side)
        return side == .low
            ? low.receive(sequence, payload, wireLength: wireLength, origin, &ledger, emit)
            : high.receive(sequence, payload, wireLength: wireLength, origin, &ledger, emit)
    }

    @inline(__always)
    private mutating func settle(
        _ ledger: inout ReassemblyLedger, _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) {
        if !low.pending.isEmpty { low.settle(origin(of: .low), &ledger, emit) }
        if !high.pending.isEmpty { high.settle(origin(of: .high), &ledger, emit) }
    }

    /// A segment after the end: retransmissions and the last acknowledgments are expected, new data are not.
    private mutating func receiveLate(
        _ segment: TCPSegment, from side: FlowSide, _ limits: NetworkLimits
    ) -> Outcome {
        let stream = stream(of: side)
        let distance = segment.sequence.distance(from: stream.next) + segment.wireLength
        guard segment.wireLength > 0, distance > 0 || distance < -limits.farthestBack else { return .goOn }
        lateStrays += 1
        return lateStrays >= limits.straysBeforeRestart ? .foreign : .goOn
    }

    /// A reset counts when it lies about where its stream stands: one that was forged, or damaged, ends nothing.
    private func isPlausibleReset(_ segment: TCPSegment, from side: FlowSide) -> Bool {
        let stream = stream(of: side)
        guard stream.isStarted, phase == .open else { return true }
        return abs(segment.sequence.distance(from: stream.next)) <= 16 << 20
    }

    private func stream(of side: FlowSide) -> StreamReassembler {
        side == .low ? low : high
    }

    @inline(__always)
    private mutating func updateStream(of side: FlowSide, _ body: (inout StreamReassembler) -> Void) {
        if side == .low { body(&low) } else { body(&high) }
    }

    @inline(__always)
    private func origin(of side: FlowSide) -> StreamOrigin {
        StreamOrigin(connection: id, direction: side == firstSide ? .forward : .backward, stamp: lastStamp)
    }
}
