import Trace

/// A machine that writes a trace by hand: who sends what to whom, in seconds from the start.
struct TraceBuilder {
    private(set) var trace = BusTrace()
    /// 2026-11-23T17:08:29.3004Z
    static let start = Timestamp(seconds: 1_795_453_709, nanoseconds: 300_400_000)
    static let instance = "2672332b-b870-49a9-bbeb-902381dffe38"
    static let request = "req-c63d2dd6-a2e7-46fa-8ab1-8df203b24869"

    private var packet: Int64 = 100

    init(services: [(String, String?)]) {
        for (service, host) in services { participant(service, host: host) }
        var source = CaptureSource(path: "boot.pcap", linkType: "EN10MB")
        source.packets = 19_061
        source.bytes = 6_412_000
        source.first = Self.start + -2_000_000_000
        source.last = Self.start + .seconds(12)
        trace.capture.sources = [source]
    }

    @discardableResult
    mutating func participant(_ service: String, host: String? = nil) -> ParticipantID {
        let number = trace.participants.count
        let id = ParticipantID(number)
        let label = host.map { "\(service)@\($0)" } ?? service
        trace.participants.append(
            Participant(id: id, service: service, host: host, label: label, learnedFrom: ["consumes \(service)"]))
        var connection = Connection(
            id: ConnectionID(number), client: "10.0.0.\(10 + number):\(40_000 + number)", server: "10.0.0.1:5672",
            protocolName: "AMQP 0-9-1")
        connection.participant = id
        (connection.bytes, connection.bytesDecoded) = (100_000, 100_000)
        trace.capture.connections.append(connection)
        return id
    }

    static func at(_ seconds: Double) -> Timestamp { start + Nanoseconds(Int64((seconds * 1e6).rounded())) * 1000 }

    /// A message from one participant to others; its deliveries 0.5 ms later.
    @discardableResult
    mutating func send(
        _ kind: Message.Kind, _ title: String, from: ParticipantID?, to: [ParticipantID], at seconds: Double,
        edit: (inout Message) -> Void = { _ in }
    ) -> MessageID {
        let id = MessageID(trace.messages.count)
        let key = to.first.map { trace.participants[$0].label } ?? "conductor"
        var message = Message(id: id, kind: kind, exchange: "nova", routingKey: key, bytes: 1200)
        message.uniqueID = "u\(id)"
        if kind == .notification { message.eventType = title } else { message.method = title }
        if title.contains(".") { (message.method, message.objectMethod) = ("object_action", title) }
        message.requestID = Self.request
        message.instances = [Self.instance]
        message.from = from
        message.publishedAt = Self.at(seconds)
        message.deliveries = to.map {
            Delivery(to: $0, at: Self.at(seconds + 0.0005), redelivered: false, connection: ConnectionID($0.index))
        }
        message.operation = OperationID(max(0, trace.operations.count - 1))
        message.packets = [PacketReference(source: 0, number: packet), PacketReference(source: 0, number: packet + 2)]
        packet += 4
        edit(&message)
        trace.messages.append(message)
        return id
    }

    /// A request with its answer after `latency` seconds; `nil` for none.
    @discardableResult
    mutating func call(
        _ title: String, from: ParticipantID, to: ParticipantID?, at seconds: Double, latency: Double?,
        outcome: Call.Outcome = .ok,
        failure: RemoteFailure? = nil, edit: (inout Message) -> Void = { _ in }
    ) -> MessageID {
        let callID = CallID(trace.calls.count)
        let request = send(.call, title, from: from, to: to.map { [$0] } ?? [], at: seconds) { message in
            message.call = callID
            message.messageID = "msg\(callID)"
            edit(&message)
        }
        var call = Call(id: callID, messageID: "msg\(callID)", outcome: outcome)
        (call.method, call.objectMethod) = (trace.messages[request].method, trace.messages[request].objectMethod)
        (call.from, call.to, call.request, call.error) = (from, to, request, failure)
        call.requestedAt = Self.at(seconds)
        if let latency, let to {
            call.reply = send(.reply, title, from: to, to: [from], at: seconds + latency - 0.0005) { message in
                message.call = callID
                message.failure = failure
                message.amqp?.exchange = ""
            }
            call.repliedAt = Self.at(seconds + latency)
            call.latency = Self.at(seconds + latency) - Self.at(seconds)
            call.brokerTime = .milliseconds(1)
            call.serviceTime = (call.latency ?? 0) - .milliseconds(1)
        }
        trace.calls.append(call)
        return request
    }

    mutating func edit(_ change: (inout BusTrace) -> Void) { change(&trace) }

    mutating func state(_ vm: String, _ task: String?, power: String? = nil, host: String? = nil, message: MessageID) {
        let source = trace.messages[message]
        let change = StateChange(
            instance: Self.instance, vmState: .some(vm), taskState: task.map { .some($0) } ?? .none,
            powerState: power.map { .some($0) } ?? .unknown, host: host)
        trace.messages[message].stateChange = change
        states.append(
            StateNote(
                at: source.at ?? Self.start, change: change, confirmation: .confirmed, message: message,
                participant: source.from))
    }

    var states: [StateNote] = []

    /// Sorts by time, renumbers, and makes one operation of all that is not background.
    mutating func finish(
        kind: Operation.Kind = .boot, name: String? = "vm-ok", outcome: Operation.Outcome, verdict: String
    ) -> BusTrace {
        sortMessages()
        let own = trace.messages.filter { $0.operation != nil }
        var operation = Operation(
            id: 0, kind: kind, requestID: Self.request, instances: [Self.instance], outcome: outcome,
            startedAt: own.first?.at ?? Self.start,
            endedAt: own.compactMap { $0.deliveries.last?.at ?? $0.at }.max() ?? Self.start,
            verdict: verdict)
        operation.instanceName = name
        operation.messages = own.map(\.id)
        operation.states = states
        trace.operations = [operation]
        return trace
    }

    private mutating func sortMessages() {
        let order = trace.messages.sorted { ($0.at ?? Self.start, $0.id) < ($1.at ?? Self.start, $1.id) }
        var places = [MessageID](repeating: 0, count: order.count)
        trace.messages = order.enumerated().map { place, old in
            places[old.id.index] = MessageID(place)
            var message = Message(id: MessageID(place), kind: old.kind, amqp: old.amqp, bytes: old.bytes)
            message.copy(from: old)
            return message
        }
        for index in trace.calls.indices {
            trace.calls[index].request = trace.calls[index].request.map { places[$0.index] }
            trace.calls[index].reply = trace.calls[index].reply.map { places[$0.index] }
        }
        for index in states.indices { states[index].message = places[states[index].message.index] }
    }
}

extension Message {
    fileprivate mutating func copy(from old: Message) {
        (uniqueID, messageID) = (old.uniqueID, old.messageID)
        (method, objectMethod, namespace, version) = (old.method, old.objectMethod, old.namespace, old.version)
        (eventType, priority, publisherID) = (old.eventType, old.priority, old.publisherID)
        (requestID, globalRequestID, instances) = (old.requestID, old.globalRequestID, old.instances)
        (instanceName, stateChange, events) = (old.instanceName, old.stateChange, old.events)
        (from, publishedAt, deliveries) = (old.from, old.publishedAt, old.deliveries)
        (isTruncated, failure) = (old.isTruncated, old.failure)
        (operation, call, isBackground, packets) = (old.operation, old.call, old.isBackground, old.packets)
        detail = old.detail
    }
}
