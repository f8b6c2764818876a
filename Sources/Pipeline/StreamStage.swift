import Correlation
import Network
import Protocols
import Trace

/// A machine that feeds each TCP connection to the protocol it speaks, and what it says to the message stage.
struct StreamStage {
    /// One TCP connection: what it says, and which AMQP connection it is when that has been proved.
    private struct Entry {
        let tcp: Int
        var stream: ProtocolStream
        var connection: Int?
    }

    private var entries: [Entry] = []
    private var freePlaces: [Int] = []
    /// TCP connection → index into `entries`.
    private var places: [Int: Int] = [:]
    /// Bytes come in bursts: the last entry is tried before the dictionary.
    private var last: (tcp: Int, place: Int)?
    private var registry: ConnectionRegistry
    private var messages: MessageStage
    private var limits = Limits.default

    init(messages: MessageStage, packetsPerContent: Int, notesFound: Bool) {
        self.messages = messages
        registry = ConnectionRegistry(notesFound: notesFound)
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
        case .closed:
            if let place = places[tcp] { close(place) }
            return true
        case .bytes, .gap:
            guard let place = place(of: tcp) else { return false }
            feed(event, bytes, to: place)
            return isWanted(place)
        }
    }

    /// Ends all streams: the capture is at its end.
    mutating func finish() {
        for (_, place) in places.sorted(by: { $0.key < $1.key }) { close(place) }
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
        if case .gap(let count) = event.kind {
            entries[place].stream.gap(count, from: side, at: event.stamp) { event, body in
                Self.pass(event, body, of: tcp, server, &connection, &registry, &messages)
            }
        } else {
            entries[place].stream.receive(bytes, from: side, at: event.stamp) { event, body in
                Self.pass(event, body, of: tcp, server, &connection, &registry, &messages)
            }
        }
        entries[place].connection = connection
    }

    /// Passes on an event of a connection, which is registered when it has proved to be AMQP; `server` matters only then.
    private static func pass(
        _ event: AMQPEvent, _ body: RawSpan, of tcp: Int, _ server: StreamSide, _ connection: inout Int?,
        _ registry: inout ConnectionRegistry, _ messages: inout MessageStage
    ) {
        if connection == nil, event.provesAMQP {
            let new = registry.add(tcp)
            let client = registry.client(of: tcp, server: server)
            registry.list(new, messages.opened(new, client: client))
            registry.note(new, tcp, client: client.endpoint)
            connection = new
        }
        if let connection { messages.receive(event, body: body, on: connection) }
    }

    private mutating func isWanted(_ place: Int) -> Bool {
        guard entries[place].connection == nil, case .other(let name) = entries[place].stream.status else {
            return true
        }
        registry.foundOther(entries[place].tcp, name: name)
        remove(place)
        return false
    }

    private mutating func close(_ place: Int) {
        let tcp = entries[place].tcp
        let server = entries[place].stream.connection.serverSide
        var connection = entries[place].connection
        entries[place].stream.finish { event, body in
            Self.pass(event, body, of: tcp, server, &connection, &registry, &messages)
        }
        if case .other(let name) = entries[place].stream.status { registry.foundOther(tcp, name: name) }
        if let connection {
            let stream = entries[place].stream.connection
            registry.update(tcp, from: stream)
            messages.located(connection, client: registry.client(of: tcp, server: stream.serverSide))
            messages.closed(connection)
        }
        registry.closed(tcp)
        remove(place)
    }

    /// Frees the place for another connection.
    private mutating func remove(_ place: Int) {
        places[entries[place].tcp] = nil
        let empty = ProtocolStream(firstPort: 0, secondPort: 0, sawHandshake: false)
        entries[place] = Entry(tcp: -1, stream: empty)
        freePlaces.append(place)
        last = nil
    }

    // MARK: Messages

    mutating func record(_ anomaly: Anomaly) {
        messages.record(anomaly)
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

    /// What limits and expiry made go so far.
    var evictions: Evictions {
        var evictions = Evictions()
        evictions.joiningsEnded = messages.correlator.evicted
        evictions.connections = messages.correlator.forgottenConnections
        evictions.unlistedConnections = registry.unlisted
        return evictions
    }

    var counts: (correlator: CorrelatorCounts, listed: Int, open: Int) {
        (messages.correlator.counts, registry.connections.count, registry.openCount)
    }

    /// States what the limits let go.
    mutating func recordLosses(at end: Timestamp) {
        let unlisted = registry.unlisted
        if unlisted > 0 {
            record(
                Anomaly(
                    at: end, connection: nil, kind: "connections-not-listed",
                    detail: "\(unlisted) more connections were read, but are neither listed nor named"))
        }
        let evicted = messages.correlator.evicted
        if evicted > 0 {
            record(
                Anomaly(
                    at: end, connection: nil, kind: "joining-ended-early",
                    detail: "\(evicted) messages and calls were let go before the end of the capture; "
                        + "what came for them later could not be joined"))
        }
    }

    /// What was captured and read; connections have the numbers that messages name them by.
    func summary(of sources: [CaptureSource]) -> CaptureSummary {
        var registry = registry
        for entry in entries where entry.connection != nil { registry.update(entry.tcp, from: entry.stream.connection) }
        var summary = CaptureSummary()
        summary.sources = sources
        summary.connections = registry.connections
        summary.otherProtocols = registry.others
        summary.anomalies = messages.anomalies.kept
        summary.anomalyCount = messages.anomalies.count
        return summary
    }
}

extension AMQPEvent {
    /// Whether it cannot come from anything but AMQP.
    fileprivate var provesAMQP: Bool {
        switch self {
        case .protocolHeader, .method, .content, .settled, .heartbeat: true
        case .anomaly, .skipped: false
        }
    }
}
