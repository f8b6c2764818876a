import TestSupport
import Testing
import Trace

@testable import Operations

/// A value: what a newcomer to nova would see on the bus for one kind of operation, from its first message to its last.
struct Play: Sendable, CustomTestStringConvertible {
    let kind: String
    let verdict: String
    let messages: @Sendable (inout TraceScript) -> Void

    var testDescription: String { kind }

    init(_ kind: String, _ verdict: String, _ messages: @escaping @Sendable (inout TraceScript) -> Void) {
        self.kind = kind
        self.verdict = verdict
        self.messages = messages
    }
}

extension TraceScript {
    fileprivate mutating func ask(_ method: String, of target: ParticipantID, by actor: ParticipantID = api) {
        let keys = ["", "conductor", "scheduler", "compute.node1", "compute.node2"]
        cast(method, actor, target, key: keys[target.index], instances: [Self.instance])
    }

    fileprivate mutating func asked(_ method: String, of target: ParticipantID, by actor: ParticipantID) {
        let keys = ["", "conductor", "scheduler", "compute.node1", "compute.node2"]
        call(method, actor, target, key: keys[target.index], instances: [Self.instance])
    }

    fileprivate mutating func selectHost() { asked("select_destinations", of: Self.scheduler, by: Self.conductor) }
}

@Suite struct `Known workflows` {
    private static let (api, conductor, compute, other) = (
        TraceScript.api, TraceScript.conductor, TraceScript.compute, TraceScript.otherCompute
    )

    static let plays: [Play] = [
        Play("boot", "active on node1 after") { script in
            script.ask("build_instances", of: conductor)
            script.selectHost()
            script.ask("build_and_run_instance", of: compute, by: conductor)
            script.build(until: "spawning")
            script.event("network-vif-plugged")
            script.save(.some("active"), .none)
        },
        Play("boot", "active on node1 after") { script in
            script.ask("build_instances", of: conductor)
            script.ask("run_instance", of: TraceScript.scheduler, by: conductor)
            script.ask("run_instance", of: compute, by: TraceScript.scheduler)
            script.build(until: "spawning")
            script.save(.some("active"), .none)
        },
        Play("delete", "deleted on node1 after") { script in
            script.ask("terminate_instance", of: compute)
            script.save(.some("deleted"), .none)
            script.asked("Instance.destroy", of: conductor, by: compute)
        },
        Play("soft-delete", "soft-delete on node1 after") { script in
            script.ask("soft_delete_instance", of: compute)
            script.save(.some("soft-delete"), .none)
        },
        power("stop", "stop_instance", "stopped"),
        power("start", "start_instance", "active"),
        power("pause", "pause_instance", "paused"),
        power("unpause", "unpause_instance", "active"),
        power("suspend", "suspend_instance", "suspended"),
        power("resume", "resume_instance", "active"),
        power("rescue", "rescue_instance", "rescued"),
        power("unrescue", "unrescue_instance", "active"),
        Play("reboot", "active on node1 after") { script in
            script.ask("reboot_instance", of: compute)
            script.save(.some("active"), .some("reboot_pending_hard"))
            script.save(.some("active"), .some("reboot_started_hard"))
            script.save(.some("active"), .none)
        },
        Play("resize", "resized on node2 after") { script in
            script.ask("migrate_server", of: conductor)
            script.selectHost()
            script.ask("prep_resize", of: other, by: conductor)
            script.ask("resize_instance", of: compute, by: other)
            script.save(.some("active"), .some("resize_migrating"))
            script.save(.some("active"), .some("resize_migrated"))
            script.ask("finish_resize", of: other, by: compute)
            script.save(.some("active"), .some("resize_finish"), by: other)
            script.save(.some("resized"), .none, by: other)
        },
        Play("confirm-resize", "stopped on node1 after") { script in
            script.ask("confirm_resize", of: compute)
            script.save(.some("stopped"), .none)
        },
        Play("revert-resize", "active on node1 after") { script in
            script.ask("revert_resize", of: other)
            script.ask("finish_revert_resize", of: compute, by: other)
            script.save(.some("active"), .none)
        },
        Play("live-migrate", "migrated to node2 after") { script in
            script.ask("migrate_server", of: conductor)
            script.selectHost()
            script.asked("check_can_live_migrate_destination", of: other, by: conductor)
            script.ask("live_migration", of: compute, by: conductor)
            script.asked("pre_live_migration", of: other, by: compute)
            script.asked("post_live_migration_at_destination", of: other, by: compute)
        },
        Play("rebuild", "active on node1 after") { script in
            script.ask("rebuild_instance", of: conductor)
            script.ask("rebuild_instance", of: compute, by: conductor)
            script.save(.some("active"), .some("rebuilding"))
            script.save(.some("active"), .some("rebuild_spawning"))
            script.save(.some("active"), .none)
        },
        Play("evacuate", "active on node2 after") { script in
            script.ask("rebuild_instance", of: conductor)
            script.selectHost()
            script.ask("rebuild_instance", of: other, by: conductor)
            script.asked("Migration.save", of: conductor, by: other)
            script.save(.some("active"), .some("rebuild_spawning"), by: other)
            script.save(.some("active"), .none, by: other)
        },
        Play("snapshot", "done on node1 after") { script in
            script.ask("snapshot_instance", of: compute)
            script.save(.some("active"), .some("image_snapshot"))
            script.save(.some("active"), .some("image_uploading"))
            script.save(.some("active"), .none)
        },
        Play("backup", "done on node1 after") { script in
            script.ask("backup_instance", of: compute)
            script.save(.some("active"), .some("image_backup"))
            script.save(.some("active"), .some("image_pending_upload"))
            script.save(.some("active"), .none)
        },
        Play("shelve", "shelved_offloaded on node1 after") { script in
            script.ask("shelve_instance", of: compute)
            script.save(.some("active"), .some("shelving_image_uploading"))
            script.save(.some("shelved"), .some("shelving_offloading"))
            script.save(.some("shelved_offloaded"), .none)
        },
        Play("unshelve", "active on node2 after") { script in
            script.ask("unshelve_instance", of: conductor)
            script.selectHost()
            script.ask("unshelve_instance", of: other, by: conductor)
            script.save(.some("shelved_offloaded"), .some("spawning"), by: other)
            script.save(.some("active"), .none, by: other)
        },
        Play("attach-volume", "attached on node1 after") { script in
            script.asked("reserve_block_device_name", of: compute, by: api)
            script.ask("attach_volume", of: compute)
            script.asked("BlockDeviceMapping.save", of: conductor, by: compute)
            script.asked("InstanceActionEvent.event_finish_with_failure", of: conductor, by: compute)
        },
        Play("detach-volume", "detached from node1 after") { script in
            script.ask("detach_volume", of: compute)
            script.asked("BlockDeviceMapping.destroy", of: conductor, by: compute)
        },
        Play("attach-interface", "attached on node1 after") { script in
            script.asked("attach_interface", of: compute, by: api)
        },
        Play("detach-interface", "detached from node1 after") { script in
            script.ask("detach_interface", of: compute)
            script.asked("InstanceInfoCache.save", of: conductor, by: compute)
        },
        Play("console", "answered by node1 after") { script in
            script.asked("get_vnc_console", of: compute, by: api)
        },
    ]

    private static func power(_ kind: String, _ method: String, _ state: String) -> Play {
        Play(kind, "\(state) on node1 after") { script in
            script.ask(method, of: compute)
            script.save(.some(state), .none)
        }
    }

    @Test(arguments: plays)
    func `are recognised, completed with their last message, and under way with every one before`(play: Play) throws {
        var script = TraceScript()
        play.messages(&script)
        #expect(script.operations.count == 1)
        let operation = try #require(script.operations.first)
        #expect(operation.kind.rawValue == play.kind)
        #expect(operation.outcome == .completed, "\(operation.verdict)")
        #expect(operation.verdict.hasPrefix(play.verdict), "\(operation.verdict)")
        #expect(operation.steps.allSatisfy { $0.status == .done || $0.status == .skipped })
        for moment in script.moments.dropLast() {
            let earlier = try #require(moment.judgedOperations().first)
            #expect(earlier.outcome == .running, "\(earlier.verdict)")
        }
    }

    @Test func `have names, goals and steps that are told apart`() {
        for workflow in Workflows.all {
            #expect(!workflow.triggers.isEmpty)
            #expect(Set(workflow.steps.map(\.name)).count == workflow.steps.count, "\(workflow.kind.rawValue)")
            #expect(workflow.steps.last?.isOptional == false, "\(workflow.kind.rawValue)")
        }
    }

    @Test func `of releases are told apart by what is on the wire`() {
        var havana = TraceScript()
        havana.ask("build_instances", of: Self.conductor)
        #expect(havana.operations[0].steps[1].name == "host selected")
        havana.ask("run_instance", of: TraceScript.scheduler, by: Self.conductor)
        #expect(havana.operations[0].steps[1].name == "scheduler took the request")
        #expect(havana.operations[0].steps[1].status == .done)
    }

    @Test func `a live migration tries another host before it fails`() throws {
        var script = TraceScript()
        script.ask("live_migrate_instance", of: Self.conductor)
        script.selectHost()
        script.call(
            "check_can_live_migrate_destination", Self.conductor, Self.other, key: "compute.node2",
            instances: [TraceScript.instance], outcome: .error,
            error: RemoteFailure(className: "MigrationPreCheckError", module: nil, message: "CPU does not match"))
        #expect(script.operations[0].outcome == .running)
        script.wait(.seconds(61))
        let diagnosis = try #require(script.operations[0].diagnosis)
        #expect(diagnosis.cause == .remoteError)
        #expect(diagnosis.host == "node2")
    }

    @Test func `a live migration that is rolled back has failed`() {
        var script = TraceScript()
        script.ask("live_migrate_instance", of: Self.conductor)
        script.asked("check_can_live_migrate_destination", of: Self.other, by: Self.conductor)
        script.ask("live_migration", of: Self.compute, by: Self.conductor)
        script.asked("pre_live_migration", of: Self.other, by: Self.compute)
        script.ask("rollback_live_migration_at_destination", of: Self.other, by: Self.compute)
        #expect(script.operations[0].outcome == .failed)
        #expect(script.operations[0].verdict == "rolled back: rollback_live_migration_at_destination")
    }

    @Test func `an attachment whose mapping was taken back has failed`() {
        var script = TraceScript()
        script.ask("attach_volume", of: Self.compute)
        script.asked("BlockDeviceMapping.destroy", of: Self.conductor, by: Self.compute)
        script.asked("InstanceActionEvent.event_finish_with_failure", of: Self.conductor, by: Self.compute)
        #expect(script.operations[0].outcome == .failed)
    }
}
