import TestSupport
import Testing
import Trace

@testable import Operations

@Suite struct `Operations` {
    private let instance = "2672332b-b870-49a9-bbeb-902381dffe38"
    private let other = "ff88be3b-c252-4fef-b81e-7ab7631fee2e"

    private func operations(_ script: TraceScript) -> [Operation] {
        script.trace.judgedOperations()
    }

    @Test func `a boot that became active is completed, with its states and steps`() throws {
        var script = TraceScript()
        script.bootUntilCompute([instance])
        for task in ["networking", "block_device_mapping", "spawning"] {
            script.save(.some("building"), .some(task), of: instance)
        }
        script.save(.some("active"), .none, of: instance)
        let boot = try #require(operations(script).first)
        #expect(boot.kind == .boot)
        #expect(boot.outcome == .completed)
        #expect(boot.verdict == "active on node1 after 0.6 s")
        #expect(boot.states.map(\.change.taskState.value) == ["networking", "block_device_mapping", "spawning", nil])
        #expect(boot.steps.map(\.status) == [.done, .done, .done, .done, .done, .done, .skipped, .done])
    }

    @Test func `what an agent says of a port belongs to what goes on with its instance, on that host, at that time`()
        throws
    {
        var script = TraceScript()
        script.askAboutPort("get_device_details", on: "node1")
        script.bootUntilCompute([instance])
        script.save(.some("building"), .some("spawning"), of: instance)
        let details = script.askAboutPort("get_devices_details_list_and_failed_devices", on: "node1")
        script.askAboutPort("update_device_list", on: "node2")
        let report = script.askAboutPort("update_device_list", up: true, on: "node1")
        script.event("network-vif-plugged")
        script.save(.some("active"), .none, of: instance)
        script.askAboutPort("update_device_list", up: true, on: "node1")
        let operations = operations(script)
        #expect(operations.map(\.kind) == [.boot])
        let joined = operations[0].messages.filter { script.trace.messages[$0].amqp?.exchange == "neutron" }
        #expect(joined == [details, report])
        for request in joined {
            let call = try #require(script.trace.messages[request].call)
            #expect(operations[0].messages.contains(try #require(script.trace.calls[call].reply)))
        }
        #expect(operations[0].messages == operations[0].messages.sorted())
        #expect(operations[0].outcome == .completed)
    }

    @Test func `an operation whose task no save tells of has what an agent does for a while, and not forever`() {
        var script = TraceScript()
        script.cast("attach_interface", 0, 3, key: "compute.node1", instances: [TraceScript.instance])
        script.event("network-changed")
        let soon = script.askAboutPort("update_device_list", up: true, on: "node1")
        script.wait(.seconds(60))
        let late = script.askAboutPort("update_device_list", up: true, on: "node1")
        let operation = operations(script)[0]
        #expect(operation.messages.contains(soon))
        #expect(!operation.messages.contains(late))
    }

    @Test func `a capture that ends in the middle leaves a boot running`() {
        var script = TraceScript()
        script.bootUntilCompute([instance])
        script.save(.some("building"), .some("networking"), of: instance)
        let boot = operations(script)[0]
        #expect(boot.outcome == .running)
        #expect(boot.verdict == #"reached "networking" when the capture ended"#)
        #expect(boot.steps.map(\.status) == [.done, .done, .done, .done] + [.pending, .pending, .pending, .pending])
    }

    @Test func `no valid host is a failure, said in the scheduler's words`() {
        var script = TraceScript()
        script.cast("schedule_and_build_instances", 0, 1, key: "conductor", instances: [instance])
        script.call(
            "select_destinations", 1, 2, key: "scheduler", instances: [instance], outcome: .error,
            error: RemoteFailure(className: "NoValidHost", module: nil, message: "No valid host was found."))
        let boot = operations(script)[0]
        #expect(boot.outcome == .failed)
        #expect(boot.verdict == "NoValidHost from select_destinations: No valid host was found")
    }

    @Test func `a cast that nobody takes is running at first and stuck after seconds`() {
        var script = TraceScript()
        script.cast("schedule_and_build_instances", 0, nil, key: "conductor", instances: [instance])
        script.wait(.seconds(3))
        #expect(operations(script)[0].outcome == .running)
        script.wait(.seconds(60))
        #expect(operations(script)[0].outcome == .stuck)
        #expect(
            operations(script)[0].verdict
                == "schedule_and_build_instances was published to conductor and taken by nobody in 63.0 s")
    }

    @Test func `a rejected save sets no state`() {
        var script = TraceScript()
        script.bootUntilCompute([instance])
        script.save(.some("active"), .none, of: instance, outcome: .error)
        let boot = operations(script)[0]
        #expect(boot.outcome != .completed)
        #expect(boot.states.map(\.confirmation) == [.rejected])
    }

    @Test func `a request for two servers is two operations that share messages`() {
        var script = TraceScript()
        script.bootUntilCompute([instance, other])
        script.save(.some("active"), .none, of: other)
        let boots = operations(script)
        #expect(boots.map(\.instances) == [[instance], [other]])
        #expect(boots.map(\.outcome) == [.running, .completed])
        #expect(boots[0].messages.prefix(3) == boots[1].messages.prefix(3))
        #expect(boots[0].messages.count == 4)
    }

    @Test func `an external event under its own request joins the boot of its instance`() {
        var script = TraceScript()
        script.bootUntilCompute([instance])
        let event = script.cast(
            "external_instance_event", 0, 3, key: "compute.node1", instances: [instance], request: "req-neutron")
        script.save(.some("active"), .none, of: instance)
        let found = operations(script)
        #expect(found.count == 1)
        #expect(found[0].messages.contains(event))
    }

    @Test func `a boot that began before the capture is known by what only a boot sends`() {
        var script = TraceScript()
        script.cast("build_and_run_instance", 1, 3, key: "compute.node1", instances: [instance])
        script.save(.some("active"), .none, of: instance)
        let boot = operations(script)[0]
        #expect(boot.kind == .boot)
        #expect(boot.outcome == .completed)
        #expect(boot.steps[0].status == .skipped)
    }

    @Test func `a stop is completed when its state is saved, and running before`() {
        var script = TraceScript()
        script.cast("stop_instance", 0, 3, key: "compute.node1", instances: [instance])
        script.save(.some("active"), .some("powering-off"), of: instance)
        #expect(operations(script)[0].outcome == .running)
        script.save(.some("stopped"), .none, of: instance)
        #expect(operations(script)[0].kind.rawValue == "stop")
        #expect(operations(script)[0].outcome == .completed)
    }

    @Test(arguments: ["stop_instance", "snapshot_instance", "attach_volume", "detach_volume"])
    func `a cast that was taken, and nothing more, is not completed`(method: String) {
        var script = TraceScript()
        script.cast(method, 0, 3, key: "compute.node1", instances: [instance])
        script.wait(.seconds(1))
        #expect(operations(script)[0].outcome == .running)
        #expect(operations(script)[0].verdict == #"reached "compute took the request" when the capture ended"#)
        script.wait(.seconds(100))
        #expect(operations(script)[0].outcome == .stuck)
        #expect(operations(script)[0].diagnosis?.cause == .unanswered)
        #expect(operations(script)[0].verdict == "\(method) was taken by nova-compute@node1, and nothing came of it")
    }

    @Test func `a snapshot is done when its task state is reset`() {
        var script = TraceScript()
        script.cast("snapshot_instance", 0, 3, key: "compute.node1", instances: [instance])
        script.save(.some("active"), .some("image_uploading"), of: instance)
        #expect(operations(script)[0].outcome == .running)
        script.save(.some("active"), .none, of: instance)
        #expect(operations(script)[0].outcome == .completed)
    }

    @Test func `an answered call is done`() {
        var script = TraceScript()
        script.call("get_console_output", 0, 3, key: "compute.node1", instances: [instance])
        #expect(operations(script)[0].outcome == .completed)
    }

    @Test func `casts that no workflow knows are not called answered`() {
        var script = TraceScript()
        script.cast("frobnicate", 0, 3, key: "compute.node1", instances: [instance])
        script.wait(.seconds(100))
        #expect(operations(script)[0].outcome == .unknown)
        #expect(!operations(script)[0].verdict.contains("answered"))
    }

    @Test func `a cast whose delivery the capture lacks is not stuck when later steps are seen`() {
        var script = TraceScript()
        script.cast("schedule_and_build_instances", 0, nil, key: "conductor", instances: [instance])
        script.call("select_destinations", 1, 2, key: "scheduler", instances: [instance])
        script.cast("build_and_run_instance", 1, 3, key: "compute.node1", instances: [instance])
        script.save(.some("building"), .some("networking"), of: instance)
        script.wait(.seconds(100))
        #expect(operations(script)[0].diagnosis?.cause == .silent)
        #expect(operations(script)[0].verdict.hasPrefix(#"reached "networking""#))
    }

    @Test func `a build sent to another host has not failed with the first`() {
        var script = TraceScript()
        script.bootUntilCompute([instance])
        script.notify("compute.instance.create.error", priority: "ERROR", instances: [instance])
        #expect(operations(script)[0].outcome == .running)
        script.cast("build_instances", 3, 1, key: "conductor", instances: [instance])
        script.cast("build_and_run_instance", 1, 4, key: "compute.node2", instances: [instance])
        #expect(operations(script).count == 1)
        #expect(operations(script)[0].outcome == .running)
        script.save(.some("active"), .none, of: instance)
        #expect(operations(script)[0].outcome == .completed)
    }

    @Test func `a boot whose every request was before the capture is known by the instance's state`() {
        var script = TraceScript()
        script.save(.some("building"), .some("spawning"), of: instance)
        #expect(operations(script)[0].kind == .boot)
        #expect(operations(script)[0].outcome == .running)
        script.save(.some("active"), .none, of: instance)
        #expect(operations(script)[0].verdict.hasPrefix("active on node1"))
    }

    @Test func `requests of one client under one global id stay two operations, each under its own id`() {
        var script = TraceScript()
        script.cast(
            "stop_instance", 0, 3, key: "compute.node1", instances: [instance], request: "req-a", global: "req-g")
        script.cast("stop_instance", 0, 3, key: "compute.node1", instances: [other], request: "req-b", global: "req-g")
        #expect(operations(script).map(\.requestID) == ["req-a", "req-b"])
    }

    @Test func `what another service does under a request's global id is part of it`() {
        var script = TraceScript()
        script.bootUntilCompute([instance])
        let attach = script.cast(
            "attachment_update", 4, 5, key: "cinder-volume.node1", request: "req-cinder", global: "req-1")
        #expect(operations(script).count == 1)
        #expect(operations(script)[0].messages.contains(attach))
    }

    @Test func `operations that overlap on one instance stay apart`() {
        var script = TraceScript()
        script.cast("reboot_instance", 0, 3, key: "compute.node1", instances: [instance], request: "req-a")
        script.cast("terminate_instance", 0, 3, key: "compute.node1", instances: [instance], request: "req-b")
        script.cast("detach_interface", 0, 3, key: "compute.node1", instances: [instance], request: "req-a")
        let found = operations(script)
        #expect(found.map(\.kind.rawValue) == ["reboot", "delete"])
        #expect(found.map(\.messages) == [[0, 2], [1]])
    }

    @Test func `a call that its caller gave up leaves the operation stuck, not running`() {
        var script = TraceScript()
        script.bootUntilCompute([instance])
        script.save(.some("building"), .some("spawning"), of: instance, outcome: .timedOut)
        #expect(operations(script)[0].outcome == .stuck)
        #expect(
            operations(script)[0].verdict
                == "Instance.save was published to conductor, taken but not answered, and timed out")
    }
}
