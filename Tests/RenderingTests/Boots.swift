import Trace

/// Hand-made traces after real recordings: the flow of a cells v2 boot (nova `conductor/manager.py`,
/// `schedule_and_build_instances`).
enum Boots {
    static let (api, conductor, scheduler): (ParticipantID, ParticipantID, ParticipantID) = (0, 1, 2)
    static let (compute1, compute2): (ParticipantID, ParticipantID) = (3, 4)
    static let (neutron, agent): (ParticipantID, ParticipantID) = (5, 6)

    static func builder() -> TraceBuilder {
        TraceBuilder(services: [
            ("nova-api", nil), ("nova-conductor", nil), ("nova-scheduler", nil), ("nova-compute", "compute1"),
            ("nova-compute", "compute2"), ("neutron-server", nil), ("neutron-openvswitch-agent", "compute1"),
        ])
    }

    /// A boot that became active; about ninety messages with the background.
    static func completed() -> BusTrace {
        var boot = builder()
        background(&boot)
        schedule(&boot)
        boot.send(.cast, "build_and_run_instance", from: conductor, to: [compute1], at: 1.559)
        save(&boot, "InstanceActionEvent.event_start", at: 1.569, 0.021)
        boot.state("building", nil, message: save(&boot, at: 1.595, 0.082))
        boot.state("building", nil, host: "compute1", message: save(&boot, at: 1.722, 0.050))
        save(&boot, "BlockDeviceMappingList.get_by_instance_uuid", at: 1.776, 0.015)
        save(&boot, "ComputeNode.save", at: 1.796, 0.013)
        save(&boot, "Service.get_by_compute_host", at: 1.854, 0.010)
        boot.state("building", "networking", message: save(&boot, at: 1.869, 0.061))
        save(&boot, "BlockDeviceMapping.save", at: 1.935, 0.028)
        boot.state("building", "block_device_mapping", message: save(&boot, at: 1.968, 0.087))
        boot.state("building", "spawning", message: save(&boot, at: 2.065, 0.092))
        save(&boot, "VirtualInterface.create", at: 4.605, 0.027)
        save(&boot, "InstanceInfoCache.refresh", at: 4.637, 0.024)
        boot.send(.cast, "external_instance_event", from: api, to: [compute1], at: 5.014) {
            $0.events = [ExternalEvent(name: "network-changed")]
        }
        save(&boot, "InstanceInfoCache.save", at: 5.121, 0.018)
        save(&boot, "InstanceInfoCache.refresh", at: 5.142, 0.011)
        save(&boot, "InstanceInfoCache.save", at: 5.476, 0.008)
        boot.send(.cast, "external_instance_event", from: api, to: [compute1], at: 8.333) {
            $0.events = [ExternalEvent(name: "network-vif-plugged")]
        }
        boot.state("active", nil, power: "running", message: save(&boot, at: 8.349, 0.048))
        boot.send(.fanout, "update_instance_info", from: compute1, to: [scheduler], at: 8.406)
        save(&boot, "InstanceActionEvent.event_finish_with_failure", at: 8.429, 0.024)
        for (index, event) in ["create.start", "update", "update", "update", "create.end"].enumerated() {
            for name in ["compute.instance.\(event)", "instance.\(event)"] {
                boot.send(.notification, name, from: compute1, to: [], at: 1.7 + Double(index) * 1.6) {
                    $0.isBackground = true
                    $0.priority = "INFO"
                }
            }
        }
        return boot.finish(outcome: .completed, verdict: "active on compute1 after 8.3 s")
    }

    static func schedule(_ boot: inout TraceBuilder) {
        boot.send(.cast, "schedule_and_build_instances", from: api, to: [conductor], at: 0)
        boot.call("select_destinations", from: conductor, to: scheduler, at: 0.053, latency: 1.239)
    }

    @discardableResult
    static func save(
        _ boot: inout TraceBuilder, _ method: String = "Instance.save", at seconds: Double, _ latency: Double
    ) -> MessageID {
        boot.call(method, from: compute1, to: conductor, at: seconds, latency: latency)
    }

    /// Service reports and agents' reports, before and during the boot.
    static func background(_ boot: inout TraceBuilder) {
        for tick in 0..<12 {
            let compute = tick % 2 == 0 ? compute1 : compute2
            let id = boot.call(
                "Service.save", from: compute, to: conductor, at: Double(tick) - 1.3, latency: 0.02)
            boot.call("report_state", from: agent, to: neutron, at: Double(tick) - 1.2, latency: 0.03)
            boot.edit { trace in
                for message in trace.messages.ids where message >= id {
                    trace.messages[message].isBackground = true
                    trace.messages[message].operation = nil
                }
            }
        }
    }

    /// The scheduler finds no host.
    static func noValidHost() -> BusTrace {
        var boot = builder()
        boot.send(.cast, "schedule_and_build_instances", from: api, to: [conductor], at: 0)
        boot.call(
            "select_destinations", from: conductor, to: scheduler, at: 0.015, latency: 0.070, outcome: .error,
            failure: RemoteFailure(
                className: "NoValidHost", module: "nova.exception",
                message: "No valid host was found. There are not enough hosts available."))
        boot.send(.notification, "compute_task.build_instances", from: conductor, to: [], at: 0.291) {
            $0.isBackground = true
            $0.priority = "ERROR"
        }
        return boot.finish(
            outcome: .failed, verdict: "nova-scheduler found no valid host: no compute node fits the flavor")
    }

    /// The compute's conductor calls go nowhere; then the capture ends.
    static func stuck() -> BusTrace {
        var boot = builder()
        schedule(&boot)
        boot.send(.cast, "build_and_run_instance", from: conductor, to: [], at: 1.559) {
            $0.amqp?.routingKey = "compute.compute3"
        }
        for attempt in 0..<3 {
            boot.call(
                "ping", from: api, to: nil, at: 2 + Double(attempt) * 1.1, latency: nil, outcome: .timedOut
            ) {
                $0.amqp?.expiration = .seconds(1)
                $0.amqp?.routingKey = "conductor.ctl2"
            }
        }
        boot.call(
            "Instance.save", from: compute2, to: conductor, at: 6, latency: nil, outcome: .unanswered)
        boot.edit { trace in
            trace.capture.connections[1].midstream = true
            trace.capture.connections[2].gaps = 2
            trace.capture.connections[2].bytesMissing = 34_211
            trace.capture.connections[3].oneSided = true
        }
        return boot.finish(
            outcome: .stuck, verdict: "nobody took build_and_run_instance from compute.compute3")
    }

    /// One of each thing that can be wrong with a message.
    static func troubled() -> BusTrace {
        var boot = builder()
        boot.send(.cast, "schedule_and_build_instances", from: nil, to: [conductor], at: 0) {
            $0.detail = #"{"build_requests": ["…"], "admin_password": "***", "tags": null}"#
        }
        boot.call("select_destinations", from: conductor, to: scheduler, at: 0.1, latency: 31.2) {
            $0.detail = #"{"instance_uuids": ["2672332b-b870-49a9-bbeb-902381dffe38"], "return_objects": true}"#
        }
        boot.send(.heartbeat, "select_destinations", from: scheduler, to: [conductor], at: 30.1) { $0.call = 0 }
        boot.send(.cast, "build_and_run_instance", from: conductor, to: [compute1, compute1], at: 31.4) {
            $0.deliveries[1].redelivered = true
        }
        boot.call(
            "Instance.save", from: compute1, to: conductor, at: 31.5, latency: 0.02, outcome: .error,
            failure: RemoteFailure(
                className: "UnexpectedDeletingTaskStateError", module: "nova.exception",
                message: "Conflict updating instance 2672332b-b870-49a9-bbeb-902381dffe38. Expected: {'task_state': "
                    + "['networking']}. Actual: {'task_state': 'deleting'}"))
        boot.call("get_device", from: agent, to: neutron, at: 32, latency: 2.5, outcome: .timedOut) {
            $0.amqp?.expiration = .seconds(1)
        }
        boot.edit { $0.calls[2].isLate = true }
        boot.send(.reply, "object_action", from: conductor, to: [compute2], at: 34.6)
        boot.send(.cast, "unplug", from: conductor, to: [], at: 34.7) {
            $0.amqp?.routingKey = "compute.compute9"
            $0.amqp?.returned = Returned(code: 312, text: "NO_ROUTE")
        }
        boot.send(.fanout, "push", from: neutron, to: [agent, compute1, compute2], at: 34.8)
        boot.send(.fanout, "port_update", from: neutron, to: [], at: 34.9)
        boot.send(.cast, "object_backport_versions", from: conductor, to: [conductor], at: 35) { $0.isTruncated = true }
        boot.send(.notification, "instance.create.error", from: compute1, to: [], at: 35.1) { $0.priority = "ERROR" }
        let save = boot.call(
            "Instance.save", from: compute1, to: conductor, at: 35.2, latency: nil, outcome: .unanswered)
        boot.state("error", nil, power: "pending", message: save)
        boot.states[0].confirmation = .unanswered
        boot.edit { $0.capture.sources[0].last = TraceBuilder.at(36) }
        return boot.finish(outcome: .failed, verdict: "the instance was deleted while nova-compute built it")
    }

    /// One request for three servers; the third one's host does not answer.
    static func three() -> BusTrace {
        var boot = builder()
        schedule(&boot)
        for (server, host) in [compute1, compute2].enumerated() {
            let start = 1.5 + Double(server) * 0.01
            boot.send(.cast, "build_and_run_instance", from: conductor, to: [host], at: start)
            boot.call("Instance.save", from: host, to: conductor, at: start + 0.1, latency: 0.05)
        }
        boot.send(.cast, "build_and_run_instance", from: conductor, to: [], at: 1.52) {
            $0.amqp?.routingKey = "compute.compute3"
        }
        var trace = boot.finish(outcome: .completed, verdict: "active")
        let shared = trace.operations[0].messages.prefix { trace.messages[$0].method != "build_and_run_instance" }
        let own = trace.operations[0].messages.dropFirst(shared.count)
        trace.operations = (0..<3).map { server in
            var operation = trace.operations[0]
            operation = Operation(
                id: OperationID(server), kind: .boot, requestID: TraceBuilder.request, instances: ["\(server)672332b"],
                outcome: server == 2 ? .stuck : .completed, startedAt: operation.startedAt,
                endedAt: operation.endedAt, verdict: server == 2 ? "nobody took build_and_run_instance" : "active")
            operation.instanceName = "vm-\(server + 1)"
            operation.messages =
                shared
                + own.filter { id in
                    let message = trace.messages[id]
                    let host = [message.from, message.deliveries.first?.to].contains([compute1, compute2, 99][server])
                    return host || (server == 2 && message.deliveries.isEmpty)
                }
            return operation
        }
        return trace
    }
}
