extension Workflow {
    /// `openstack server pause` (nova `compute/manager.py`, `pause_instance`).
    static let pause = Workflow(
        "pause",
        triggers: [Pattern("pause_instance", topic: "compute")],
        steps: [
            .compute(takes: "pause_instance"),
            Step("paused", .compute, to: .conductor, .vmState(["paused"])),
        ])

    /// `openstack server unpause` (nova `compute/manager.py`, `unpause_instance`).
    static let unpause = Workflow(
        "unpause",
        triggers: [Pattern("unpause_instance", topic: "compute")],
        steps: [
            .compute(takes: "unpause_instance"),
            Step("active", .compute, to: .conductor, .vmState(["active"])),
        ])
}
