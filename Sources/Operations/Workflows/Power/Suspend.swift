extension Workflow {
    /// `openstack server suspend` (nova `compute/manager.py`, `suspend_instance`).
    static let suspend = Workflow(
        "suspend",
        triggers: [Pattern("suspend_instance", topic: "compute")],
        steps: [
            .compute(takes: "suspend_instance"),
            Step("suspended", .compute, to: .conductor, .vmState(["suspended"])),
        ])

    /// `openstack server resume` (nova `compute/manager.py`, `resume_instance`).
    static let resume = Workflow(
        "resume",
        triggers: [Pattern("resume_instance", topic: "compute")],
        steps: [
            .compute(takes: "resume_instance"),
            Step("active", .compute, to: .conductor, .vmState(["active"])),
        ])
}
