import Diagnosis
import Operations
import Trace

extension Excerpt {
    /// What must be told of a capture beside the packets of a selection, so that both lead to the same verdict.
    ///
    /// Verdicts look at connections of others only where something is wrong with them.
    ///
    /// - Throws: `tooMuch` where all that does not fit into one block of the file.
    init(_ extract: TraceExtract, _ selection: PacketSelection) throws(RenderingFailure) {
        self.init()
        let trace = extract.trace
        let capture = trace.capture
        isPartial = extract.messages != nil || capture.excerpts?.contains(where: \.isPartial) ?? false
        first = capture.sources.compactMap(\.first).min()
        last = capture.end
        let dropped = capture.sources.compactMap(\.kernelDropped)
        kernelDropped = dropped.isEmpty ? nil : dropped.total { $0 }
        packets = selection.count
        operations = selection.operations.count
        for id in selection.messages { add(trace.messages[id], in: trace) }
        let involved = connectionsOfMessages(selection.messages, in: trace)
        // That there are several is said of the excerpt, too.
        var untold = Set(capture.virtualHosts)
        untold.subtract(capture.connections.lazy.filter { involved.contains($0.id) }.compactMap(\.virtualHost))
        let odd = Set(capture.anomalies.compactMap(\.connection))
        let neighbours = Self.neighbours(of: involved, in: capture)
            .union(Self.connections(ofActorsIn: selection, in: trace))
        connections = capture.connections.filter {
            involved.contains($0.id) || odd.contains($0.id) || $0.isInTrouble || neighbours.contains($0.id)
                || $0.virtualHost.map { untold.remove($0) != nil } ?? false
        }
        addOthersOfBrokers(capture)
        sight = capture.sight ?? DeliverySight(trace)
        sight?.ways.limit(to: trace.openWays(of: selection.operations))
        let listed = Set(connections.map(\.id))
        cutConnections.formUnion(connections.lazy.filter { $0.gaps > 0 }.map(\.id))
        cutConnections.formIntersection(listed)
        anomalies = capture.anomalies.filter { $0.connection.map(listed.contains) ?? true }
        anomalyCount = capture.anomalyCount.saturatingMinus(capture.anomalies.count - anomalies.count)
        lastTaken = Self.lastTaken(for: selection.operations, in: trace)
        instanceNames = selection.operations.map { trace.operations[$0] }.compactMap { operation in
            guard let name = operation.instanceName, let uuid = operation.instances.first else { return nil }
            return InstanceName(uuid: uuid, name: name)
        }
        for (noun, count, limit) in [
            ("requests", requests.count, Limits.excerptRequests),
            (
                "connections", connections.count + refusals.count + undelivered.count + asides.count,
                Limits.excerptConnections
            ),
        ] where count > limit {
            throw .tooMuch(count, noun, limit: limit, format: "pcapng")
        }
        let named = Set(
            selection.messages.lazy.map { trace.messages[$0] }.filter(PortWork.contains).flatMap {
                $0.facts?.portIDs ?? []
            })
        if !named.isEmpty { ports = PortWork.instances(in: trace).filter { named.contains($0.key) } }
        participants = participantsToTell(selection, in: trace)
        let hearing = Hearing(trace)
        for participant in participants {
            lastHeard[participant.id] = hearing.last[participant.id]
            if hearing.addressed.contains(participant.id) { addressed.insert(participant.id) }
        }
        successors = selection.operations.compactMap { id in
            let operation = trace.operations[id]
            guard let successor = operation.successor, let instance = operation.instances.first else { return nil }
            return EndedOperation(
                id: EndedOperation.ID(requestID: operation.requestID, instance: instance), successor: successor)
        }
    }

    /// All connections of who sent or took a message, or should have, and of other processes by its name: whether it is
    /// gone, was there, or another came in its place turns on all of them.
    private static func connections(ofActorsIn selection: PacketSelection, in trace: BusTrace) -> Set<ConnectionID> {
        struct Name: Hashable {
            let service: String
            let host: String?
        }
        var actors: Set<ParticipantID> = []
        for id in selection.messages {
            actors.formUnion(([trace.messages[id].from] + trace.messages[id].deliveries.map(\.to)).compactMap(\.self))
        }
        var names: Set<Name> = []
        for diagnosis in selection.operations.compactMap({ trace.operations[$0].diagnosis }) {
            if let participant = diagnosis.participant { actors.insert(participant) }
            if let service = diagnosis.service { names.insert(Name(service: service, host: diagnosis.host)) }
        }
        // Whether the compute that was chosen is on this broker tells whether it would have been asked here.
        for host in selection.messages.flatMap({ trace.messages[$0].facts?.selectedHosts ?? [] }) {
            names.insert(Name(service: "nova-compute", host: host))
        }
        for actor in actors.compactMap({ trace.participants[ifKnown: $0] }) {
            if let service = actor.service, let host = actor.host { names.insert(Name(service: service, host: host)) }
        }
        for participant in trace.participants {
            guard let service = participant.service else { continue }
            if names.contains(Name(service: service, host: participant.host))
                || names.contains(Name(service: service, host: nil))
            {
                actors.insert(participant.id)
            }
        }
        let found = trace.capture.connections.lazy.filter { $0.participant.map(actors.contains) ?? false }.map(\.id)
        return Set(found.prefix(Limits.excerptNeighbours))
    }

    /// That all connections to a broker ended at once is said where no other is told: one that did not end, else all.
    private mutating func addOthersOfBrokers(_ capture: CaptureSummary) {
        let told = Set(connections.map(\.id))
        let open = Set(connections.lazy.filter { $0.end == nil }.map(\.server))
        let lost = Set(connections.map(\.server)).subtracting(open)
        guard !lost.isEmpty else { return }
        var others: [String: [Connection]] = [:]
        for connection in capture.connections where lost.contains(connection.server) && !told.contains(connection.id) {
            if others[connection.server]?.first?.end == nil, others[connection.server] != nil { continue }
            if connection.end == nil {
                others[connection.server] = [connection]
            } else if others[connection.server, default: []].count < Limits.excerptNeighbours {
                others[connection.server, default: []].append(connection)
            }
        }
        guard !others.isEmpty else { return }
        connections = (connections + others.values.joined()).sorted { $0.id < $1.id }
    }

    /// Where a connection of a message ended, the others of its client: whether somebody is gone turns on all of them.
    private static func neighbours(of involved: Set<ConnectionID>, in capture: CaptureSummary) -> Set<ConnectionID> {
        func address(_ connection: Connection) -> Substring {
            connection.client.prefix(upTo: connection.client.lastIndex(of: ":") ?? connection.client.endIndex)
        }
        let ended = capture.connections.filter { involved.contains($0.id) && $0.end != nil }
        guard !ended.isEmpty else { return [] }
        let addresses = Set(ended.map(address))
        let found = capture.connections.lazy.filter { addresses.contains(address($0)) }.map(\.id)
        return Set(found.prefix(Limits.excerptNeighbours))
    }

    private mutating func add(_ message: Message, in trace: BusTrace) {
        for request in [message.requestID, message.globalRequestID].compactMap(\.self) { requests.insert(request) }
        if let time = message.amqp?.refusedAt, let id = message.uniqueID { refusals[id] = time }
        if let call = trace.calls[ifKnown: message.call], call.replyFate == .undelivered {
            undelivered.insert(call.messageID)
        }
        if !message.asides.isEmpty, let id = message.uniqueID { asides[id] = message.asides }
        if message.isTruncated { cutConnections.formUnion(message.connections) }
    }

    private func connectionsOfMessages(_ messages: [MessageID], in trace: BusTrace) -> Set<ConnectionID> {
        messages.reduce(into: []) { $0.formUnion(trace.messages[$1].connections) }
    }

    /// All, since a verdict may turn on a service being the only one of its name; of very many those that are named.
    private func participantsToTell(_ selection: PacketSelection, in trace: BusTrace) -> [Participant] {
        guard trace.participants.count > Limits.excerptParticipants else { return trace.participants }
        var named = Set(connections.compactMap(\.participant))
        for id in selection.messages {
            let message = trace.messages[id]
            named.formUnion(([message.from] + message.deliveries.map(\.to)).compactMap(\.self))
        }
        named.formUnion(lastTaken.values.compactMap(\.to))
        named.formUnion(selection.operations.compactMap { trace.operations[$0].diagnosis?.participant })
        return named.sorted().compactMap { trace.participants[ifKnown: $0] }
    }

    /// Of each queue that nobody took an operation's message from, the last delivery: a verdict tells of it.
    private static func lastTaken(for operations: [OperationID], in trace: BusTrace) -> [String: Delivery] {
        var queues: [String: QueueScope] = [:]
        for operation in operations {
            guard let diagnosis = trace.operations[operation].diagnosis, diagnosis.cause == .notTaken,
                let message = diagnosis.message, trace.messages.contains(message)
            else { continue }
            queues[trace.messages[message].queue] = trace.scope(of: trace.messages[message])
        }
        var last = trace.capture.lastTaken.filter { queues[$0.key] != nil }
        guard !queues.isEmpty else { return last }
        for message in trace.messages {
            guard let scope = queues[message.queue], trace.scope(of: message).mayBe(scope),
                message.kind.isRequest, let delivery = message.deliveries.last,
                trace.capture.lastTaken[message.queue] == nil
            else { continue }
            last[message.queue] = delivery
        }
        return last
    }
}

extension Message {
    /// Those that it was published and delivered on.
    fileprivate var connections: [ConnectionID] { deliveries.map(\.connection) + [connection].compactMap(\.self) }
}

extension Connection {
    /// Whether it may be why a message was not seen, or not sent.
    fileprivate var isInTrouble: Bool { gaps > 0 || oneSided || !incidents.isEmpty }
}
