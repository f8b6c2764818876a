extension Workflow {
    /// `openstack server rescue` (nova `compute/manager.py`, `rescue_instance`).
    static let rescue = Workflow(
        "rescue",
        triggers: [Pattern("rescue_instance", topic: "compute")],
        steps: [
            .compute(takes: "rescue_instance"),
            Step("rescued", .compute, to: .conductor, .vmState(["rescued"])),
        ])

    /// `openstack server unrescue` (nova `compute/manager.py`, `unrescue_instance`).
    static let unrescue = Workflow(
        "unrescue",
        triggers: [Pattern("unrescue_instance", topic: "compute")],
        steps: [
            .compute(takes: "unrescue_instance"),
            Step("active", .compute, to: .conductor, .vmState(["active"])),
        ])
}
