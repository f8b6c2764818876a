import TestSupport
import Testing
import Trace

@testable import Diagnosis
@testable import Operations

@Suite struct `What an operation waits for` {
    private func boot(_ script: TraceScript) throws -> (operation: Operation, diagnosis: Diagnosis) {
        let operation = try #require(script.operations.first)
        return (operation, try #require(operation.diagnosis))
    }

    @Test func `a cast that nobody takes is stuck after seconds, and names the queue and who should take it`() throws {
        var script = TraceScript()
        let cast = script.cast(
            "schedule_and_build_instances", TraceScript.api, nil, key: "conductor", instances: [TraceScript.instance])
        script.wait(.seconds(4))
        #expect(try boot(script).diagnosis.cause == .underWay)
        script.wait(.seconds(2))
        let (boot, diagnosis) = try boot(script)
        #expect(boot.outcome == .stuck)
        #expect(diagnosis.cause == .notTaken)
        #expect(diagnosis.awaited == "conductor")
        #expect(diagnosis.service == "nova-conductor")
        #expect(diagnosis.message == cast)
        #expect(diagnosis.step == nil)
        #expect(boot.steps[0].status == .missing)
        #expect(
            diagnosis.evidence.filter(\.isMissing).map(\.text) == [
                "no delivery of it was seen in the 6.0 s until the last packet"
            ])
        #expect(
            boot.verdict == "schedule_and_build_instances was published to conductor and taken by nobody in 6.0 s")
        script.trace.patience = Patience(untaken: .seconds(10))
        #expect(try self.boot(script).diagnosis.cause == .underWay, "as long as a person says")
    }

    @Test func `a call that nobody takes is stuck after seconds, not when its caller gives up`() throws {
        var script = TraceScript()
        script.cast(
            "schedule_and_build_instances", TraceScript.api, TraceScript.conductor, key: "conductor",
            instances: [TraceScript.instance])
        script.call(
            "select_destinations", TraceScript.conductor, nil, key: "scheduler", instances: [TraceScript.instance],
            outcome: .unanswered)
        script.wait(.seconds(6))
        let (boot, diagnosis) = try boot(script)
        #expect(diagnosis.cause == .notTaken)
        #expect(boot.verdict == "select_destinations was published to scheduler and taken by nobody in 6.0 s")
    }

    @Test(arguments: [
        ("create_volume", "cinder-volume.ctl1@ceph.ctl1", "cinder-volume", "ctl1@ceph"),
        ("create_stack", "engine", "heat-engine", nil),
        ("do_node_deploy", "ironic.conductor_manager.ctl2", "ironic-conductor", "ctl2"),
        ("port_create_end", "dhcp_agent.net1", "neutron-dhcp-agent", "net1"),
        ("create_loadbalancer", "octavia_provisioning_v2", "octavia-worker", nil),
        ("anything", "a_topic_that_is_not_known", nil, nil),
    ])
    func `what no workflow knows is stuck as well when nobody takes it`(
        method: String, key: String, service: String?, host: String?
    ) throws {
        var script = TraceScript()
        script.cast(method, TraceScript.api, nil, key: key)
        script.wait(.seconds(4))
        #expect(try boot(script).operation.outcome == .running)
        script.wait(.seconds(2))
        let (operation, diagnosis) = try boot(script)
        #expect(operation.kind == .other && operation.outcome == .stuck)
        #expect(diagnosis.cause == .notTaken)
        #expect((diagnosis.service, diagnosis.host) == (service, host))
        #expect(operation.verdict == "\(method) was published to \(key) and taken by nobody in 6.0 s")
    }

    @Test func `a message to a service that is gone since Train keeps nobody waiting`() throws {
        var script = TraceScript()
        script.cast("delete_tokens_for_instance", TraceScript.api, nil, key: "consoleauth")
        script.wait(.seconds(30))
        #expect(try boot(script).operation.outcome != .stuck)
    }

    @Test func `a message that was given to a process which does not acknowledge it names the process`() throws {
        var script = TraceScript()
        script.bootUntilCompute()
        let build = try #require(script.trace.messages.last { $0.method == "build_and_run_instance" }?.id)
        script.acknowledgeAll()
        script.trace.messages[build].deliveries[0].acknowledgedAt = nil
        script.wait(.seconds(4))
        #expect(try boot(script).operation.outcome == .running)
        script.wait(.seconds(2))
        let (boot, diagnosis) = try boot(script)
        #expect(boot.outcome == .stuck)
        #expect(diagnosis.cause == .notAcknowledged)
        #expect(diagnosis.participant == TraceScript.compute)
        #expect(
            boot.verdict
                == "build_and_run_instance was delivered to nova-compute@node1, which did not acknowledge it in 6.0 s")
        var silent = script
        for index in silent.trace.messages.indices where !silent.trace.messages[index].deliveries.isEmpty {
            silent.trace.messages[index].deliveries[0].acknowledgedAt = nil
        }
        #expect(try self.boot(silent).operation.outcome == .running, "acknowledgements are not seen at all")
        var busy = script
        busy.save(.some("building"), .some("networking"))
        #expect(try self.boot(busy).diagnosis.cause != .notAcknowledged, "it works on it")
    }

    @Test func `a message that is rejected without requeue is stuck, whatever else its consumer does`() throws {
        var script = TraceScript()
        script.bootUntilCompute()
        let build = try #require(script.trace.messages.last { $0.method == "build_and_run_instance" }?.id)
        script.acknowledgeAll()
        script.trace.messages[build].deliveries[0].settle(.dropped, at: script.now + .milliseconds(1))
        script.wait(.seconds(4))
        #expect(try boot(script).operation.outcome == .running)
        script.wait(.seconds(2))
        let (boot, diagnosis) = try boot(script)
        #expect(boot.outcome == .stuck)
        #expect(diagnosis.cause == .rejected)
        #expect(diagnosis.participant == TraceScript.compute)
        #expect(
            boot.verdict
                == "build_and_run_instance was delivered to nova-compute@node1, which rejected it without requeue")
        var busy = script
        busy.save(.some("building"), .some("networking"))
        #expect(try self.boot(busy).diagnosis.cause != .rejected, "it works on it")
    }

    @Test func `a call that no scheduler takes is stuck when its caller has given up`() throws {
        var script = TraceScript()
        script.cast(
            "schedule_and_build_instances", TraceScript.api, TraceScript.conductor, key: "conductor",
            instances: [TraceScript.instance])
        script.call(
            "select_destinations", TraceScript.conductor, nil, key: "scheduler", instances: [TraceScript.instance],
            outcome: .timedOut)
        let (boot, diagnosis) = try boot(script)
        #expect(diagnosis.cause == .notTaken)
        #expect(diagnosis.service == "nova-scheduler")
        #expect(boot.verdict == "select_destinations was published to scheduler, taken by nobody, and timed out")
    }

    @Test func `a call that was taken and not answered names its taker`() throws {
        var script = TraceScript()
        script.bootUntilCompute()
        script.call(
            "Instance.save", TraceScript.compute, TraceScript.conductor, key: "conductor",
            instances: [TraceScript.instance], outcome: .unanswered)
        #expect(try boot(script).operation.outcome == .running)
        script.wait(.seconds(61))
        let (boot, diagnosis) = try boot(script)
        #expect(boot.outcome == .stuck)
        #expect(diagnosis.cause == .unanswered)
        #expect(diagnosis.participant == TraceScript.conductor)
        #expect(boot.verdict == "Instance.save was published to conductor and taken but not answered in 61.0 s")
    }

    @Test func `a heartbeat of a call is a sign of life`() throws {
        var script = TraceScript()
        script.cast(
            "schedule_and_build_instances", TraceScript.api, TraceScript.conductor, key: "conductor",
            instances: [TraceScript.instance])
        let request = script.call(
            "select_destinations", TraceScript.conductor, TraceScript.scheduler, key: "scheduler",
            instances: [TraceScript.instance], outcome: .unanswered)
        script.wait(.seconds(50))
        var heartbeat = Message(
            id: MessageID(script.trace.messages.count), kind: .heartbeat, exchange: "", routingKey: "reply_x", bytes: 10
        )
        heartbeat.call = script.trace.messages[request].call
        heartbeat.publishedAt = script.now
        heartbeat.requestID = "req-1"
        script.trace.messages.append(heartbeat)
        script.wait(.seconds(50))
        #expect(try boot(script).diagnosis.cause == .underWay)
        script.wait(.seconds(11))
        let (operation, diagnosis) = try boot(script)
        #expect(diagnosis.cause == .unanswered)
        #expect(
            operation.verdict
                == "select_destinations was published to scheduler and taken but not answered in 111.0 s, the last 61.0 s "
                + "without a sign of life")
        #expect(diagnosis.evidence.contains { $0.isMissing && $0.text.hasPrefix("no answer, nor a sign of life, was") })
    }

    @Test func `a build of which a compute says no more, where the capture lacks nothing, is stuck`()
        throws
    {
        var script = TraceScript()
        script.bootUntilCompute()
        script.build(until: "spawning")
        script.connect()
        script.wait(.seconds(50))
        #expect(try boot(script).operation.outcome == .running)
        script.wait(.seconds(20))
        let (operation, diagnosis) = try boot(script)
        #expect(operation.outcome == .stuck && diagnosis.cause == .silent)
        script.trace.capture.sources[0].kernelDropped = 4
        #expect(try boot(script).operation.outcome == .unknown)
        var late = TraceScript()
        late.build(until: "spawning")
        late.wait(.seconds(100))
        #expect(try !boot(late).diagnosis.isSilent, "it began before the capture")
    }

    @Test func `a compute that took the build and does nothing is named`() throws {
        var script = TraceScript()
        script.bootUntilCompute()
        script.wait(.seconds(61))
        let (boot, diagnosis) = try boot(script)
        #expect(boot.outcome == .stuck)
        #expect(diagnosis.cause == .unanswered)
        #expect(diagnosis.participant == TraceScript.compute)
        #expect(diagnosis.step == "compute took the build")
        #expect(boot.steps[3].status == .missing)
    }

    @Test func `a conductor that took a build back and does nothing is named`() throws {
        var script = TraceScript()
        script.bootUntilCompute()
        script.build(until: "networking")
        script.sendBack(attempts: 1, hosts: ["node1"], reason: "no disk")
        script.wait(.seconds(61))
        let (boot, diagnosis) = try boot(script)
        #expect(diagnosis.cause == .unanswered)
        #expect(diagnosis.participant == TraceScript.conductor)
        #expect(diagnosis.step == "host selected")
        #expect(boot.verdict.hasPrefix("build_instances was taken by nova-conductor, and nothing came of it"))
    }

    @Test func `an answer after which nothing comes is unclear, since a cell may have a broker of its own`() throws {
        var script = TraceScript()
        script.cast(
            "schedule_and_build_instances", TraceScript.api, TraceScript.conductor, key: "conductor",
            instances: [TraceScript.instance])
        script.call(
            "select_destinations", TraceScript.conductor, TraceScript.scheduler, key: "scheduler",
            instances: [TraceScript.instance])
        script.wait(.seconds(61))
        let (boot, diagnosis) = try boot(script)
        #expect(boot.outcome == .unknown)
        #expect(diagnosis.cause == .unclear)
        #expect(diagnosis.service == "nova-conductor")
        #expect(diagnosis.evidence.contains { $0.text == "a cell may have a broker of its own: capture on that too" })
    }

    @Test func `a boot that began before the capture says so where it is unclear`() throws {
        var script = TraceScript()
        script.build(until: "spawning")
        script.event("network-vif-plugged")
        script.loseBytes(of: nil)
        script.wait(.seconds(100))
        let diagnosis = try boot(script).diagnosis
        #expect(diagnosis.cause == .unclear)
        #expect(diagnosis.step == "spawning")
        #expect(diagnosis.evidence.contains { $0.text.hasPrefix("it began before or outside the capture") })
    }

    @Test func `who took from the queue before is told, which tells a death from an absence`() throws {
        var script = TraceScript()
        script.bootUntilCompute()
        script.cast(
            "schedule_and_build_instances", TraceScript.api, nil, key: "conductor", instances: ["another"],
            request: "req-2")
        script.wait(.seconds(61))
        let stuck = try #require(script.operations.last?.diagnosis)
        #expect(stuck.cause == .notTaken)
        #expect(stuck.evidence.last?.text == "the last to take anything from conductor was nova-conductor")
        #expect(stuck.evidence.last?.at == script.trace.messages[0].deliveries[0].at)
    }

    @Test func `before Grizzly a compute that is not heard of is no sign`() throws {
        var script = TraceScript()
        script.hasUniqueIDs = false
        script.cast(
            "run_instance", TraceScript.api, TraceScript.scheduler, key: "scheduler",
            instances: [TraceScript.instance])
        script.cast(
            "run_instance", TraceScript.scheduler, TraceScript.compute, key: "compute.node1",
            instances: [TraceScript.instance])
        script.wait(.seconds(100))
        let (boot, diagnosis) = try boot(script)
        #expect(boot.kind == .boot)
        #expect(diagnosis.cause == .unclear)
        #expect(diagnosis.step == "compute took the build")
    }

    @Test func `a port that is never plugged is missing after nova's own time, and not before`() throws {
        var script = TraceScript()
        script.bootUntilCompute()
        script.build(until: "spawning")
        script.event("network-changed")
        script.wait(.seconds(30))
        let early = try boot(script).diagnosis
        #expect(early.cause == .underWay)
        #expect(early.awaited == "network-vif-plugged")
        script.wait(.seconds(200))
        // Nothing more is seen for long: it is stuck, and that the event is why is not said yet.
        #expect(try boot(script).diagnosis.cause == .silent)
        script.wait(.seconds(71))
        let (boot, diagnosis) = try boot(script)
        #expect(boot.outcome == .stuck)
        #expect(diagnosis.cause == .missingEvent)
        #expect(diagnosis.awaited == "network-vif-plugged")
        #expect(diagnosis.service == "neutron-server")
        #expect(diagnosis.step == "spawning")
        #expect(boot.steps.first { $0.name == "network plugged" }?.status == .missing)
        #expect(boot.verdict == "spawning on node1 and network-vif-plugged did not come in 301.1 s")
        #expect(diagnosis.evidence.contains { $0.text.contains("8f5d5a3e") })
    }

    @Test(arguments: ["openvswitch", "linuxbridge", "sriov-nic", "macvtap"])
    func `who is silent about a port that is never plugged is the agent, or else neutron-server`(kind: String) throws {
        var script = TraceScript()
        script.agentService = "neutron-\(kind)-agent"
        script.bootUntilCompute()
        script.build(until: "spawning")
        script.event("network-changed")
        script.askAboutPort("get_devices_details_list_and_failed_devices", on: "node1")
        script.wait(.seconds(301))
        let silent = try boot(script).diagnosis
        #expect(silent.cause == .missingEvent)
        #expect(silent.service == script.agentService)
        #expect(silent.host == "node1")
        #expect(
            silent.evidence.contains {
                $0.isMissing
                    && $0.text == "\(script.agentService)@node1 did not report a port of the instance as plugged"
            })
        script.askAboutPort("update_device_list", up: true, on: "node1")
        let (boot, told) = try boot(script)
        #expect(told.cause == .missingEvent)
        #expect(told.service == "neutron-server")
        #expect(boot.verdict.hasSuffix(", though \(script.agentService)@node1 had reported the port as plugged"))
        #expect(told.evidence.contains { $0.text.hasSuffix("reported port \(TraceScript.port) as plugged") })
        #expect(told.evidence.count { $0.isMissing } == 1)
    }

    @Test func `a port that was plugged is not waited for`() throws {
        var script = TraceScript()
        script.bootUntilCompute()
        script.build(until: "spawning")
        script.event("network-vif-plugged")
        script.wait(.seconds(400))
        let (boot, diagnosis) = try boot(script)
        #expect(diagnosis.cause == .silent)
        #expect(diagnosis.awaited == nil)
        #expect(boot.steps.first { $0.name == "network plugged" }?.status == .done)
    }

    @Test
    func `work that somebody has is stuck when nothing more is seen of it for a minute, and nobody is called dead`()
        throws
    {
        var script = TraceScript()
        script.bootUntilCompute()
        script.build(until: "spawning")
        script.acknowledgeAll()
        script.wait(.seconds(59))
        #expect(try boot(script).0.outcome == .running)
        script.wait(.seconds(2))
        let (operation, diagnosis) = try boot(script)
        #expect(operation.outcome == .stuck)
        #expect(diagnosis.cause == .silent)
        #expect(diagnosis.participant == TraceScript.compute)
        #expect(operation.verdict == #"reached "spawning" on node1, and nothing further was seen in 61.0 s"#)
        #expect(operation.steps.first { $0.name == "network plugged" }?.status == .missing)
        #expect(operation.steps.first { $0.name == "active" }?.status == .pending)
        #expect(
            diagnosis.evidence.contains {
                $0.text
                    == "nova-compute@node1 was heard with nothing else since; a connection of it is open"
            })
        // What it does for others is heard, and said.
        script.wait(.seconds(10))
        script.call("Service.save", TraceScript.compute, TraceScript.conductor, key: "conductor")
        for index in script.trace.messages.indices.suffix(2) { script.trace.messages[index].isBackground = true }
        #expect(
            try boot(script).1.evidence.contains {
                $0.text.hasPrefix("nova-compute@node1 was heard last with something else")
            })
        script.trace.patience = Patience(untaken: .seconds(200))
        #expect(try boot(script).0.outcome == .running)
    }

    @Test func `what is stuck or goes on has lasted until the capture ended, whenever its last message came`() throws {
        var script = TraceScript()
        script.bootUntilCompute()
        script.build(until: "spawning")
        script.wait(.seconds(30))
        let running = try boot(script).0
        #expect(running.outcome == .running)
        #expect(running.duration == script.now - running.startedAt)
        script.wait(.seconds(60))
        let stuck = try boot(script).0
        #expect(stuck.outcome == .stuck)
        #expect(stuck.duration == script.now - stuck.startedAt)
        #expect(stuck.endedAt < script.now)
        script.save(.some("active"), .none, of: TraceScript.instance)
        script.wait(.seconds(60))
        let done = try boot(script).0
        #expect(done.openUntil == nil)
        #expect(done.duration == done.endedAt - done.startedAt)
    }

    @Test func `of twenty servers of one request each has its own verdict`() throws {
        var script = TraceScript()
        let instances = (10..<30).map { "2672332b-b870-49a9-bbeb-9023810000\($0)" }
        script.bootUntilCompute(instances)
        for (index, instance) in instances.enumerated() where index != 4 {
            script.build(until: index == 7 ? "networking" : "spawning", of: instance)
            if index == 7 { continue }
            script.save(index == 11 ? .some("error") : .some("active"), .none, of: instance)
        }
        script.wait(.seconds(70))
        let operations = script.operations
        #expect(operations.count == 20)
        for (operation, instance) in zip(operations, instances) {
            #expect(operation.instances == [instance])
            let cause = try #require(operation.diagnosis?.cause)
            switch instance {
            case instances[4]: #expect(cause == .unanswered)
            case instances[7]: #expect(cause == .silent)
            case instances[11]: #expect(cause == .buildAborted)
            default: #expect(cause == .completed)
            }
        }
    }
}

@Suite struct `Where the capture lacks something nothing is called missing` {
    /// Something that nobody was seen to take, with a flaw of the capture.
    private func waiting(_ flaw: (inout TraceScript) -> Void) throws -> Diagnosis {
        var script = TraceScript()
        script.cast(
            "schedule_and_build_instances", TraceScript.api, nil, key: "conductor", instances: [TraceScript.instance])
        script.wait(.seconds(1))
        flaw(&script)
        script.wait(.seconds(100))
        return try #require(script.operations.first?.diagnosis)
    }

    @Test func `without a flaw it is missing`() throws {
        #expect(try waiting { _ in }.cause == .notTaken)
    }

    @Test func `a gap where the taker may be makes it unclear`() throws {
        for participant in [TraceScript.conductor, nil] {
            let diagnosis = try waiting { $0.loseBytes(of: participant) }
            #expect(diagnosis.cause == .unclear)
            #expect(!diagnosis.evidence.contains { $0.isMissing })
        }
    }

    @Test func `a gap of somebody else says nothing`() throws {
        #expect(try waiting { $0.loseBytes(of: TraceScript.compute) }.cause == .notTaken)
    }

    @Test func `a gap before it was published says nothing`() throws {
        var script = TraceScript()
        script.loseBytes(of: nil)
        script.cast(
            "schedule_and_build_instances", TraceScript.api, nil, key: "conductor", instances: [TraceScript.instance])
        script.wait(.seconds(100))
        #expect(script.operations.first?.diagnosis?.cause == .notTaken)
    }

    @Test func `gaps whose times are not kept count always`() throws {
        let diagnosis = try waiting { script in
            script.loseBytes(of: nil)
            script.trace.capture.anomalies = []
        }
        #expect(diagnosis.cause == .unclear)
    }

    @Test func `packets that the kernel dropped make it unclear`() throws {
        let diagnosis = try waiting { $0.trace.capture.sources[0].kernelDropped = 3 }
        #expect(diagnosis.cause == .unclear)
    }

    @Test func `a connection seen in one direction makes it unclear, and says so`() throws {
        var script = TraceScript()
        script.cast(
            "schedule_and_build_instances", TraceScript.api, nil, key: "conductor", instances: [TraceScript.instance])
        script.loseBytes(of: TraceScript.conductor)
        script.trace.capture.anomalies = []
        script.trace.capture.connections[0].gaps = 0
        script.trace.capture.connections[0].oneSided = true
        script.wait(.seconds(100))
        let boot = try #require(script.operations.first)
        #expect(boot.outcome == .unknown)
        #expect(
            boot.verdict
                == "schedule_and_build_instances was published to conductor and not seen taken, "
                + "but 1 connection was seen in one direction only")
    }

    @Test func `where connections of one host alone are seen, somebody elsewhere may have taken it`() throws {
        var script = TraceScript()
        for index in script.trace.participants.indices { script.trace.participants[index].host = nil }
        script.cast("create_volume", TraceScript.api, nil, key: "cinder-volume.ctl9@ceph.ctl9")
        script.wait(.seconds(100))
        let boot = try #require(script.operations.first)
        #expect(boot.outcome == .unknown)
        #expect(
            boot.verdict
                == "create_volume was published to cinder-volume.ctl9@ceph.ctl9 and not seen taken, "
                + "but the capture shows connections of one host only")
        // One that was seen to take from that queue before tells that its taking would be seen.
        script.cast(
            "create_volume", TraceScript.api, TraceScript.network, key: "cinder-volume.ctl9@ceph.ctl9", request: "req-2"
        )
        #expect(script.operations.first?.diagnosis?.cause == .notTaken)
    }

    @Test func `where calls are answered that nobody was seen to take, it may have been taken in the same way`() throws
    {
        var script = TraceScript()
        script.wait(.seconds(2))
        let call = script.call("ping", TraceScript.api, TraceScript.conductor, key: "conductor")
        script.cast("create_volume", TraceScript.api, nil, key: "cinder-volume.ctl9@ceph.ctl9", request: "req-2")
        script.wait(.seconds(100))
        let reply = try #require(script.trace.calls[ifKnown: script.trace.messages[call].call]?.reply)
        script.trace.messages[reply].deliveries = [
            Delivery(to: TraceScript.api, at: script.now, redelivered: false, connection: 0)
        ]
        #expect(script.operations.last?.diagnosis?.cause == .notTaken)
        script.trace.messages[call].deliveries = []
        let unknown = try #require(script.operations.last)
        #expect(unknown.outcome == .unknown)
        #expect(unknown.verdict.contains("1 call was answered without being seen taken"))
    }

    @Test func `a host that may have been asked unseen does not make a failure`() throws {
        var script = TraceScript()
        script.bootUntilCompute()
        script.sendBack(attempts: 3, hosts: ["node1"], reason: "no disk")
        script.loseBytes(of: nil)
        script.wait(.seconds(100))
        #expect(script.operations.first?.diagnosis?.cause == .unclear)
    }

    @Test func `an answer, an event and a silent compute are not missing either`() throws {
        var call = TraceScript()
        call.bootUntilCompute()
        call.call(
            "Instance.save", TraceScript.compute, TraceScript.conductor, key: "conductor",
            instances: [TraceScript.instance], outcome: .unanswered)
        var event = TraceScript()
        event.bootUntilCompute()
        event.build(until: "spawning")
        var silence = TraceScript()
        silence.bootUntilCompute()
        for var script in [call, event, silence] {
            script.loseBytes(of: nil)
            script.wait(.seconds(400))
            let diagnosis = try #require(script.operations.first?.diagnosis)
            #expect(diagnosis.cause == .unclear)
            #expect(!diagnosis.evidence.contains { $0.isMissing })
        }
    }
}
