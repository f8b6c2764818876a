package import Trace

/// A machine that writes what services say to a broker and it to them, as packets: two connections a process, one that
/// publishes and one that consumes.
package struct WireBus {
    package struct Process: Hashable, Sendable {
        package let name: String
        /// The last byte of its address.
        package let host: UInt8
        package let queues: [String]

        package init(name: String, host: UInt8, queues: [String]) {
            self.name = name
            self.host = host
            self.queues = queues
        }
    }

    package static let api = Process(name: "nova-api", host: 10, queues: ["reply_api"])
    package static let conductor = Process(name: "nova-conductor", host: 11, queues: ["conductor", "reply_conductor"])
    package static let scheduler = Process(name: "nova-scheduler", host: 12, queues: ["scheduler", "reply_scheduler"])
    package static let compute1 = Process(
        name: "nova-compute", host: 13, queues: ["compute.compute1", "reply_compute1"])
    package static let compute2 = Process(
        name: "nova-compute", host: 14, queues: ["compute.compute2", "reply_compute2"])

    package static let instance = "2672332b-b870-49a9-bbeb-902381dffe38"

    private var senders: [Process: TCPSessionBuilder] = [:]
    private var listeners: [Process: TCPSessionBuilder] = [:]
    private var tags: [Process: UInt64] = [:]
    private var ids = 0
    package private(set) var now = Timestamp(seconds: 1_700_000_000, nanoseconds: 0)
    package private(set) var packets: [RecordedPacket] = []

    package init(_ processes: [Process] = [api, conductor, scheduler, compute1, compute2]) {
        for process in processes {
            var sender = Self.session(process, port: 40_000)
            var listener = Self.session(process, port: 40_001)
            open(&sender, process, queues: [])
            open(&listener, process, queues: process.queues)
            senders[process] = sender
            listeners[process] = listener
        }
    }

    private static func session(_ process: Process, port: UInt16) -> TCPSessionBuilder {
        var session = TCPSessionBuilder(client: .v4(process.host, port: port))
        session.interval = 10_000
        return session
    }

    private mutating func open(_ session: inout TCPSessionBuilder, _ process: Process, queues: [String]) {
        session.time = now
        session.handshake()
        session.send(.client, AMQPBuilder.protocolHeader)
        session.send(.server, AMQPBuilder.start())
        let uuid = "0d9f6b6e-8f0b-4b8f-9d50-6a1f7c3a2b1\(process.host % 10)"
        let name = "\(process.name):\(process.host):\(uuid)"
        session.send(.client, AMQPBuilder.startOk(connectionName: name, response: "LOGIN"))
        session.send(.server, AMQPBuilder.tune(ok: false))
        session.send(.client, AMQPBuilder.tune(ok: true))
        session.send(.client, AMQPBuilder.channelOpen(1))
        session.send(.server, AMQPBuilder.channelOpenOk(1))
        for (index, queue) in queues.enumerated() {
            session.send(
                .client,
                AMQPBuilder.method(1, 60, 20) {
                    $0.short(0).shortstr(queue).shortstr("\(index + 1)").octet(0).table()
                })
            session.send(.server, AMQPBuilder.method(1, 60, 21) { $0.shortstr("\(index + 1)") })
        }
        collect(&session)
    }

    private mutating func collect(_ session: inout TCPSessionBuilder) {
        packets += session.takePackets()
        now = max(now, session.time)
    }

    package mutating func wait(_ time: Nanoseconds) {
        now = now + time
    }

    // MARK: Messages

    /// Publishes a body, and delivers it where anybody takes it.
    private mutating func pass(
        _ body: [UInt8], _ exchange: String, _ key: String, from sender: Process, to taker: Process?
    ) {
        wait(.milliseconds(20))
        senders[sender]?.time = now
        senders[sender]?.send(
            .client, AMQPBuilder.publish(1, exchange: exchange, routingKey: key) + AMQPBuilder.content(1, body))
        now = now + .milliseconds(1)
        packets += senders[sender]?.takePackets() ?? []
        guard let taker else { return }
        let tag = tags[taker, default: 0] + 1
        tags[taker] = tag
        let consumer = taker.queues.firstIndex(of: key).map { "\($0 + 1)" } ?? "1"
        listeners[taker]?.time = now
        listeners[taker]?.send(
            .server,
            AMQPBuilder.deliver(1, tag: tag, consumer: consumer, exchange: exchange, routingKey: key)
                + AMQPBuilder.content(1, body))
        listeners[taker]?.send(.client, AMQPBuilder.ack(1, tag))
        packets += listeners[taker]?.takePackets() ?? []
        now = now + .milliseconds(1)
    }

    private mutating func newID() -> String {
        ids += 1
        return String(repeating: "0", count: 28) + String(1000 + ids)
    }

    private static let context = OsloBuilder.context(
        requestID: "req-c63d2dd6-a2e7-46fa-8ab1-8df203b24869", userID: "u1")

    package mutating func cast(
        _ method: String, _ arguments: WireJSON, key: String, from sender: Process, to taker: Process?
    ) {
        let body = OsloBuilder.request(method, arguments, uniqueID: newID(), context: Self.context)
        pass(body, "nova", key, from: sender, to: taker)
    }

    package mutating func call(
        _ method: String, _ arguments: WireJSON, key: String, from caller: Process, to server: Process,
        result: WireJSON = .null, failure: WireJSON = .null
    ) {
        let (messageID, queue) = (newID(), caller.queues.last ?? "")
        let body = OsloBuilder.request(
            method, arguments, messageID: messageID, replyQueue: queue, uniqueID: newID(), context: Self.context)
        pass(body, "nova", key, from: caller, to: server)
        let reply = OsloBuilder.reply(result: result, failure: failure, messageID: messageID, uniqueID: newID())
        pass(reply, "", queue, from: server, to: caller)
    }

    // MARK: A boot

    package mutating func bootUntilCompute1() {
        requestBoot(to: Self.conductor)
        call(
            "select_destinations", ["instance_uuids": [.string(Self.instance)]], key: "scheduler",
            from: Self.conductor, to: Self.scheduler,
            result: [[OsloBuilder.object("Selection", ["service_host": "compute1", "nodename": "compute1"])]])
        build(on: Self.compute1, attempts: 1, hosts: [])
    }

    package mutating func requestBoot(to conductor: Process?) {
        let specs: WireJSON = [OsloBuilder.object("RequestSpec", ["instance_uuid": .string(Self.instance)])]
        cast("schedule_and_build_instances", ["request_specs": specs], key: "conductor", from: Self.api, to: conductor)
    }

    /// One request for several servers, and each on its compute.
    package mutating func boot(_ servers: [(uuid: String, name: String)], on compute: Process) {
        let objects = servers.map { uuid, name in
            OsloBuilder.object("Instance", ["uuid": .string(uuid), "display_name": .string(name)])
        }
        let builds = zip(servers, objects).map { server, object in
            OsloBuilder.object("BuildRequest", ["instance_uuid": .string(server.uuid), "instance": object])
        }
        cast(
            "schedule_and_build_instances",
            ["build_requests": OsloBuilder.object("BuildRequestList", ["objects": .array(builds)])],
            key: "conductor", from: Self.api, to: Self.conductor)
        for (uuid, _) in servers {
            cast(
                "build_and_run_instance", ["instance": OsloBuilder.object("Instance", ["uuid": .string(uuid)])],
                key: compute.queues[0], from: Self.conductor, to: compute)
        }
    }

    package mutating func build(on compute: Process, attempts: Int, hosts: [String]) {
        cast(
            "build_and_run_instance",
            ["instance": Self.object, "filter_properties": Self.retry(attempts, hosts, reason: nil)],
            key: compute.queues[0], from: Self.conductor, to: compute)
    }

    package mutating func sendBack(from compute: Process, attempts: Int, hosts: [String], reason: String) {
        cast(
            "build_instances",
            ["instances": [Self.object], "filter_properties": Self.retry(attempts, hosts, reason: reason)],
            key: "conductor", from: compute, to: Self.conductor)
    }

    package mutating func save(
        _ vmState: String, _ taskState: WireJSON, by compute: Process, expecting expected: WireJSON = .null,
        failure: WireJSON = .null
    ) {
        let host = String(compute.queues[0].dropFirst("compute.".count))
        let states: WireJSON = [
            "uuid": .string(Self.instance), "vm_state": .string(vmState), "task_state": taskState,
            "power_state": vmState == "active" ? 1 : 0, "host": .string(host),
        ]
        let object = OsloBuilder.object("Instance", states, changes: ["task_state", "vm_state"])
        call(
            "object_action",
            OsloBuilder.objectAction("save", on: object, keywords: ["expected_task_state": expected]),
            key: "conductor", from: compute, to: Self.conductor, result: failure == .null ? [[:], .null] : .null,
            failure: failure)
    }

    /// A compute has an exception kept as the instance's fault.
    package mutating func report(_ message: String, by compute: Process) {
        let fault: WireJSON = [
            "instance_uuid": .string(Self.instance), "code": 500, "message": .string(message), "details": "",
        ]
        call(
            "object_action",
            OsloBuilder.objectAction("create", on: OsloBuilder.object("InstanceFault", fault)),
            key: "conductor", from: compute, to: Self.conductor, result: [[:], .null])
    }

    /// A compute ends the event of an action, without an exception or with one.
    package mutating func finish(_ event: String, by compute: Process, exception: String? = nil) {
        let exception = exception.map(WireJSON.string) ?? .null
        call(
            "object_class_action_versions",
            OsloBuilder.classAction(
                "InstanceActionEvent", "event_finish_with_failure", [.string(Self.instance), .string(event)],
                keywords: ["exc_val": exception, "exc_tb": exception, "want_result": false]),
            key: "conductor", from: compute, to: Self.conductor)
    }

    /// nova-api asks a compute for something.
    package mutating func ask(_ method: String, of compute: Process) {
        cast(method, ["instance": Self.object], key: compute.queues[0], from: Self.api, to: compute)
    }

    private static var object: WireJSON {
        OsloBuilder.object("Instance", ["uuid": .string(instance)])
    }

    private static func retry(_ attempts: Int, _ hosts: [String], reason: String?) -> WireJSON {
        let tried = hosts.map { WireJSON.array([.string($0), .string($0)]) }
        return [
            "retry": [
                "num_attempts": .number(String(attempts)), "hosts": .array(tried),
                "exc_reason": reason.map(WireJSON.string) ?? .null,
            ]
        ]
    }
}
