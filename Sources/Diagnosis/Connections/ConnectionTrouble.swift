package import Trace

/// A value: incidents that are alike, counted: the same happened, for the same reason, at the same broker.
package struct ConnectionTrouble: Sendable, Equatable {
    /// The first of them.
    package var incident: ConnectionIncident
    package var count: Int
    package var first: Timestamp
    /// When it happened last, or ended; `nil` where no end was seen.
    package var last: Timestamp?
    /// Whose connections, by label and address, in the order in which they were met.
    package var who: [String]
    /// How often each of `who` was met.
    package var times: [Int]
    package var connections: [ConnectionID]
    package var participants: [ParticipantID]
    /// The packets that show them, of very many the first.
    package var packets: [PacketReference] = []

    /// What happened, to whom and when, in one sentence without the full stop.
    package var sentence: String {
        "\(incident.sentence(times: count))\(whom), \(when)"
    }

    /// ` (nova-compute@cmp1 10.0.0.7)`, ` (10.0.1.10 ×3, 10.0.1.11)`; of very many the first.
    package var whom: String {
        guard !who.isEmpty else { return "" }
        let isCounted = who.count > 1 && times.count == who.count && times.contains { $0 > 1 }
        let all = isCounted ? zip(who, times).map { $1 > 1 ? "\($0) ×\($1)" : $0 } : who
        let others = who.count - Limits.namesOfTrouble
        let named = all.prefix(Limits.namesOfTrouble).joined(separator: ", ")
        return " (\(named)\(others > 0 ? " and \(others) more" : ""))"
    }

    /// Whole seconds in UTC.
    package var when: String {
        let start = Self.clock(first)
        guard let last else {
            return incident.kind == .blocked
                ? "from \(start) on, and no connection.unblocked was seen" : "from \(start) until the capture ended"
        }
        let end = Self.clock(last)
        return start == end ? "at \(start)" : "\(start) to \(end)"
    }

    private static func clock(_ time: Timestamp) -> String { String(time.clock.prefix(8)) }
}

/// A machine that counts incidents by what happened, why and where.
package struct TroubleCounter: Sendable {
    private struct Key: Hashable {
        let kind: ConnectionIncident.Kind
        let server: String
        let by: ConnectionRole?
        let user: String?
        let virtualHost: String?
        let reason: [String?]
    }

    /// A value: what a trouble lists, to look up: a broker that is killed leaves thousands.
    private struct Members {
        /// Places in `ConnectionTrouble.who`.
        var who: [String: Int] = [:]
        var connections: Set<ConnectionID> = []
        var participants: Set<ParticipantID> = []
    }

    private var troubles: [ConnectionTrouble] = []
    private var members: [Members] = []
    private var places: [Key: Int] = [:]
    private let trace: BusTrace
    private let clients: ClientNames

    /// - Parameter trace: says whose a connection is.
    package init(_ trace: BusTrace) {
        self.trace = trace
        clients = ClientNames(trace)
    }

    /// What was counted, in order of the first of each.
    package var counted: [ConnectionTrouble] {
        troubles.sorted {
            ($0.first, $0.incident.server, $0.incident.kind.rawValue) < (
                $1.first, $1.incident.server, $1.incident.kind.rawValue
            )
        }
    }

    package mutating func add(_ incident: ConnectionIncident) {
        let isLasting = incident.kind == .blocked
        let isCancelling = incident.kind == .consumerCancelled
        let key = Key(
            kind: incident.kind, server: incident.server, by: incident.by, user: incident.user,
            virtualHost: incident.virtualHost,
            reason: [
                incident.code.map(String.init), incident.text, incident.method, incident.subject, incident.spoken,
                incident.answer, (isLasting || isCancelling) && incident.until == nil ? "goes on" : nil,
            ])
        let who = clients.name(of: incident)
        let participant = incident.connection.flatMap { trace.connection($0)?.participant }
        let end = isLasting ? incident.until : isCancelling ? incident.at : incident.until ?? incident.at
        let place = places[key] ?? troubles.count
        if place == troubles.count {
            places[key] = place
            members.append(Members())
            troubles.append(
                ConnectionTrouble(
                    incident: incident, count: 0, first: incident.at, last: end, who: [], times: [],
                    connections: [], participants: []))
        }
        troubles[place].count += incident.count
        troubles[place].first = min(troubles[place].first, incident.at)
        troubles[place].last = troubles[place].last.flatMap { last in end.map { max(last, $0) } }
        if let least = troubles[place].incident.silence {
            troubles[place].incident.silence = incident.silence.map { min($0, least) }
        }
        if let packet = incident.packet, troubles[place].packets.count < Limits.packetsOfTrouble {
            troubles[place].packets.append(packet)
        }
        if let who {
            if let known = members[place].who[who] {
                troubles[place].times[known] += incident.count
            } else {
                members[place].who[who] = troubles[place].who.count
                troubles[place].who.append(who)
                troubles[place].times.append(incident.count)
            }
        }
        if let connection = incident.connection, members[place].connections.insert(connection).inserted {
            troubles[place].connections.append(connection)
        }
        if let participant, members[place].participants.insert(participant).inserted {
            troubles[place].participants.append(participant)
        }
    }
}

extension BusTrace {
    /// What went wrong with connections and attempts at one, counted by what, why, where.
    package var connectionTroubles: [ConnectionTrouble] {
        var counter = TroubleCounter(self)
        for incident in connectionIncidents { counter.add(incident) }
        return counter.counted
    }

    /// What went wrong, one by one, in order of time.
    package var connectionIncidents: [ConnectionIncident] {
        (capture.attempts.map(\.incident) + capture.connections.flatMap(\.incidents))
            .sorted { ($0.at, $0.connection ?? -1) < ($1.at, $1.connection ?? -1) }
    }

    func connection(_ id: ConnectionID?) -> Connection? { capture.connections[ifKnown: id] }
}

/// A value: what the clients of connections, and of attempts, are called.
package struct ClientNames: Sendable {
    private let trace: BusTrace
    /// Labels of those that have connections from an address, and the files that showed those: what another file shows
    /// there may be another host's.
    private var labels: [String: [String: Set<Int>]] = [:]

    package init(_ trace: BusTrace) {
        self.trace = trace
        for connection in trace.capture.connections {
            guard let label = trace.participants[ifKnown: connection.participant]?.label else { continue }
            labels[Self.address(connection.client), default: [:]][label, default: []].formUnion(connection.sources)
        }
    }

    /// Label and address; the label alone where it is one.
    package func name(of incident: ConnectionIncident) -> String? {
        guard let connection = trace.connection(incident.connection) else { return name(ofAddress: incident) }
        return name(of: connection)
    }

    package func name(of connection: Connection) -> String {
        let place = Self.place(of: connection)
        guard let label = label(of: connection) else { return place }
        guard isNamed(connection) else { return connection.proxiedClient == nil ? label : place }
        return "\(label) \(place)"
    }

    /// Without a port, and with the proxy that it came through: `10.0.0.7 through 10.0.0.9`.
    package static func place(of connection: Connection) -> String {
        let address = address(connection.client)
        return connection.proxiedClient.map { "\(Self.address($0)) through \(address)" } ?? address
    }

    /// The same with ports.
    package static func endpoint(of connection: Connection) -> String {
        connection.proxiedClient.map { "\($0) through \(connection.client)" } ?? connection.client
    }

    /// Whether anything but its address tells whose it is.
    package func isNamed(_ connection: Connection) -> Bool {
        guard let label = label(of: connection) else { return false }
        return !label.hasPrefix(Self.address(connection.client)) && label != connection.client
    }

    /// The participant's label, else what the connection calls itself.
    package func label(of connection: Connection) -> String? {
        if let participant = trace.participants[ifKnown: connection.participant] { return participant.label }
        guard let name = connection.connectionName else { return nil }
        // oslo.messaging: argv0:pid:uuid.
        let parts = name.split(separator: ":")
        return parts.count >= 2 ? parts.prefix(2).joined(separator: ":") : name
    }

    /// Where one process alone has connections from there, it is named too.
    private func name(ofAddress incident: ConnectionIncident) -> String {
        let address = incident.client
        let labels = (labels[address] ?? [:]).filter { _, sources in
            sources.isEmpty || !sources.isDisjoint(with: incident.sources)
        }
        guard labels.count == 1, let label = labels.keys.first, !label.hasPrefix(address) else {
            return address
        }
        return "\(label) \(address)"
    }

    package static func address(_ endpoint: String) -> String {
        guard let colon = endpoint.lastIndex(of: ":") else { return endpoint }
        let address = endpoint[..<colon]
        return address.hasPrefix("[") && address.hasSuffix("]")
            ? String(address.dropFirst().dropLast()) : String(address)
    }
}
