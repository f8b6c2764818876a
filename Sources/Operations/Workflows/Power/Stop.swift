extension Workflow {
    /// `openstack server stop` (nova `compute/manager.py`, `stop_instance`).
    static let stop = Workflow(
        "stop",
        triggers: [Pattern("stop_instance", topic: "compute")],
        steps: [
            .compute(takes: "stop_instance"),
            Step("stopped", .compute, to: .conductor, .vmState(["stopped"])),
        ])
}
