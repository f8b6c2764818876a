import Diagnosis
import Operations
package import Trace

/// A value: what a trace says, by names that are the same in a trace of the same capture mutated.
///
/// Numbers of messages, calls and packets are none: they change with whatever is missing in front of them.
package struct TraceFacts: Sendable {
    /// A value: a place where something of a message came, and when.
    package struct Sighting: Hashable, Sendable {
        /// As `ConnectionKey` describes it; `nil` where the connection is not listed.
        package var connection: String?
        package var at: Timestamp

        package init(connection: String?, at: Timestamp) {
            self.connection = connection
            self.at = at
        }
    }

    /// A value: what a message itself says; whatever others tell of it is left out.
    package struct MessageFact: Sendable {
        package var kind: Message.Kind
        package var what: [String]
        package var isTruncated = false
        package var published: Sighting?
        package var deliveries: [Sighting] = []
        package var republished = 0
        package var isReturned = false
    }

    package struct CallFact: Sendable {
        package var outcome: Call.Outcome
        package var fate: Call.ReplyFate?
        package var error: String?
        /// `_unique_id` of the request and of the reply.
        package var request: String?
        package var reply: String?
    }

    package struct OperationFact: Sendable {
        package var kind: String
        package var outcome: Operation.Outcome
        package var cause: Diagnosis.Cause?
        package var verdict: String
        package var since: Timestamp?
        package var isSilent = false
        /// Hosts and participants that the diagnosis names.
        package var hosts: Set<String> = []
        package var labels: Set<String> = []
        /// Of its messages.
        package var messages: Set<String> = []
        /// Connections of its messages.
        package var connections: Set<String> = []
    }

    package struct ConnectionFact: Sendable {
        package var services: Set<String> = []
        package var hosts: Set<String> = []
        package var ends: [ConnectionEnd] = []
        package var isAbandoned = false
        package var incidents: Set<String> = []
        /// When anything was noted last that may hide a message.
        package var lastLoss: Timestamp?
        /// Whose they are, numbers that mean something in this trace alone, and whether all of those have names.
        package var owners: Set<ParticipantID> = []
        package var isNamed = true
        /// How many TCP connections there were between these ends.
        package var count = 0
    }

    /// A value: a service that is told to have fallen silent.
    package struct Silence: Sendable {
        package var label: String
        package var since: Timestamp
        package var connections: Set<String> = []
    }

    /// By `_unique_id`.
    package var messages: [String: MessageFact] = [:]
    /// By `_msg_id`.
    package var calls: [String: CallFact] = [:]
    /// By request and instances.
    package var operations: [String: [OperationFact]] = [:]
    package var connections: [String: ConnectionFact] = [:]
    package var silences: [Silence] = []
    /// Attempts at connections that failed, by kind and ends.
    package var attempts: Set<String> = []
    package var services: Set<String> = []
    package var hosts: Set<String> = []
    package var labels: Set<String> = []
    /// When the last packet came, of a file that is told to be cut off there.
    package var damagedAt: Timestamp?

    package init() {}
}

extension TraceFacts {
    package init(_ trace: BusTrace) {
        let keys = trace.capture.connections.map { ConnectionKey.title($0.client, $0.server) }
        addConnections(of: trace, keys)
        addMessages(of: trace, keys)
        addCalls(of: trace)
        for operation in trace.operations {
            let name = "\(operation.requestID ?? "-") \(operation.instances.sorted().joined(separator: ","))"
            operations[name, default: []].append(OperationFact(operation, trace, keys))
        }
        for silent in trace.silentServices {
            let connections = trace.capture.connections.indices.filter {
                trace.capture.connections[$0].participant == silent.participant
            }
            silences.append(
                Silence(label: silent.label, since: silent.since, connections: Set(connections.map { keys[$0] })))
        }
        for attempt in trace.capture.attempts { attempts.insert("\(attempt.kind) \(attempt.client) \(attempt.server)") }
        for participant in trace.participants {
            labels.insert(participant.label)
            if let service = participant.service { services.insert(service) }
            if let host = participant.host { hosts.insert(host) }
        }
        if trace.capture.anomalies.contains(where: { $0.kind == .captureDamaged }) { damagedAt = trace.capture.end }
    }

    private mutating func addConnections(of trace: BusTrace, _ keys: [String]) {
        for (connection, key) in zip(trace.capture.connections, keys) {
            var fact = connections[key] ?? ConnectionFact()
            fact.count += 1
            let participant = connection.participant.map { trace.participants[$0] }
            if let service = participant?.service { fact.services.insert(service) }
            if let host = participant?.host { fact.hosts.insert(host) }
            if let owner = connection.participant { fact.owners.insert(owner) }
            fact.isNamed = fact.isNamed && participant?.service != nil
            if let end = connection.end { fact.ends.append(end) }
            fact.isAbandoned = fact.isAbandoned || connection.isAbandoned
            for incident in connection.incidents { fact.incidents.insert(incident.kind.rawValue) }
            fact.noteLoss(connection.lastCut)
            connections[key] = fact
        }
        for anomaly in trace.capture.anomalies {
            guard let connection = anomaly.connection?.index, keys.indices.contains(connection) else { continue }
            if !Self.harmless.contains(anomaly.kind) { connections[keys[connection]]?.noteLoss(anomaly.at) }
        }
    }

    /// Anomalies that tell what an end said or did, not what is missing.
    private static let harmless: Set<AnomalyKind> = [
        .connectionBlocked, .consumerCancelled, .channelClosed, .connectionClosed, .connectionReset,
        .protocolRefused, .frameAboveFrameMax, .protocolHeaderRepeated,
    ]

    private mutating func addMessages(of trace: BusTrace, _ keys: [String]) {
        func key(_ connection: ConnectionID?) -> String? {
            connection.flatMap { keys.indices.contains($0.index) ? keys[$0.index] : nil }
        }
        for message in trace.messages {
            guard let id = message.uniqueID, messages[id] == nil else { continue }
            var fact = MessageFact(kind: message.kind, what: message.ownWords)
            fact.isTruncated = message.isTruncated
            fact.published = message.publishedAt.map { Sighting(connection: key(message.connection), at: $0) }
            fact.deliveries = message.deliveries.map { Sighting(connection: key($0.connection), at: $0.at) }
            fact.republished = Int(message.amqp?.republished ?? 0)
            fact.isReturned = message.returned != nil
            messages[id] = fact
        }
    }

    private mutating func addCalls(of trace: BusTrace) {
        for call in trace.calls where calls[call.messageID] == nil {
            var fact = CallFact(outcome: call.outcome)
            fact.fate = call.replyFate
            fact.error = call.error?.className
            fact.request = call.request.flatMap { trace.messages[$0].uniqueID }
            fact.reply = call.reply.flatMap { trace.messages[$0].uniqueID }
            calls[call.messageID] = fact
        }
    }
}

extension TraceFacts.ConnectionFact {
    fileprivate mutating func noteLoss(_ time: Timestamp?) {
        guard let time else { return }
        lastLoss = max(lastLoss ?? time, time)
    }
}

extension TraceFacts.OperationFact {
    fileprivate init(_ operation: Operation, _ trace: BusTrace, _ keys: [String]) {
        self.init(
            kind: operation.kind.rawValue, outcome: operation.outcome, cause: operation.diagnosis?.cause,
            verdict: operation.verdict)
        since = operation.diagnosis?.since
        isSilent = operation.diagnosis?.isSilent ?? false
        if let host = operation.diagnosis?.host { hosts.insert(host) }
        if let participant = operation.diagnosis?.participant { labels.insert(trace.participants[participant].label) }
        for id in operation.messages {
            let message = trace.messages[id]
            if let unique = message.uniqueID { messages.insert(unique) }
            for connection in [message.connection].compactMap(\.self) + message.deliveries.map(\.connection)
            where keys.indices.contains(connection.index) {
                connections.insert(keys[connection.index])
            }
        }
    }
}

extension Message {
    /// What stands in its own body and headers. The method of an answer, and the name of an instance, others tell.
    fileprivate var ownWords: [String] {
        let isAnswer = kind == .reply || kind == .heartbeat
        return [
            amqp?.exchange ?? "", queue, messageID ?? "", isAnswer ? "" : method ?? "",
            isAnswer ? "" : objectMethod ?? "",
            eventType ?? "", priority ?? "", isAnswer ? "" : requestID ?? "",
            isAnswer ? "" : instances.joined(separator: ","),
            stateChange.map { "\($0.vmState) \($0.taskState) \($0.powerState)" } ?? "", failure?.className ?? "",
            "\(bytes)",
        ]
    }
}
