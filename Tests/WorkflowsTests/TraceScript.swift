import Trace

/// Builds a trace message by message, a tenth of a second apart.
struct TraceScript {
    static let api = 0
    static let conductor = 1
    static let scheduler = 2
    static let compute = 3

    private(set) var trace = BusTrace()
    private(set) var now = Timestamp(seconds: 1000, nanoseconds: 0)
    private let request = "req-1"

    init() {
        for (id, service) in ["nova-api", "nova-conductor", "nova-scheduler", "nova-compute"].enumerated() {
            trace.participants.append(
                Participant(id: id, service: service, host: id == 3 ? "node1" : nil, label: service))
        }
        var source = CaptureSource(path: "test", linkType: "EN10MB")
        source.first = now
        source.last = now
        trace.capture.sources = [source]
    }

    mutating func wait(_ time: Nanoseconds) {
        now = now + time
        trace.capture.sources[0].last = now
    }

    @discardableResult
    mutating func cast(
        _ method: String, _ from: Int, _ to: Int?, key: String, instances: [String] = [], request: String? = nil,
        global: String? = nil
    ) -> Int {
        wait(.milliseconds(100))
        var message = Message(
            id: trace.messages.count, kind: .cast, exchange: "nova", routingKey: key, bytes: 100)
        message.method = method
        message.from = from
        message.publishedAt = now
        message.instances = instances
        message.requestID = request ?? self.request
        message.globalRequestID = global
        if let to { message.deliveries = [Delivery(to: to, at: now, redelivered: false, connection: 0)] }
        trace.messages.append(message)
        return message.id
    }

    mutating func call(
        _ method: String, _ from: Int, _ to: Int, key: String, instances: [String] = [],
        outcome: Call.Outcome = .ok, error: RemoteFailure? = nil, state: StateChange? = nil
    ) {
        let request = cast(method, from, to, key: key, instances: instances)
        trace.messages[request].kind = .call
        trace.messages[request].call = trace.calls.count
        trace.messages[request].stateChange = state
        if state != nil {
            trace.messages[request].method = "object_action"
            trace.messages[request].objectMethod = method
        }
        var call = Call(id: trace.calls.count, messageID: "m\(request)", outcome: outcome)
        call.method = method
        call.request = request
        call.requestedAt = now
        call.error = error
        if outcome == .ok || outcome == .error {
            wait(.milliseconds(10))
            call.reply = trace.messages.count
            call.repliedAt = now
            var reply = Message(
                id: trace.messages.count, kind: .reply, exchange: "", routingKey: "reply_x", bytes: 10)
            reply.call = call.id
            reply.publishedAt = now
            reply.requestID = self.request
            reply.instances = instances
            trace.messages.append(reply)
        }
        trace.calls.append(call)
    }

    mutating func notify(_ event: String, priority: String, instances: [String]) {
        let id = cast(event, Self.compute, nil, key: "notifications.error", instances: instances)
        trace.messages[id].kind = .notification
        trace.messages[id].method = nil
        trace.messages[id].eventType = event
        trace.messages[id].priority = priority
    }

    mutating func save(
        _ vmState: Known<String>, _ taskState: Known<String>, of instance: String, outcome: Call.Outcome = .ok
    ) {
        call(
            "Instance.save", Self.compute, Self.conductor, key: "conductor", instances: [instance],
            outcome: outcome,
            state: StateChange(instance: instance, vmState: vmState, taskState: taskState, host: "node1"))
    }

    /// The messages of a boot up to the compute.
    mutating func bootUntilCompute(_ instances: [String]) {
        cast("schedule_and_build_instances", Self.api, Self.conductor, key: "conductor", instances: instances)
        call("select_destinations", Self.conductor, Self.scheduler, key: "scheduler", instances: instances)
        for instance in instances {
            cast(
                "build_and_run_instance", Self.conductor, Self.compute, key: "compute.node1", instances: [instance])
        }
    }
}
