import Trace

/// Connections that are seen again inside or outside of a tunnel, or with other addresses; see `MirrorWatch`.
extension TCPConnectionTable {
    /// The first segment with data of a connection: holds it back where another connection has just shown the same.
    mutating func beginTrial(
        _ segment: borrowing TCPSegment, _ payload: RawSpan, from side: FlowSide, at stamp: PacketStamp,
        of slot: Int32, _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) -> Bool {
        let acknowledgment = segment.acknowledgment
        let trials = mirrors.candidates(for: segment, payload).compactMap { candidate in
            trial(of: slot, as: candidate, acknowledging: acknowledgment, from: side)
        }
        guard let trial = trials.first(where: \.hasSameEnds) ?? trials.first else { return false }
        guard mirrors.begin(slot, trial) else { return false }
        connections[Int(slot)].watch = .trial
        connections[Int(trial.original)].watch = .original
        withhold(segment, payload, from: side, at: stamp, of: slot, emit)
        return true
    }

    /// What there is to be tried; `nil` where a connection cannot be a copy of the other.
    private func trial(
        of slot: Int32, as candidate: MirrorWatch.Candidate, acknowledging acknowledgment: SequenceNumber,
        from side: FlowSide
    ) -> MirrorWatch.Trial? {
        guard let original = self.slot(of: candidate.connection) else { return nil }
        let (key, other) = (connections[Int(slot)].key, connections[Int(original)].key)
        let hasSameEnds = key.low == other.low && key.high == other.high
        let isInTime =
            candidate.hasSameTimestamps
            || connections[Int(original)].hasNotPassed(acknowledgment, of: candidate.side.opposite)
        guard key.scope.mayBeCopies(of: other.scope), hasSameEnds || isInTime else { return nil }
        return MirrorWatch.Trial(
            original: original, originalID: candidate.connection, isFlipped: candidate.side != side,
            hasSameEnds: hasSameEnds)
    }

    /// Holds back a segment of a connection, and decides whether it is another one where that is clear now.
    mutating func withhold(
        _ segment: borrowing TCPSegment, _ payload: RawSpan, from side: FlowSide, at stamp: PacketStamp,
        of slot: Int32, _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) {
        connections[Int(slot)].pass(at: stamp)
        guard let trial = mirrors.trial(of: slot) else { return }
        let isInTime = connections[Int(trial.original)].hasNotPassed(
            segment.acknowledgment, of: trial.originalSide(of: side).opposite)
        let verdict = mirrors.withhold(
            slot, copy segment, payload, from: side, at: stamp, inTime: isInTime || trial.hasSameEnds)
        conclude(slot, verdict, emit)
    }

    /// Notes a segment of a young connection, or of one that others may be.
    mutating func note(
        _ segment: borrowing TCPSegment, _ payload: RawSpan, of slot: Int32, from side: FlowSide,
        _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) {
        let (phase, id) = (connections[Int(slot)].phase, connections[Int(slot)].id)
        guard phase == .open || phase == .closed, id >= 0 else { return }
        mirrors.note(segment, payload, of: id, from: side)
        guard connections[Int(slot)].watch == .original else { return }
        for copy in mirrors.trials(of: slot) {
            conclude(copy, mirrors.compare(copy, with: segment, payload, from: side), emit)
        }
    }

    private mutating func conclude(
        _ slot: Int32, _ verdict: MirrorWatch.Verdict, _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) {
        switch verdict {
        case .undecided: break
        case .same: join(slot, emit)
        case .different: release(slot, emit)
        }
    }

    // MARK: Decisions

    /// A connection that was held back is the other one, seen again.
    mutating func join(_ slot: Int32, _ emit: (borrowing StreamEvent, RawSpan) -> Void) {
        guard let trial = mirrors.end(slot) else { return }
        let copy = CopyTable.Copy(slot: trial.original, isFlipped: trial.isFlipped)
        copies.insert(connections[Int(slot)].key, copy)
        ledger.statistics.mirroredConnections &+= 1
        // What waited for others before it was held back came first.
        let waiting = connections[Int(slot)].discardHeld(&ledger)
        drop(slot)
        settleWatch(of: trial.original)
        for item in waiting {
            passCopy(
                item.segment, item.payload.span.bytes, from: copy.side(of: item.side), at: item.stamp, to: copy.slot,
                emit)
        }
        for item in trial.withheld {
            passCopy(
                item.segment, item.payload.span.bytes, from: copy.side(of: item.side), at: item.stamp, to: copy.slot,
                emit)
        }
    }

    /// A connection that was held back is one of its own: it goes its way.
    mutating func release(_ slot: Int32, _ emit: (borrowing StreamEvent, RawSpan) -> Void) {
        guard let trial = mirrors.end(slot) else { return }
        connections[Int(slot)].watch = .own
        settleWatch(of: trial.original)
        let key = connections[Int(slot)].key
        for item in trial.withheld {
            // What was held back may end the connection and begin another one.
            guard let slot = self.slot(for: key) else {
                begin(key, item.segment, item.payload.span.bytes, from: item.side, at: item.stamp, emit)
                continue
            }
            guard connections[Int(slot)].phase != .ignored else { continue }
            pass(item.segment, item.payload.span.bytes, from: item.side, at: item.stamp, to: slot, emit)
        }
    }

    mutating func releaseOverdue(at time: Timestamp, _ emit: (borrowing StreamEvent, RawSpan) -> Void) {
        for slot in mirrors.overdue(at: time) { release(slot, emit) }
    }

    /// The capture is at its end: decides what is undecided.
    mutating func concludeTrials(_ emit: (borrowing StreamEvent, RawSpan) -> Void) {
        // What is released may begin another connection, which is held back in turn: with fewer segments each time.
        while !mirrors.heldBack.isEmpty {
            for slot in mirrors.heldBack {
                guard let trial = mirrors.trial(of: slot) else { continue }
                if trial.isLikely { join(slot, emit) } else { release(slot, emit) }
            }
        }
    }

    /// A connection ends and is forgotten: nothing is a copy of it any more.
    mutating func endWatch(of slot: Int32, _ emit: (borrowing StreamEvent, RawSpan) -> Void) {
        if connections[Int(slot)].watch == .trial, let trial = mirrors.end(slot) {
            ledger.statistics.mirroredSegments &+= trial.withheld.count
            settleWatch(of: trial.original)
        }
        if !copies.isEmpty { copies.removeAll(of: slot) }
        guard connections[Int(slot)].watch == .original else { return }
        for copy in mirrors.trials(of: slot) {
            guard mirrors.trial(of: copy)?.isLikely ?? false else {
                release(copy, emit)
                continue
            }
            let trial = mirrors.end(copy)
            ledger.statistics.mirroredConnections &+= 1
            ledger.statistics.mirroredSegments &+= trial?.withheld.count ?? 0
            connections[Int(copy)].watch = .own
            setAside(copy)
        }
    }

    private mutating func settleWatch(of original: Int32) {
        guard mirrors.trials(of: original).isEmpty, connections[Int(original)].watch == .original else { return }
        connections[Int(original)].watch = .own
    }

    // MARK: Copies

    /// Whether a segment with the addresses of a copy is of a new connection.
    func isReplaced(_ copy: CopyTable.Copy, _ segment: borrowing TCPSegment, from side: FlowSide) -> Bool {
        let (connection, side) = (connections[Int(copy.slot)], copy.side(of: side))
        if segment.flags.contains(.syn) { return connection.isForeign(copy segment, from: side) }
        guard segment.wireLength > 0, connection.phase != .ignored else { return false }
        return !connection.isNear(segment.sequence, from: side, ledger.limits)
    }

    /// A segment that was, or will be, seen with the addresses of its connection: it serves only where that is not so.
    mutating func passCopy(
        _ segment: borrowing TCPSegment, _ payload: RawSpan, from side: FlowSide, at stamp: PacketStamp,
        to slot: Int32, _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) {
        ledger.statistics.mirroredSegments &+= 1
        touch(slot)
        guard connections[Int(slot)].phase == .open, connections[Int(slot)].wantsCopy(from: side) else { return }
        let before = ledger.statistics.retransmissions
        deliver(segment, payload, from: side, at: stamp, to: slot, emit)
        ledger.statistics.retransmissions = before
    }
}
