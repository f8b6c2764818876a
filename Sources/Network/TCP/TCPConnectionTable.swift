import DequeModule
package import Trace

/// A machine that sorts TCP segments into connections and hands on the bytes of each direction in order.
///
/// Three lists keep the connections by when their last packet came: those that ended, those that nobody wants, and
/// the others. Where room is needed the oldest of the first list that has one goes. A segment of a connection that is
/// known costs one look-up and no allocation. No event may call back into the table.
package struct TCPConnectionTable {
    var connections: [TCPConnection] = []
    private var links: [RecencyLinks] = []
    private var freeSlots: [Int32] = []
    private var slots = SlotIndex()
    private var slotsByID: [Int: Int32] = [:]
    private var ended = RecencyList()
    private var ignored = RecencyList()
    private var live = RecencyList()
    private var nextID = 0
    /// Those open at the end of the capture, packets of both ends of which were seen.
    private var openToBothEnds: Set<Int> = []
    /// Connections with a hole, oldest first, and since when; only where holes are expected.
    private var holed: Deque<(connection: Int, since: Timestamp)> = []
    /// Connections in which something waits for what may come late, oldest first, and since when.
    private var waiting: Deque<(slot: Int32, key: FlowKey, since: Timestamp)> = []
    var ledger: ReassemblyLedger
    /// Packets of a connection come in bursts: the last one found is tried before the dictionary.
    private var lastFound: (key: FlowKey, slot: Int32)?
    /// Connections that may be others seen again, and those that are.
    var mirrors: MirrorWatch
    var copies = CopyTable()
    /// What waits for the beginnings of streams, and where those of the connection are that begins now.
    var openings = OpeningWindow()
    var starts: StreamStarts?

    package init(limits: NetworkLimits = NetworkLimits()) {
        ledger = ReassemblyLedger(limits: limits)
        mirrors = MirrorWatch(limits: limits)
    }

    package var statistics: TCPStatistics { ledger.statistics }

    /// Visits the attempts to open a connection that came to nothing since the last time, whatever their ports.
    package mutating func visitFailedAttempts(_ visit: (TCPAttempt) -> Void) {
        if ledger.hasAttempts { ledger.takeAttempts().forEach(visit) }
    }

    /// Connections kept, those that ended a short while ago included.
    package var count: Int { slots.count }

    /// Out-of-order bytes kept in all.
    package var bufferedBytes: Int { ledger.bufferedBytes }

    /// Takes a segment in and hands on what follows from it.
    ///
    /// `payload` is what was captured of the segment's data. The bytes handed to `emit` are empty for every event but
    /// `.bytes`.
    package mutating func receive(
        _ segment: borrowing TCPSegment, payload: RawSpan, at stamp: PacketStamp,
        _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) {
        let (key, side) = FlowKey.of(segment)
        guard openings.isEmpty, !beginsUnopened(segment, of: key, from: side) else {
            openings.add(segment, payload, at: stamp)
            return handOnOpenings(at: stamp.time, emit)
        }
        process(segment, of: key, from: side, payload: payload, at: stamp, emit)
    }

    /// It is as late as `time`, although no packet says so: hands on what has waited long enough for others.
    package mutating func advance(to time: Timestamp, _ emit: (borrowing StreamEvent, RawSpan) -> Void) {
        if !openings.isEmpty { handOnOpenings(at: time, emit) }
        releaseWaiting(at: time, emit)
    }

    @inline(__always)
    private mutating func releaseWaiting(at time: Timestamp, _ emit: (borrowing StreamEvent, RawSpan) -> Void) {
        if let deadline = mirrors.deadline, deadline <= time { releaseOverdue(at: time, emit) }
        if !waiting.isEmpty { giveUpOldWaits(at: time, emit) }
    }

    mutating func process(
        _ segment: borrowing TCPSegment, of key: FlowKey, from side: FlowSide, payload: RawSpan, at stamp: PacketStamp,
        _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) {
        ledger.statistics.segments &+= 1
        expireIdle(at: stamp.time, emit)
        if ledger.limits.expectsHoles { giveUpOldHoles(at: stamp.time, emit) }
        releaseWaiting(at: stamp.time, emit)
        guard let slot = find(key) else {
            if !copies.isEmpty, let copy = copies[key] {
                guard isReplaced(copy, segment, from: side) else {
                    return passCopy(segment, payload, from: copy.side(of: side), at: stamp, to: copy.slot, emit)
                }
                copies.remove(key)
            }
            if !segment.flags.contains(.rst) { begin(key, segment, payload, from: side, at: stamp, emit) }
            return
        }
        if segment.flags.contains(.syn),
            connections[Int(slot)].isForeign(segment, from: side, isSoon: isSoon(stamp.time, after: slot))
        {
            end(slot, .replaced, emit)
            begin(key, segment, payload, from: side, at: stamp, emit)
            return
        }
        touch(slot)
        guard connections[Int(slot)].phase != .ignored else {
            connections[Int(slot)].pass(at: stamp)
            return
        }
        switch connections[Int(slot)].goOn(segment, payload, from: side, at: stamp, emit) {
        case .taken: return
        case .takenYoung: return note(segment, payload, of: slot, from: side, emit)
        case .refused: break
        }
        pass(segment, payload, from: side, at: stamp, to: slot, emit)
    }

    /// Frees what is kept for a connection that nobody wants: no event of it follows. Its later packets cost a look-up.
    package mutating func ignore(_ connection: Int) {
        guard let slot = slotsByID.removeValue(forKey: connection) else { return }
        setAside(slot)
        // What is held back as its copy is not wanted either.
        for copy in mirrors.trials(of: slot) { join(copy) { _, _ in } }
    }

    /// Frees what is kept for a connection and passes over its packets from now on.
    mutating func setAside(_ slot: Int32) {
        list(of: slot) { $0.remove(slot, &$1) }
        connections[Int(slot)].ignore(&ledger)
        list(of: slot) { $0.insert(slot, &$1) }
    }

    /// Hands on what waits behind holes: the capture is at its end. No connection is closed by that but those of which
    /// one end has said that it is done.
    package mutating func finish(_ emit: (borrowing StreamEvent, RawSpan) -> Void) {
        handOnOpenings(at: nil, emit)
        giveUpAllWaits(emit)
        concludeTrials(emit)
        // Of what was held back as another connection's copy something may wait, too.
        giveUpAllWaits(emit)
        for (_, slot) in slotsByID.sorted(by: { $0.key < $1.key }) {
            connections[Int(slot)].flush(&ledger, emit)
            if connections[Int(slot)].isHalfClosed { end(slot, .finished, emit) }
        }
        for slot in connections.indices { connections[slot].giveUpAttempt(&ledger) }
        // Nothing comes any more, and what is made of very many connections at the end needs the room.
        openToBothEnds = Set(slotsByID.keys.filter(sawBothEnds))
        (connections, links, freeSlots, slots, slotsByID) = ([], [], [], SlotIndex(), [:])
    }

    // MARK: Beginning and end

    mutating func begin(
        _ key: FlowKey, _ segment: borrowing TCPSegment, _ payload: RawSpan, from side: FlowSide,
        at stamp: PacketStamp, _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) {
        if slots.count >= ledger.limits.connections { evict(emit) }
        var connection = TCPConnection(key, firstSender: side, at: stamp)
        if let starts { connection.start(at: starts) }
        let slot: Int32
        if let free = freeSlots.popLast() {
            slot = free
            connections[Int(slot)] = connection
        } else {
            slot = Int32(connections.count)
            connections.append(connection)
            links.append(RecencyLinks())
        }
        slots.insert(slot, of: connections)
        lastFound = (key, slot)
        live.insert(slot, &links)
        pass(segment, payload, from: side, at: stamp, to: slot, emit)
    }

    /// Takes in a segment of a connection that is wanted.
    mutating func pass(
        _ segment: borrowing TCPSegment, _ payload: RawSpan, from side: FlowSide, at stamp: PacketStamp,
        to slot: Int32, _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) {
        let hasData = segment.wireLength > 0
        switch connections[Int(slot)].watch {
        case .trial: return withhold(segment, payload, from: side, at: stamp, of: slot, emit)
        case .none where hasData && connections[Int(slot)].phase == .silent && mirrors.isOn:
            if beginTrial(segment, payload, from: side, at: stamp, of: slot, emit) { return }
        case .none, .original, .own: break
        }
        let isNoted = hasData && connections[Int(slot)].ages(by: side)
        deliver(segment, payload, from: side, at: stamp, to: slot, emit)
        if isNoted { note(segment, payload, of: slot, from: side, emit) }
    }

    mutating func deliver(
        _ segment: borrowing TCPSegment, _ payload: RawSpan, from side: FlowSide, at stamp: PacketStamp,
        to slot: Int32, _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) {
        let before = connections[Int(slot)].phase
        let wasWaiting = connections[Int(slot)].isWaiting
        let outcome = connections[Int(slot)].receive(
            segment, payload, from: side, at: stamp, nextID: &nextID, &ledger, emit)
        if !wasWaiting, connections[Int(slot)].isWaiting {
            waiting.append((slot, connections[Int(slot)].key, stamp.time))
            connections[Int(slot)].wait?.value.since = stamp.time
        }
        let connection = connections[Int(slot)].id
        if before == .silent, connection >= 0 { slotsByID[connection] = slot }
        switch outcome {
        case .goOn where ledger.limits.expectsHoles && connections[Int(slot)].hasHole:
            holed.append((connection, stamp.time))
        case .goOn:
            break
        case .closed:
            closed(slot)
        case .foreign:
            let key = connections[Int(slot)].key
            end(slot, .replaced, emit)
            begin(key, segment, payload, from: side, at: stamp, emit)
        }
    }

    /// Whether what comes now may have been overtaken by the last packet of a connection.
    private func isSoon(_ time: Timestamp, after slot: Int32) -> Bool {
        let passed = (time - connections[Int(slot)].lastStamp.time).magnitude
        return ledger.limits.waitsForCauses && passed < ledger.limits.timeBeforeGap
    }

    /// A connection ended; it is kept for its late packets.
    private mutating func closed(_ slot: Int32) {
        slotsByID[connections[Int(slot)].id] = nil
        live.remove(slot, &links)
        ended.insert(slot, &links)
    }

    /// Ends a connection and forgets it.
    private mutating func end(
        _ slot: Int32, _ closing: ConnectionEnd.Kind, _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) {
        endWatch(of: slot, emit)
        if connections[Int(slot)].isWaiting { giveUpWait(slot, connections[Int(slot)].key, emit) }
        list(of: slot) { $0.remove(slot, &$1) }
        connections[Int(slot)].close(closing, &ledger, emit)
        forget(slot)
    }

    /// Frees the slot of a connection that is in no list.
    private mutating func forget(_ slot: Int32) {
        slotsByID[connections[Int(slot)].id] = nil
        slots.remove(connections[Int(slot)].key, of: connections)
        lastFound = nil
        freeSlots.append(slot)
    }

    /// Forgets a connection of which nothing was reported.
    mutating func drop(_ slot: Int32) {
        list(of: slot) { $0.remove(slot, &$1) }
        forget(slot)
    }

    /// The slot of a connection that was reported and has not ended.
    func slot(of connection: Int) -> Int32? { slotsByID[connection] }

    /// Whether packets of both ends of a connection were seen that was reported and has not ended.
    package func sawBothEnds(of connection: Int) -> Bool {
        slotsByID[connection].map { connections[Int($0)].sawBothEnds } ?? openToBothEnds.contains(connection)
    }

    /// The slot of the connection between two ends.
    func slot(for key: FlowKey) -> Int32? { slots.slot(of: key, in: connections) }

    /// Where holes are expected, nothing waits for a connection's next packet, which may come much later.
    private mutating func giveUpOldHoles(at time: Timestamp, _ emit: (borrowing StreamEvent, RawSpan) -> Void) {
        while let oldest = holed.first, (time - oldest.since).magnitude >= ledger.limits.timeBeforeGap {
            holed.removeFirst()
            guard let slot = slotsByID[oldest.connection] else { continue }
            connections[Int(slot)].giveUpHoles(&ledger, emit)
        }
    }

    private mutating func giveUpOldWaits(at time: Timestamp, _ emit: (borrowing StreamEvent, RawSpan) -> Void) {
        while let oldest = waiting.first, (time - oldest.since).magnitude >= ledger.limits.timeBeforeGap {
            waiting.removeFirst()
            // That wait may be over long since, and another one have begun.
            guard connections[Int(oldest.slot)].wait?.value.since == oldest.since else { continue }
            giveUpWait(oldest.slot, oldest.key, emit)
        }
    }

    private mutating func giveUpAllWaits(_ emit: (borrowing StreamEvent, RawSpan) -> Void) {
        while let oldest = waiting.popFirst() { giveUpWait(oldest.slot, oldest.key, emit) }
    }

    /// Nothing waits any longer in a connection, unless another one has its place now.
    private mutating func giveUpWait(
        _ slot: Int32, _ key: FlowKey, _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) {
        guard self.slot(for: key) == slot, connections[Int(slot)].isWaiting else { return }
        let wasSilent = connections[Int(slot)].phase == .silent
        let hasEnded = connections[Int(slot)].giveUpWaiting(nextID: &nextID, &ledger, emit)
        if wasSilent, connections[Int(slot)].id >= 0 { slotsByID[connections[Int(slot)].id] = slot }
        if hasEnded { closed(slot) }
    }

    /// Makes room: connections that ended go first, then those that nobody wants.
    private mutating func evict(_ emit: (borrowing StreamEvent, RawSpan) -> Void) {
        if ended.oldest >= 0 {
            end(ended.oldest, .silent, emit)
        } else if ignored.oldest >= 0 {
            end(ignored.oldest, .silent, emit)
        } else if live.oldest >= 0 {
            ledger.statistics.evicted &+= 1
            end(live.oldest, .silent, emit)
        }
    }

    /// Ends the connection of each list that has been idle longest, if that is too long.
    ///
    /// One a packet: a single damaged time does not end them all.
    @inline(__always)
    private mutating func expireIdle(at time: Timestamp, _ emit: (borrowing StreamEvent, RawSpan) -> Void) {
        expire(ended.oldest, after: ledger.limits.closedTime, at: time, emit)
        expire(ignored.oldest, after: ledger.limits.idleTime, at: time, emit)
        expire(live.oldest, after: ledger.limits.idleTime, at: time, emit)
    }

    @inline(__always)
    private mutating func expire(
        _ slot: Int32, after limit: Nanoseconds, at time: Timestamp,
        _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) {
        guard slot >= 0, time - connections[Int(slot)].lastStamp.time > limit else { return }
        end(slot, .silent, emit)
    }

    // MARK: Look-up

    @inline(__always)
    mutating func find(_ key: FlowKey) -> Int32? {
        if let lastFound, lastFound.key == key { return lastFound.slot }
        guard let slot = slot(for: key) else { return nil }
        lastFound = (key, slot)
        return slot
    }

    @inline(__always)
    mutating func touch(_ slot: Int32) {
        list(of: slot) { $0.touch(slot, &$1) }
    }

    /// The list that a slot is in, by the phase of its connection.
    @inline(__always)
    private mutating func list(of slot: Int32, _ body: (inout RecencyList, inout [RecencyLinks]) -> Void) {
        switch connections[Int(slot)].phase {
        case .silent, .open: body(&live, &links)
        case .ignored: body(&ignored, &links)
        case .closed: body(&ended, &links)
        }
    }
}
