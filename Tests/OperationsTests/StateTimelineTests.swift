import TestSupport
import Testing
import Trace

@testable import Operations

@Suite struct `The states of an instance` {
    private func tell(_ script: inout TraceScript, _ vmState: String, _ taskState: Known<String>) {
        script.notify("compute.instance.update", priority: "INFO", instances: [TraceScript.instance])
        script.trace.messages[script.trace.messages.count - 1].stateChange = StateChange(
            instance: TraceScript.instance, vmState: .some(vmState), taskState: taskState)
    }

    private func states(_ operation: Operation) -> [String] {
        operation.states.map { "\($0.change.vmState.value ?? "-")/\($0.change.taskState.value ?? "-")" }
    }

    @Test func `begin with what a notification tells, go on with saves, and last until the next`() throws {
        var script = TraceScript()
        script.bootUntilCompute()
        tell(&script, "building", .some("scheduling"))
        script.build(until: "networking")
        tell(&script, "building", .some("networking"))
        script.save(.some("active"), .none)
        let boot = try #require(script.operations.first)
        #expect(states(boot) == ["building/scheduling", "building/networking", "active/-"])
        #expect(boot.states.map(\.duration) == [.milliseconds(100), .milliseconds(210), nil])
    }

    @Test func `are not set by a save that was rejected, which is shown as that`() throws {
        var script = TraceScript()
        script.bootUntilCompute()
        script.build(until: "networking")
        script.save(
            .some("building"), .some("block_device_mapping"), outcome: .error,
            error: RemoteFailure(className: "UnexpectedTaskStateError", module: nil, message: ""))
        script.save(.some("error"), .none)
        let boot = try #require(script.operations.first)
        #expect(states(boot) == ["building/networking", "building/block_device_mapping", "error/-"])
        #expect(boot.states.map(\.confirmation) == [.confirmed, .rejected, .confirmed])
        #expect(boot.states[0].until == boot.states[2].at)
        #expect(boot.states[1].duration == nil)
    }

    @Test func `are unanswered, and prove no step, while the save is open`() throws {
        var script = TraceScript()
        script.bootUntilCompute()
        script.save(.some("active"), .none, outcome: .unanswered)
        let boot = try #require(script.operations.first)
        #expect(boot.states.map(\.confirmation) == [.unanswered])
        #expect(boot.steps.last?.status == .pending)
        #expect(boot.outcome == .running)
    }

    @Test func `come from instance_update, which names only what changes, in Grizzly to Icehouse`() throws {
        var script = TraceScript()
        script.cast(
            "run_instance", TraceScript.api, TraceScript.scheduler, key: "scheduler",
            instances: [TraceScript.instance])
        script.cast(
            "run_instance", TraceScript.scheduler, TraceScript.compute, key: "compute.node1",
            instances: [TraceScript.instance])
        for (vmState, taskState) in [
            (Known.unknown, Known.some("networking")), (.unknown, .some("spawning")), (.some("active"), .none),
        ] {
            script.call(
                "instance_update", TraceScript.compute, TraceScript.conductor, key: "conductor",
                instances: [TraceScript.instance],
                state: StateChange(instance: TraceScript.instance, vmState: vmState, taskState: taskState))
        }
        let boot = try #require(script.operations.first)
        #expect(states(boot) == ["-/networking", "-/spawning", "active/-"])
        #expect(boot.outcome == .completed)
        #expect(boot.diagnosis?.host == "node1")
    }

    @Test func `come from notifications alone where the compute writes into the database itself`() throws {
        var script = TraceScript()
        script.hasUniqueIDs = false
        script.cast(
            "run_instance", TraceScript.api, TraceScript.scheduler, key: "scheduler",
            instances: [TraceScript.instance])
        script.cast(
            "run_instance", TraceScript.scheduler, TraceScript.compute, key: "compute.node1",
            instances: [TraceScript.instance])
        tell(&script, "building", .some("spawning"))
        #expect(script.operations.first?.outcome == .running)
        tell(&script, "active", .none)
        let boot = try #require(script.operations.first)
        #expect(states(boot) == ["building/spawning", "active/-"])
        #expect(boot.outcome == .completed)
        #expect(boot.diagnosis?.evidence.first?.text == "active was told of by a notification")
    }
}
