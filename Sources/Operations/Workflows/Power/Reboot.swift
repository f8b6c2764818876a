extension Workflow {
    /// `openstack server reboot`, soft and hard (nova `compute/manager.py`, `reboot_instance`).
    static let reboot = Workflow(
        "reboot",
        triggers: [Pattern("reboot_instance", topic: "compute")],
        steps: [
            .compute(takes: "reboot_instance"),
            Step(
                "reboot pending", .compute, to: .conductor, .taskState(["reboot_pending", "reboot_pending_hard"]),
                [.optional]),
            Step(
                "reboot started", .compute, to: .conductor, .taskState(["reboot_started", "reboot_started_hard"]),
                [.optional]),
            Step("active", .compute, to: .conductor, .vmState(["active"])),
        ])
}
