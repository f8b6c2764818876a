extension Workflow {
    /// One cast to the instance's compute, which then saves the state (nova `compute/rpcapi.py`, `compute/manager.py`).
    static let powerOperations: [Workflow] = [
        simple("stop", "stop_instance", ends: "stopped"),
        simple("start", "start_instance", ends: "active"),
        simple("reboot", "reboot_instance", ends: "active"),
        simple("pause", "pause_instance", ends: "paused"),
        simple("unpause", "unpause_instance", ends: "active"),
        simple("suspend", "suspend_instance", ends: "suspended"),
        simple("resume", "resume_instance", ends: "active"),
        simple("rescue", "rescue_instance", ends: "rescued"),
        simple("unrescue", "unrescue_instance", ends: "active"),
        simple("restore", "restore_instance", ends: "active"),
        simple("confirm-resize", "confirm_resize", ends: "active"),
        simple("revert-resize", "revert_resize", signs: ["finish_revert_resize"], ends: "active"),
    ]

    /// Operations that read or write images.
    static let imageOperations: [Workflow] = [
        simple("snapshot", "snapshot_instance", ends: nil),
        simple("backup", "backup_instance", ends: nil),
        simple("shelve", "shelve_instance", signs: ["shelve_offload_instance"], ends: nil),
        Workflow(
            "unshelve", triggers: [Pattern(["unshelve_instance"])],
            steps: [Step("compute took the request", .request(Pattern(["unshelve_instance"], topic: "compute")))],
            goal: "active"),
        Workflow(
            "rebuild", triggers: [Pattern(["rebuild_instance"])],
            steps: [Step("compute took the request", .request(Pattern(["rebuild_instance"], topic: "compute")))],
            goal: "rebuilt"),
    ]

    /// Volumes and interfaces of a server, consoles.
    static let attachments: [Workflow] = [
        Workflow(
            "attach-volume", triggers: [Pattern(["attach_volume", "reserve_block_device_name"])],
            steps: [Step("compute took the request", .request(Pattern(["attach_volume"], topic: "compute")))],
            goal: "attached"),
        simple("detach-volume", "detach_volume", ends: nil),
        simple("attach-interface", "attach_interface", ends: nil),
        simple("detach-interface", "detach_interface", ends: nil),
        Workflow(
            "console",
            triggers: [
                Pattern(
                    [
                        "get_vnc_console", "get_spice_console", "get_serial_console", "get_mks_console",
                        "get_console_output",
                    ], topic: "compute")
            ]),
    ]

    private static func simple(
        _ kind: String, _ method: String, signs: Set<String> = [], ends state: String?
    ) -> Workflow {
        var steps = [Step("compute took the request", .request(Pattern([method], topic: "compute")))]
        if let state { steps.append(Step(state, .vmState(state), isOptional: true)) }
        return Workflow(
            kind, triggers: [Pattern([method], topic: "compute")], signs: signs.isEmpty ? [] : [Pattern(signs)],
            steps: steps, goal: "\(state ?? "done")")
    }
}
