import Diagnosis
import Operations
package import Trace

/// Builds a trace message by message, a tenth of a second apart.
package struct TraceScript {
    package static let api: ParticipantID = 0
    package static let conductor: ParticipantID = 1
    package static let scheduler: ParticipantID = 2
    package static let compute: ParticipantID = 3
    package static let otherCompute: ParticipantID = 4
    package static let network: ParticipantID = 5

    package static let instance = "2672332b-b870-49a9-bbeb-902381dffe38"

    package var trace = BusTrace()
    package private(set) var now = Timestamp(seconds: 1000, nanoseconds: 0)
    /// The trace after each message and answer.
    package private(set) var moments: [BusTrace] = []
    /// Messages have none before Grizzly.
    package var hasUniqueIDs = true
    private let request = "req-1"

    package init() {
        let services = [
            ("nova-api", nil), ("nova-conductor", nil), ("nova-scheduler", nil), ("nova-compute", "node1"),
            ("nova-compute", "node2"), ("neutron-server", nil),
        ]
        for (id, (service, host)) in services.enumerated() {
            trace.participants.append(
                Participant(
                    id: ParticipantID(id), service: service, host: host,
                    label: host.map { "\(service)@\($0)" } ?? service))
        }
        var source = CaptureSource(path: "test", linkType: "EN10MB")
        source.first = now
        source.last = now
        trace.capture.sources = [source]
    }

    /// The operations that are found.
    package var operations: [Operation] { trace.judgedOperations() }

    package mutating func wait(_ time: Nanoseconds) {
        now = now + time
        trace.capture.sources[0].last = now
    }

    // MARK: Messages

    /// Gives each participant a connection of its own, by which its messages go, and acknowledges them all.
    package mutating func acknowledgeAll() {
        connect()
        for index in trace.messages.indices {
            for place in trace.messages[index].deliveries.indices {
                trace.messages[index].deliveries[place].acknowledgedAt = trace.messages[index].deliveries[place].at
            }
        }
    }

    /// Gives each participant a connection from an address of its own, by which its messages go.
    package mutating func connect() {
        trace.capture.connections = trace.participants.map { participant in
            var connection = Connection(
                id: ConnectionID(participant.id.index), client: "10.0.0.\(participant.id):1", server: "10.0.1.1:5672",
                protocolName: "AMQP 0-9-1")
            connection.participant = participant.id
            return connection
        }
        for index in trace.messages.indices {
            trace.messages[index].connection = trace.messages[index].from.map { ConnectionID($0.index) }
            for place in trace.messages[index].deliveries.indices {
                let receiver = trace.messages[index].deliveries[place].to
                trace.messages[index].deliveries[place].connection = ConnectionID(receiver?.index ?? 0)
            }
        }
    }

    @discardableResult
    package mutating func cast(
        _ method: String, _ from: ParticipantID, _ to: ParticipantID?, key: String, instances: [String] = [],
        request: String? = nil,
        global: String? = nil, facts: MessageFacts? = nil
    ) -> MessageID {
        let id = publish(method, from, to, key: key, instances: instances)
        trace.messages[id].requestID = request ?? self.request
        trace.messages[id].globalRequestID = global
        trace.messages[id].facts = facts
        moments.append(trace)
        return id
    }

    @discardableResult
    package mutating func call(
        _ method: String, _ from: ParticipantID, _ to: ParticipantID?, key: String, instances: [String] = [],
        outcome: Call.Outcome = .ok, error: RemoteFailure? = nil, state: StateChange? = nil,
        facts: MessageFacts? = nil
    ) -> MessageID {
        let request = publish(method, from, to, key: key, instances: instances)
        trace.messages[request].kind = .call
        trace.messages[request].call = CallID(trace.calls.count)
        trace.messages[request].stateChange = state
        trace.messages[request].facts = facts
        if method.contains(".") {
            trace.messages[request].method = "object_action"
            trace.messages[request].objectMethod = method
        }
        var call = Call(id: CallID(trace.calls.count), messageID: "m\(request)", outcome: .unanswered)
        call.method = trace.messages[request].method
        call.objectMethod = trace.messages[request].objectMethod
        call.request = request
        call.requestedAt = now
        call.from = from
        call.to = to
        trace.calls.append(call)
        if outcome == .ok || outcome == .error {
            moments.append(trace)
            reply(to: call.id, from: to, instances: instances, error: error)
        }
        trace.calls[call.id].outcome = outcome
        moments.append(trace)
        return request
    }

    private mutating func publish(
        _ method: String, _ from: ParticipantID, _ to: ParticipantID?, key: String, instances: [String]
    ) -> MessageID {
        wait(.milliseconds(100))
        var message = Message(
            id: MessageID(trace.messages.count), kind: .cast, exchange: "nova", routingKey: key, bytes: 100)
        message.uniqueID = hasUniqueIDs ? "u\(message.id)" : nil
        message.method = method
        message.from = from
        message.publishedAt = now
        message.instances = instances
        message.requestID = request
        if let to { message.deliveries = [Delivery(to: to, at: now, redelivered: false, connection: 0)] }
        trace.messages.append(message)
        return message.id
    }

    private mutating func reply(
        to call: CallID, from server: ParticipantID?, instances: [String], error: RemoteFailure?
    ) {
        wait(.milliseconds(10))
        trace.calls[call].reply = MessageID(trace.messages.count)
        trace.calls[call].repliedAt = now
        trace.calls[call].error = error
        var reply = Message(
            id: MessageID(trace.messages.count), kind: .reply, exchange: "", routingKey: "reply_x", bytes: 10)
        reply.call = call
        reply.publishedAt = now
        reply.from = server
        reply.requestID = self.request
        reply.instances = instances
        trace.messages.append(reply)
    }

    package mutating func notify(_ event: String, priority: String, instances: [String]) {
        let id = publish(event, Self.compute, nil, key: "notifications.error", instances: instances)
        trace.messages[id].kind = .notification
        trace.messages[id].method = nil
        trace.messages[id].eventType = event
        trace.messages[id].priority = priority
        trace.messages[id].isBackground = priority != "ERROR"
        moments.append(trace)
    }

    // MARK: What a boot consists of

    package mutating func save(
        _ vmState: Known<String>, _ taskState: Known<String>, of instance: String = instance,
        by compute: ParticipantID = compute, outcome: Call.Outcome = .ok, error: RemoteFailure? = nil,
        expecting expected: [String?]? = nil
    ) {
        call(
            "Instance.save", compute, Self.conductor, key: "conductor", instances: [instance],
            outcome: outcome, error: error,
            state: StateChange(
                instance: instance, vmState: vmState, taskState: taskState,
                host: trace.participants[compute].host),
            facts: MessageFacts(expectedTaskStates: expected))
    }

    /// The messages of a boot up to the compute.
    package mutating func bootUntilCompute(_ instances: [String] = [instance]) {
        cast("schedule_and_build_instances", Self.api, Self.conductor, key: "conductor", instances: instances)
        call("select_destinations", Self.conductor, Self.scheduler, key: "scheduler", instances: instances)
        for instance in instances {
            cast(
                "build_and_run_instance", Self.conductor, Self.compute, key: "compute.node1", instances: [instance])
        }
    }

    /// The task states up to and with `last`.
    package mutating func build(until last: String, of instance: String = instance, by compute: ParticipantID = compute)
    {
        for task in ["networking", "block_device_mapping", "spawning"] {
            save(.some("building"), .some(task), of: instance, by: compute)
            if task == last { return }
        }
    }

    /// A compute sends the build back.
    package mutating func sendBack(
        from compute: ParticipantID = compute, attempts: Int, hosts: [String], reason: String? = nil
    ) {
        cast(
            "build_instances", compute, Self.conductor, key: "conductor", instances: [Self.instance],
            facts: MessageFacts(retry: BuildRetry(attempts: attempts, hosts: hosts, reason: reason)))
    }

    /// A compute has an exception kept as the instance's fault.
    @discardableResult
    package mutating func report(_ message: String, by compute: ParticipantID = compute) -> MessageID {
        call(
            "InstanceFault.create", compute, Self.conductor, key: "conductor", instances: [Self.instance],
            facts: MessageFacts(fault: ReportedFault(message: message)))
    }

    package static let port = "8f5d5a3e-0a53-4c5c-8f3d-35a0a8d4f0ad"

    package var agentService = "neutron-openvswitch-agent"

    /// The layer-2 agent of a host, from now on known.
    package mutating func agent(on host: String) -> ParticipantID {
        let service = agentService
        if let known = trace.participants.first(where: { $0.service == service && $0.host == host }) { return known.id }
        let id = ParticipantID(trace.participants.count)
        trace.participants.append(Participant(id: id, service: service, host: host, label: "\(service)@\(host)"))
        return id
    }

    /// An agent asks or reports about the port, under the request id of its process.
    @discardableResult
    package mutating func askAboutPort(_ method: String, up: Bool = false, on host: String) -> MessageID {
        let id = call(
            method, agent(on: host), Self.network, key: "q-plugin",
            facts: MessageFacts(portIDs: [Self.port], upPortIDs: up ? [Self.port] : []))
        trace.messages[id].amqp?.exchange = "neutron"
        trace.messages[id].requestID = "req-agent-\(host)"
        trace.messages[id].isBackground = true
        if let reply = trace.messages[id].call.flatMap({ trace.calls[$0].reply }) {
            trace.messages[reply].requestID = "req-agent-\(host)"
            trace.messages[reply].isBackground = true
        }
        return id
    }

    package mutating func event(_ name: String, to compute: ParticipantID = compute) {
        let host = trace.participants[compute].host ?? ""
        let id = publish(
            "external_instance_event", Self.api, compute, key: "compute.\(host)", instances: [Self.instance])
        trace.messages[id].events = [ExternalEvent(name: name)]
        trace.messages[id].requestID = "req-neutron-\(id)"
        trace.messages[id].facts = MessageFacts(portIDs: [Self.port])
        moments.append(trace)
    }

    // MARK: What the capture lacks

    /// A connection of a participant, or of nobody that is known, with holes.
    package mutating func loseBytes(of participant: ParticipantID?) {
        var connection = Connection(
            id: ConnectionID(trace.capture.connections.count), client: "10.0.0.1:1", server: "10.0.0.2:5672",
            protocolName: "AMQP 0-9-1")
        connection.gaps = 1
        connection.participant = participant
        trace.capture.connections.append(connection)
        trace.capture.anomalies.append(
            Anomaly(at: now, connection: connection.id, kind: .gap, detail: "100 bytes from the client are missing"))
        trace.capture.anomalyCount += 1
    }
}

extension BusTrace {
    /// What was asked for in it, judged; `operations` may hold something else.
    package func judgedOperations() -> [Operation] {
        var finder = OperationFinder(self)
        return finder.judged(in: self)
    }
}
