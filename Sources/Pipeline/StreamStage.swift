import Correlation
import Network
import Protocols
import Trace

/// A machine that feeds each TCP connection to the protocol it speaks, and what it says to the message stage.
struct StreamStage {
    /// One TCP connection: what it says, and which AMQP connection it is when that has been proved.
    struct Entry {
        let tcp: Int
        var stream: ProtocolStream
        var connection: Int?
        /// Of a connection that speaks something else, until it is clear what it was answered.
        var foreign: ForeignOpening?
        /// The sources that showed it since it was proved, by their bits; from the last bit on they are not told apart.
        var shownBy: UInt64 = 0
        var lastSource: Int32 = -1
        /// The sides, by their bits, of which bytes are missing behind the last frame that was read.
        var endsMissing: UInt8 = 0
    }

    private(set) var entries: [Entry] = []
    private var freePlaces: [Int] = []
    /// TCP connection → index into `entries`.
    private var places: [Int: Int] = [:]
    /// Bytes come in bursts: the last entry is tried before the dictionary.
    private var last: (tcp: Int, place: Int)?
    private(set) var registry: ConnectionRegistry
    private(set) var attempts: AttemptLog
    private(set) var messages: MessageStage
    private var limits = Limits.default
    private let excerpt: ExcerptContext?
    /// Bytes that may have come to be held since they were counted last.
    private var growth = 0

    /// - Parameter ports: the ports of brokers, beside those of AMQP.
    init(
        messages: MessageStage, packetsPerContent: Int, notesFound: Bool, ports: [UInt16] = [],
        excerpt: ExcerptContext? = nil
    ) {
        self.messages = messages
        self.excerpt = excerpt
        registry = ConnectionRegistry(notesFound: notesFound)
        attempts = AttemptLog(ports: ports, notesNews: notesFound)
        limits.packetsPerContent = packetsPerContent
    }

    /// Takes what happened to a TCP connection.
    ///
    /// - Returns: whether more of this connection is wanted.
    mutating func receive(_ event: borrowing StreamEvent, bytes: RawSpan) -> Bool {
        let tcp = event.connection
        switch event.kind {
        case .opened(let ends):
            open(tcp, ends)
            return true
        case .closed(let closing):
            if let place = places[tcp] {
                close(place, TCPEnd(closing, event.direction, event.stamp), sawBothEnds: event.sawBothEnds)
            }
            return true
        case .bytes, .gap, .cut:
            guard let place = place(of: tcp) else { return false }
            if entries[place].foreign != nil { return isStillForeign(place, event, bytes) }
            feed(event, bytes, to: place)
            return isWanted(place, event)
        }
    }

    /// Ends all streams: the capture is at its end.
    ///
    /// - Parameter sawBothEnds: whether packets of both ends of a TCP connection were seen.
    mutating func finish(sawBothEnds: (Int) -> Bool) {
        for (tcp, place) in places.sorted(by: { $0.key < $1.key }) { close(place, sawBothEnds: sawBothEnds(tcp)) }
    }

    private mutating func open(_ tcp: Int, _ ends: TCPEndpoints) {
        registry.opened(tcp, ends)
        let entry = Entry(
            tcp: tcp,
            stream: ProtocolStream(
                firstPort: ends.first.port, secondPort: ends.second.port, sawHandshake: ends.sawHandshake,
                limits: limits))
        if let place = freePlaces.popLast() {
            entries[place] = entry
            places[tcp] = place
        } else {
            places[tcp] = entries.count
            entries.append(entry)
        }
    }

    private mutating func place(of tcp: Int) -> Int? {
        if let last, last.tcp == tcp { return last.place }
        guard let place = places[tcp] else { return nil }
        last = (tcp, place)
        return place
    }

    private mutating func feed(_ event: borrowing StreamEvent, _ bytes: RawSpan, to place: Int) {
        let side: StreamSide = event.direction == .forward ? .first : .second
        let tcp = event.connection
        var connection = entries[place].connection
        let server = connection == nil ? entries[place].stream.connection.serverSide : .second
        let (missing, isCut) = event.kind.missing
        if missing > 0 {
            entries[place].endsMissing |= side.bit
            if let connection { messages.lost(on: connection, at: event.stamp.time) }
            entries[place].stream.gap(missing, isCut: isCut, from: side, at: event.stamp) { event, body in
                Self.pass(event, body, of: tcp, server, &connection, &registry, &messages, excerpt)
            }
        } else {
            var isRead = false
            entries[place].stream.receive(bytes, from: side, at: event.stamp) { event, body in
                isRead = isRead || event.isFrame
                Self.pass(event, body, of: tcp, server, &connection, &registry, &messages, excerpt)
            }
            if isRead { entries[place].endsMissing &= ~side.bit }
        }
        entries[place].connection = connection
        if event.stamp.source != entries[place].lastSource { noteSource(event.stamp.source, of: place) }
        growth &+= entries[place].stream.takeGrowth()
        if growth > limits.heldBytes / 4 { boundHeldBytes() }
    }

    /// Counts what is held of all connections, and when it is too much has those with the most give theirs up, until it
    /// is half as much as it may be.
    private mutating func boundHeldBytes() {
        growth = 0
        var held: [(place: Int, bytes: Int)] = []
        for place in entries.indices { held.append((place, entries[place].stream.heldBytes)) }
        var sum = held.total(of: \.bytes)
        guard sum > limits.heldBytes else { return }
        for (place, bytes) in held.sorted(by: { ($1.bytes, $0.place) < ($0.bytes, $1.place) }) {
            guard sum > limits.heldBytes / 2 else { break }
            let tcp = entries[place].tcp
            let server = entries[place].stream.connection.serverSide
            var connection = entries[place].connection
            entries[place].stream.giveUp { event, body in
                Self.pass(event, body, of: tcp, server, &connection, &registry, &messages, excerpt)
            }
            entries[place].connection = connection
            sum -= bytes
        }
    }

    private mutating func noteSource(_ source: Int32, of place: Int) {
        guard let connection = entries[place].connection else { return }
        entries[place].lastSource = source
        let bit = UInt64(1) << UInt64(truncatingIfNeeded: min(source, 63))
        guard entries[place].shownBy & bit == 0 || source >= 63, let hosts = registry.hosts(of: entries[place].tcp)
        else { return }
        entries[place].shownBy |= bit
        messages.saw(connection, between: hosts.first, and: hosts.second, in: Int(source))
    }

    /// From when to when each of several sources goes, as far as that is known now.
    mutating func extend(_ extents: [WatchedTime.Stretch?]) { messages.extend(extents) }
    mutating func extend(_ sources: [CaptureSource]) {
        messages.extend(sources)
        guard let excerpt else { return }
        for (connection, index) in excerpt.indexes(of: registry.connections) {
            messages.tell(connection, watched: excerpt.connections[index].watched)
        }
    }

    /// Passes on an event of a connection, which is registered when it has proved to be AMQP; `server` matters only then.
    private static func pass(
        _ event: AMQPEvent, _ body: RawSpan, of tcp: Int, _ server: StreamSide, _ connection: inout Int?,
        _ registry: inout ConnectionRegistry, _ messages: inout MessageStage, _ excerpt: ExcerptContext?
    ) {
        if connection == nil, event.provesAMQP {
            let new = registry.add(tcp)
            let client = registry.client(of: tcp, server: server)
            registry.list(new, messages.opened(new, client: client))
            registry.note(new, tcp, client: client.endpoint)
            if let excerpt, let ends = registry.ends(of: tcp),
                excerpt.holdsWholeMessages(between: ends.first, and: ends.second)
            {
                messages.takesWholeMessages(on: new)
            }
            connection = new
        }
        if let connection { messages.receive(event, body: body, on: connection) }
    }

    private mutating func isWanted(_ place: Int, _ event: borrowing StreamEvent) -> Bool {
        guard entries[place].connection == nil, case .other(let name) = entries[place].stream.status else {
            return true
        }
        let ends = registry.endpoints(of: entries[place].tcp)
        if let ends, let opening = ForeignOpening(name, event.direction, ends, at: event.stamp) {
            entries[place].foreign = opening
            return true
        }
        registry.foundOther(entries[place].tcp, name: name)
        remove(place)
        return false
    }

    /// Looks whether what spoke another protocol is answered in AMQP: it meant another port then.
    private mutating func isStillForeign(_ place: Int, _ event: borrowing StreamEvent, _ bytes: RawSpan) -> Bool {
        guard let answer = entries[place].foreign?.answer(event.direction, bytes) else { return true }
        endForeign(place, answer, at: event.stamp)
        return false
    }

    private mutating func endForeign(_ place: Int, _ answer: ForeignOpening.Answer, at stamp: PacketStamp) {
        guard let opening = entries[place].foreign else { return }
        let isBroker = answer != .other
        if isBroker {
            attempts.add(
                .foreign, from: opening.client, to: opening.server, spoken: opening.name, answer: answer.version,
                began: opening.began.time, at: stamp.time, source: opening.began.source)
        }
        registry.foundOther(entries[place].tcp, name: opening.name, isCounted: !isBroker)
        remove(place)
    }

    /// An attempt to open a TCP connection came to nothing.
    mutating func attempted(_ attempt: TCPAttempt) {
        attempts.add(attempt)
    }

    /// - Parameter ending: how TCP ended it; `nil` at the end of the capture.
    private mutating func close(_ place: Int, _ ending: TCPEnd? = nil, sawBothEnds: Bool) {
        if let foreign = entries[place].foreign {
            return endForeign(place, foreign.answer(endedBy: ending), at: ending?.stamp ?? foreign.began)
        }
        let tcp = entries[place].tcp
        let server = entries[place].stream.connection.serverSide
        var connection = entries[place].connection
        entries[place].stream.finish { event, body in
            Self.pass(event, body, of: tcp, server, &connection, &registry, &messages, excerpt)
        }
        if connection == nil, case .other(let name) = entries[place].stream.status {
            registry.foundOther(tcp, name: name)
        }
        if let connection {
            let stream = entries[place].stream.connection
            registry.update(tcp, from: entries[place].stream, sawBothEnds: sawBothEnds)
            messages.located(connection, client: registry.client(of: tcp, server: stream.serverSide))
            let said = messages.closed(connection)
            if let said { registry.tell(connection, said) }
            if let ending {
                var told = ending.connectionEnd(server: stream.serverSide)
                told.mayHaveBeenClosed = entries[place].endsMissing != 0 || said?.isCloseAnswered ?? false
                end(connection, told)
            }
        }
        registry.closed(tcp)
        remove(place)
    }

    private mutating func end(_ connection: Int, _ end: ConnectionEnd) {
        guard let end = registry.ended(connection, end) else { return }
        // What `connection.close` told of was noted with it.
        messages.facts.note(connection)
        guard end.kind == .reset else { return }
        let who = end.by.map { "the \($0)" } ?? "an end"
        messages.note(
            Anomaly(
                at: end.at, connection: connection, kind: "connection-reset",
                detail: "\(who) reset the connection" + (end.mayHaveBeenClosed ? "" : " without closing it")))
    }

    /// Frees the place for another connection.
    private mutating func remove(_ place: Int) {
        places[entries[place].tcp] = nil
        let empty = ProtocolStream(firstPort: 0, secondPort: 0, sawHandshake: false)
        entries[place] = Entry(tcp: -1, stream: empty)
        freePlaces.append(place)
        last = nil
    }

    // MARK: Trouble

    /// Whether anything went wrong with a connection, or an attempt at one, since it was taken last.
    var hasTrouble: Bool { attempts.hasNews || messages.facts.hasChanged }

    mutating func takeFailedAttempts() -> [ConnectionAttempts] { attempts.takeNews() }

    /// The connections that something out of the ordinary happened to since the last time, as they stand.
    mutating func takeTroubledConnections() -> [Connection] {
        let changed = Set(messages.facts.takeChanged())
        guard !changed.isEmpty else { return [] }
        for entry in entries {
            guard let connection = entry.connection, changed.contains(connection) else { continue }
            registry.update(entry.tcp, from: entry.stream)
            if let told = messages.facts.told(on: connection) { registry.tell(connection, told) }
        }
        return changed.sorted().compactMap { registry.connection($0) }
    }

    // MARK: Messages

    mutating func record(_ anomaly: Anomaly) {
        messages.record(anomaly)
    }

    mutating func lostPackets(until time: Timestamp) {
        messages.lostPackets(until: time)
    }

    /// AMQP connections found since the last time, where that is to be noted: both ends of each.
    mutating func takeFound() -> [FoundConnection] { registry.takeFound() }

    mutating func belongs(_ connection: Int, to process: ProcessHint) {
        messages.belongs(connection, to: process)
    }

    mutating func visitChanges(_ visit: (borrowing Correlator, Int) -> Void) {
        messages.visitChanges(visit)
    }

    /// - Parameter isRetained: whether what was handed on before, and is kept, refers to a connection.
    mutating func expire(
        at now: Timestamp, retaining isRetained: (Int) -> Bool, _ visit: (Correlator.Finished) -> Void
    ) {
        // Connections first: what is handed on now need not be kept by whoever takes it before this returns.
        registry.forget(messages.forgetConnections(retaining: isRetained))
        messages.expire(at: now, visit)
    }

    mutating func finish(at end: Timestamp, _ visit: (Correlator.Finished) -> Void) {
        messages.finish(at: end, visit)
    }

    var correlator: Correlator { _read { yield messages.correlator } }

    var naming: ServiceNaming { messages.correlator.concludedNaming }
}

extension StreamEvent.Kind {
    /// Bytes that the capture does not hold, and whether they were cut off a packet.
    fileprivate var missing: (count: Int, isCut: Bool) {
        switch self {
        case .gap(let count): (count, false)
        case .cut(let count): (count, true)
        case .opened, .bytes, .closed: (0, false)
        }
    }
}

extension StreamSide {
    fileprivate var bit: UInt8 { self == .first ? 1 : 2 }
}

extension AMQPEvent {
    /// Whether it is a whole frame by itself.
    fileprivate var isFrame: Bool {
        switch self {
        case .method, .heartbeat: true
        case .protocolHeader, .content, .settled, .anomaly, .skipped: false
        }
    }

    /// Whether it cannot come from anything but AMQP.
    fileprivate var provesAMQP: Bool {
        switch self {
        case .protocolHeader, .method, .content, .settled, .heartbeat: true
        case .anomaly, .skipped: false
        }
    }
}
