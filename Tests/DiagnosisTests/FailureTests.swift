import TestSupport
import Testing
import Trace

@testable import Diagnosis
@testable import Operations

@Suite struct `Failures of a boot` {
    private func failure(_ className: String, _ message: String = "") -> RemoteFailure {
        RemoteFailure(className: className, module: "nova.exception", message: message)
    }

    private func boot(_ script: TraceScript) throws -> (operation: Operation, diagnosis: Diagnosis) {
        #expect(script.operations.count == 1)
        let operation = try #require(script.operations.first)
        return (operation, try #require(operation.diagnosis))
    }

    @Test func `no valid host names the scheduler, and that no build was seen`() throws {
        var script = TraceScript()
        script.cast(
            "schedule_and_build_instances", TraceScript.api, TraceScript.conductor, key: "conductor",
            instances: [TraceScript.instance])
        let request = script.call(
            "select_destinations", TraceScript.conductor, TraceScript.scheduler, key: "scheduler",
            instances: [TraceScript.instance], outcome: .error, error: failure("NoValidHost", "Too few hosts."))
        let (boot, diagnosis) = try boot(script)
        #expect(boot.outcome == .failed)
        #expect(diagnosis.cause == .noValidHost)
        #expect(diagnosis.service == "nova-scheduler")
        #expect(diagnosis.participant == TraceScript.scheduler)
        #expect(diagnosis.message == request)
        #expect(boot.verdict == "NoValidHost from select_destinations: Too few hosts")
        #expect(diagnosis.evidence.contains { $0.isMissing })
    }

    @Test func `another exception of the scheduler is a remote error`() throws {
        var script = TraceScript()
        script.cast(
            "schedule_and_build_instances", TraceScript.api, TraceScript.conductor, key: "conductor",
            instances: [TraceScript.instance])
        script.call(
            "select_destinations", TraceScript.conductor, TraceScript.scheduler, key: "scheduler",
            instances: [TraceScript.instance], outcome: .error, error: failure("DBConnectionError", "Gone away"))
        let (boot, diagnosis) = try boot(script)
        #expect(diagnosis.cause == .remoteError)
        #expect(diagnosis.service == "nova-scheduler")
        #expect(boot.verdict == "DBConnectionError from select_destinations: Gone away")
    }

    @Test func `a build that went on to another host is completed there, and says from where and why`() throws {
        var script = TraceScript()
        script.bootUntilCompute()
        script.build(until: "spawning")
        script.notify("compute.instance.create.error", priority: "ERROR", instances: [TraceScript.instance])
        script.save(.some("building"), .some("scheduling"))
        script.sendBack(attempts: 1, hosts: ["node1"], reason: "Insufficient compute resources.")
        script.cast(
            "build_and_run_instance", TraceScript.conductor, TraceScript.otherCompute, key: "compute.node2",
            instances: [TraceScript.instance])
        script.build(until: "spawning", by: TraceScript.otherCompute)
        for moment in script.moments {
            for operation in moment.judgedOperations() { #expect(operation.outcome == .running) }
        }
        script.save(.some("active"), .none, by: TraceScript.otherCompute)
        let (boot, diagnosis) = try boot(script)
        #expect(diagnosis.cause == .completed)
        #expect(diagnosis.host == "node2")
        #expect(diagnosis.reschedules.map(\.from) == ["node1"])
        #expect(diagnosis.reschedules.map(\.to) == ["node2"])
        #expect(diagnosis.reschedules.map(\.reason) == ["Insufficient compute resources."])
        #expect(
            boot.verdict
                == "active on node2 after 1.4 s, rescheduled from node1: Insufficient compute resources")
        let spawning = try #require(boot.steps.first { $0.name == "spawning" })
        #expect(spawning.from == TraceScript.otherCompute)
    }

    @Test func `steps of the first host do not count for the second`() throws {
        var script = TraceScript()
        script.bootUntilCompute()
        script.build(until: "spawning")
        script.sendBack(attempts: 1, hosts: ["node1"])
        script.cast(
            "build_and_run_instance", TraceScript.conductor, nil, key: "compute.node2",
            instances: [TraceScript.instance])
        script.wait(.seconds(61))
        let (boot, diagnosis) = try boot(script)
        #expect(diagnosis.cause == .notTaken)
        #expect(diagnosis.awaited == "compute.node2")
        #expect(diagnosis.service == "nova-compute")
        #expect(diagnosis.host == "node2")
        #expect(diagnosis.step == "host selected")
        #expect(boot.steps.first { $0.name == "compute took the build" }?.status == .missing)
        #expect(boot.steps.first { $0.name == "spawning" }?.status == .pending)
    }

    @Test(arguments: ["notification", "answer", "silence"])
    func `every host that was tried failed`(account: String) throws {
        var script = TraceScript()
        script.bootUntilCompute()
        script.sendBack(attempts: 1, hosts: ["node1"], reason: "no disk")
        script.cast(
            "build_and_run_instance", TraceScript.conductor, TraceScript.otherCompute, key: "compute.node2",
            instances: [TraceScript.instance])
        script.sendBack(
            from: TraceScript.otherCompute, attempts: 3, hosts: ["node1", "node2"], reason: "no memory")
        switch account {
        case "notification":
            script.notify("compute_task.build_instances", priority: "ERROR", instances: [TraceScript.instance])
        case "answer":
            script.call(
                "select_destinations", TraceScript.conductor, TraceScript.scheduler, key: "scheduler",
                instances: [TraceScript.instance], outcome: .error,
                error: failure("MaxRetriesExceeded", "Exceeded maximum number of retries."))
        default:
            #expect(try boot(script).operation.outcome == .running)
            script.wait(.seconds(70))
        }
        let (boot, diagnosis) = try boot(script)
        #expect(boot.outcome == .failed)
        #expect(diagnosis.cause == .retriesExhausted)
        #expect(diagnosis.reschedules.map(\.from) == ["node1", "node2"])
        #expect(diagnosis.reschedules.map(\.to) == ["node2", nil])
        // Where nobody says it nova may be told to try more often than three times.
        let end = account == "silence" ? "no further host was tried" : "no host was left"
        #expect(boot.verdict == "\(end) after 3 attempts, rescheduled from node1, node2: no memory")
    }

    @Test func `a build that the compute gave up is aborted, on that host and during that task`() throws {
        var script = TraceScript()
        script.bootUntilCompute()
        script.build(until: "spawning")
        script.notify("compute.instance.create.error", priority: "ERROR", instances: [TraceScript.instance])
        #expect(try boot(script).operation.outcome == .running)
        let report = script.report("Build of instance \(TraceScript.instance) aborted: Disk full.")
        #expect(try boot(script).operation.outcome == .running)
        script.save(.some("error"), .none)
        let (boot, diagnosis) = try boot(script)
        #expect(boot.outcome == .failed)
        #expect(diagnosis.cause == .buildAborted)
        #expect(diagnosis.service == "nova-compute")
        #expect(diagnosis.host == "node1")
        #expect(diagnosis.step == "spawning")
        #expect(boot.verdict == "build aborted on node1 during spawning: Disk full")
        #expect(
            diagnosis.evidence.contains {
                $0.message == report && $0.text == "nova-compute@node1 reported in InstanceFault.create: Disk full"
            })
    }

    @Test func `a fault of a host that was left is why it was, and no failure of the boot`() throws {
        var script = TraceScript()
        script.bootUntilCompute()
        script.build(until: "spawning")
        script.report("Disk full.")
        script.save(.some("building"), .some("scheduling"))
        script.sendBack(attempts: 1, hosts: ["node1"])
        script.cast(
            "build_and_run_instance", TraceScript.conductor, TraceScript.otherCompute, key: "compute.node2",
            instances: [TraceScript.instance])
        script.build(until: "spawning", by: TraceScript.otherCompute)
        script.save(.some("active"), .none, by: TraceScript.otherCompute)
        for moment in script.moments {
            #expect(moment.judgedOperations().allSatisfy { $0.outcome != .failed })
        }
        let (boot, diagnosis) = try boot(script)
        #expect(diagnosis.cause == .completed)
        #expect(diagnosis.reschedules.map(\.reason) == ["Disk full."])
        #expect(boot.verdict.hasSuffix("rescheduled from node1: Disk full"))
    }

    @Test func `an operation whose service reports a fault failed, whatever state it left`() throws {
        var script = TraceScript()
        script.cast(
            "reboot_instance", TraceScript.api, TraceScript.compute, key: "compute.node1",
            instances: [TraceScript.instance])
        script.save(.some("active"), .some("reboot_started"))
        let report = script.report("Domain is locked.")
        script.save(.some("active"), .none)
        let (reboot, diagnosis) = try boot(script)
        #expect(reboot.outcome == .failed)
        #expect(diagnosis.cause == .remoteError)
        #expect(diagnosis.message == report)
        #expect(diagnosis.host == "node1")
        #expect(reboot.verdict == "nova-compute@node1 reported a fault: Domain is locked")
    }

    @Test func `an abort after the time for the plugged port says that the port is why`() throws {
        var script = TraceScript()
        script.bootUntilCompute()
        script.build(until: "spawning")
        script.wait(.seconds(300))
        script.save(.some("error"), .none)
        let (boot, diagnosis) = try boot(script)
        #expect(diagnosis.cause == .buildAborted)
        #expect(diagnosis.awaited == "network-vif-plugged")
        #expect(boot.verdict.contains("network-vif-plugged did not come in 300."))
    }

    @Test func `a save in the wrong state is a rejected transition, with what was expected`() throws {
        var script = TraceScript()
        script.bootUntilCompute()
        script.build(until: "block_device_mapping")
        script.save(
            .some("building"), .some("spawning"), outcome: .error,
            error: failure("UnexpectedDeletingTaskStateError", "Conflict updating instance."),
            expecting: ["block_device_mapping"])
        let (boot, diagnosis) = try boot(script)
        #expect(boot.outcome == .failed)
        #expect(diagnosis.cause == .rejectedTransition)
        #expect(diagnosis.step == "block device mapping")
        #expect(boot.states.last?.confirmation == .rejected)
        #expect(
            boot.verdict
                == "the change to spawning was refused: UnexpectedDeletingTaskStateError from Instance.save: "
                + "Conflict updating instance")
        #expect(diagnosis.evidence.contains { $0.text.contains("holds for task state block_device_mapping only") })
        script.save(.some("error"), .none)
        #expect(try self.boot(script).diagnosis.cause == .rejectedTransition)
    }

    @Test func `a message that the broker gave back is named`() throws {
        var script = TraceScript()
        let cast = script.cast(
            "schedule_and_build_instances", TraceScript.api, nil, key: "conductor", instances: [TraceScript.instance])
        script.trace.messages[cast].amqp?.returned = Returned(code: 312, text: "NO_ROUTE")
        let (boot, diagnosis) = try boot(script)
        #expect(boot.outcome == .failed)
        #expect(diagnosis.cause == .returned)
        #expect(diagnosis.evidence.contains { $0.text == "the broker returned it: 312 NO_ROUTE" })
    }

    @Test func `an error state of another operation is its failure`() throws {
        var script = TraceScript()
        script.cast(
            "stop_instance", TraceScript.api, TraceScript.compute, key: "compute.node1",
            instances: [TraceScript.instance])
        script.save(.some("error"), .none)
        let (stop, diagnosis) = try boot(script)
        #expect(stop.outcome == .failed)
        #expect(diagnosis.cause == .errorState)
        #expect(diagnosis.host == "node1")
    }
}
