import Testing
import Trace

@Suite struct `The verdicts on recordings are the true ones` {
    private func boot(_ name: String) throws -> Operation {
        let boots = try Recording(name: name).trace().operations.filter { $0.kind == .boot }
        #expect(boots.count == 1)
        return try #require(boots.first)
    }

    @Test(arguments: [("boot-ok", "compute1"), ("boot-midstream", "compute2")])
    func `a boot that went well is completed on its host`(name: String, host: String) throws {
        let boot = try boot(name)
        let diagnosis = try #require(boot.diagnosis)
        #expect(boot.outcome == .completed)
        #expect(diagnosis.cause == .completed)
        #expect(diagnosis.step == "active")
        #expect(diagnosis.service == "nova-compute")
        #expect(diagnosis.host == host)
        #expect(boot.verdict.hasPrefix("active on \(host) after "))
        #expect(boot.steps.allSatisfy { $0.status == .done })
        #expect(!diagnosis.evidence.contains { $0.isMissing })
    }

    @Test(arguments: ["boot-ok", "boot-midstream", "boot-conductor-down"])
    func `that the agent of the host plugged the port is part of its boot, before neutron told nova`(
        name: String
    ) throws {
        let trace = try Recording(name: name).trace()
        let boot = try #require(trace.operations.first { $0.kind == .boot })
        let messages = boot.messages.map { trace.messages[$0] }
        let reports = messages.filter { $0.facts?.upPortIDs.isEmpty == false }
        #expect(reports.count == 1)
        let report = try #require(reports.first)
        let agent = trace.participants[try #require(report.from)]
        #expect(agent.label == "neutron-openvswitch-agent@\(boot.diagnosis?.host ?? "?")")
        #expect(!report.isBackground && report.operation == boot.id)
        let event = try #require(messages.first { $0.events.map(\.name) == ["network-vif-plugged"] })
        #expect(event.facts?.portIDs == report.facts?.upPortIDs)
        let (plugged, told) = (try #require(report.at), try #require(event.at))
        #expect(plugged < told)
    }

    @Test func `no valid host is the scheduler's word`() throws {
        let boot = try boot("boot-novalidhost")
        let diagnosis = try #require(boot.diagnosis)
        #expect(boot.outcome == .failed)
        #expect(diagnosis.cause == .noValidHost)
        #expect(diagnosis.step == "request taken")
        #expect(diagnosis.service == "nova-scheduler")
        #expect(boot.verdict == "NoValidHost from select_destinations: No valid host was found")
        #expect(
            diagnosis.evidence.contains { $0.isMissing && $0.text == "no build_and_run_instance was seen after it" })
    }

    @Test func `a conductor that was down for a while shows as the time in which nobody took the cast`() throws {
        let boot = try boot("boot-conductor-down")
        let diagnosis = try #require(boot.diagnosis)
        #expect(diagnosis.cause == .completed)
        #expect(diagnosis.host == "compute1")
        #expect(
            boot.verdict
                == "active on compute1 after 28.6 s, 24.6 s of it until schedule_and_build_instances was taken")
        #expect(
            diagnosis.evidence.contains {
                $0.text == "nobody took schedule_and_build_instances from conductor for 24.6 s, then nova-conductor did"
            })
    }

    @Test func `everything that was done to a server is completed, in the order in which it was done`() throws {
        let operations = try Recording(name: "lifecycle").trace().operations
        #expect(
            operations.map(\.kind.rawValue) == [
                "stop", "start", "reboot", "reboot", "pause", "unpause", "resize", "confirm-resize", "resize",
                "revert-resize", "live-migrate", "snapshot", "delete",
            ])
        for operation in operations {
            #expect(operation.diagnosis?.cause == .completed, "\(operation.kind.rawValue): \(operation.verdict)")
            #expect(operation.diagnosis?.step == operation.steps.last?.name)
        }
        #expect(
            operations.map(\.diagnosis?.host) == [
                "compute2", "compute2", "compute2", "compute2", "compute2", "compute2", "compute1", "compute1",
                "compute2", "compute1", "compute2", "compute2", "compute2",
            ])
    }

    @Test func `the states of a boot are told with the time spent in each`() throws {
        let states = try boot("boot-ok").states
        #expect(
            states.map { $0.change.taskState.value }
                == ["scheduling", nil, "networking", "block_device_mapping", "spawning", nil])
        #expect(states.map { $0.change.vmState.value }.last == "active")
        let spawning = try #require(states.first { $0.change.taskState.value == "spawning" }?.duration)
        #expect(abs(spawning.seconds - 6.283) < 0.01)
        #expect(states.last?.duration == nil)
    }
}
