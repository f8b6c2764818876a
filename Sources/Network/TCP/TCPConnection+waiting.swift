import Trace

/// What waits of a connection for what may come late: segments that overtook others, and its end.
extension TCPConnection {
    /// That the connection ends.
    struct Ending {
        let closing: ConnectionEnd.Kind
        let stamp: PacketStamp
        /// The segment that reset it, and who sent that.
        var reset: (segment: TCPSegment, side: FlowSide)?

        init(_ closing: ConnectionEnd.Kind, at stamp: PacketStamp) {
            self.closing = closing
            self.stamp = stamp
        }

        init(_ closing: ConnectionEnd.Kind, at stamp: PacketStamp, reset segment: TCPSegment, from side: FlowSide) {
            self.init(closing, at: stamp)
            reset = (segment, side)
        }
    }

    /// What only a connection has of which something waits, or came late, or that ends.
    struct Wait {
        /// Segments that wait for what their senders had before them.
        var held = HeldSegments()
        /// How the connection ends once what is missing of it has had time to come.
        var ending: Ending?
        /// When it began to wait last.
        var since: Timestamp?
        /// When the first FIN came.
        var finishedAt: PacketStamp?
        /// Segments after the end that belong to no stream of it.
        var lateStrays = 0
    }

    /// Whether segments wait, or the end does, for what may come late.
    var isWaiting: Bool { wait.map { !$0.value.held.isEmpty || $0.value.ending != nil } ?? false }

    var hasHeld: Bool { wait.map { !$0.value.held.isEmpty } ?? false }

    var ending: Ending? { wait?.value.ending }

    /// Changes what few connections have.
    mutating func updateWait<Result>(_ body: (inout Wait) -> Result) -> Result {
        var changed = wait ?? InPlace(Wait())
        wait = nil
        defer { wait = changed }
        return body(&changed.value)
    }

    /// Frees the segments that wait, unreported.
    @discardableResult
    mutating func discardHeld(_ ledger: inout ReassemblyLedger) -> [HeldSegments.Held] {
        wait?.value.held.discard(&ledger) ?? []
    }

    /// Waits no longer: hands on the segments that wait, and ends what was to end.
    ///
    /// - Returns: whether that ended the connection.
    mutating func giveUpWaiting(
        nextID: inout Int, _ ledger: inout ReassemblyLedger, _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) -> Bool {
        giveUpHeld(&nextID, &ledger, emit)
        let isFinished = low.isFinished && high.isFinished
        guard phase != .closed, ending != nil || isFinished else { return false }
        close(.finished, &ledger, emit)
        return true
    }

    /// Ends the connection, or where bytes of it may still come lets that wait.
    mutating func conclude(
        _ ending: Ending, _ ledger: inout ReassemblyLedger, _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) -> Outcome {
        updateWait { $0.ending = ending }
        guard ledger.limits.waitsForCauses, isEarly(ending) else {
            close(ending.closing, &ledger, emit)
            return .closed
        }
        return .goOn
    }

    /// Whether the end came in front of bytes that are known to have been sent before.
    private func isEarly(_ ending: Ending) -> Bool {
        if hasHeld || low.lacksBytes || high.lacksBytes { return true }
        guard let (segment, side) = ending.reset, phase == .open else { return false }
        let stream = stream(of: side)
        let isBehind = stream.isStarted && segment.sequence.distance(from: stream.next) > 0
        return isBehind || acknowledgesUnseen(segment, from: side)
    }

    @inline(__always)
    func mustWait(_ segment: TCPSegment, from side: FlowSide, _ ledger: inout ReassemblyLedger) -> Bool {
        guard ledger.limits.waitsForCauses else { return false }
        // An end alone waits only behind what waits.
        if segment.wireLength == 0, !hasHeld { return false }
        return acknowledgesUnseen(segment, from: side)
    }

    /// Whether the sender had bytes of the other end that were not seen yet. One byte may be a FIN.
    @inline(__always)
    private func acknowledgesUnseen(_ segment: TCPSegment, from side: FlowSide) -> Bool {
        guard segment.flags.contains(.ack) else { return false }
        return side == .low
            ? isCause(segment.acknowledgment, of: high, from: .high)
            : isCause(segment.acknowledgment, of: low, from: .low)
    }

    /// Whether bytes of `stream`, which `side` sends, are to come in front of a segment that acknowledges them.
    @inline(__always)
    private func isCause(
        _ acknowledgment: SequenceNumber, of stream: borrowing StreamReassembler, from side: FlowSide
    ) -> Bool {
        guard stream.isStarted else { return false }
        let distance = acknowledgment.distance(from: stream.next)
        // One byte may be a FIN.
        guard distance > 1, distance < 1 << 30 else { return false }
        return wait?.value.held.awaits(acknowledgment, from: side, hasBegun: stream.position > 0) ?? true
    }

    mutating func releaseHeld(
        at time: Timestamp, _ nextID: inout Int, _ ledger: inout ReassemblyLedger,
        _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) {
        if wait?.value.held.isOver(at: time, &ledger) == true { return giveUpHeld(&nextID, &ledger, emit) }
        while let place = wait?.value.held.segments.firstIndex(where: { !mustWait($0.segment, from: $0.side, &ledger) })
        {
            handHeld(place, &nextID, &ledger, emit)
        }
    }

    private mutating func giveUpHeld(
        _ nextID: inout Int, _ ledger: inout ReassemblyLedger, _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) {
        guard let held = wait?.value.held, !held.isEmpty else { return }
        for side in [FlowSide.low, .high] where !stream(of: side).isStarted {
            guard let start = held.start(of: side, stream(of: side)) else { continue }
            updateStream(of: side) { $0.startMidstream(at: start) }
        }
        wait?.value.held.giveUpCauses()
        while hasHeld { handHeld(0, &nextID, &ledger, emit) }
    }

    private mutating func handHeld(
        _ place: Int, _ nextID: inout Int, _ ledger: inout ReassemblyLedger,
        _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) {
        guard let next = wait?.value.held.remove(place, &ledger) else { return }
        _ = take(next.segment, next.payload.span.bytes, from: next.side, at: next.stamp, &nextID, &ledger, emit)
    }
}
