extension Workflow {
    /// `openstack server start` (nova `compute/manager.py`, `start_instance`).
    static let start = Workflow(
        "start",
        triggers: [Pattern("start_instance", topic: "compute")],
        steps: [
            .compute(takes: "start_instance"),
            Step("active", .compute, to: .conductor, .vmState(["active"])),
        ])
}
