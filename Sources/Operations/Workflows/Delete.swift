extension Workflow {
    /// `openstack server delete` (nova `compute/manager.py`, `terminate_instance`).
    static let delete = Workflow(
        "delete",
        triggers: [Pattern("terminate_instance", topic: "compute")],
        signs: [Pattern("Instance.destroy", "instance_destroy")],
        steps: [
            .compute(takes: "terminate_instance"),
            Step("deleted", .compute, to: .conductor, .vmState(["deleted"]), [.optional]),
            Step(
                "instance destroyed", .compute, to: .conductor,
                .request(Pattern("Instance.destroy", "instance_destroy"))),
        ],
        goal: "deleted")

    /// Deletion that can be taken back (nova `reclaim_instance_interval`; `soft_delete_instance`).
    static let softDelete = Workflow(
        "soft-delete",
        triggers: [Pattern("soft_delete_instance", topic: "compute")],
        steps: [
            .compute(takes: "soft_delete_instance"),
            Step("soft-deleted", .compute, to: .conductor, .vmState(["soft-delete"])),
        ])

    /// `openstack server restore`, of what was deleted softly (`restore_instance`).
    static let restore = Workflow(
        "restore",
        triggers: [Pattern("restore_instance", topic: "compute")],
        steps: [
            .compute(takes: "restore_instance"),
            Step("active", .compute, to: .conductor, .vmState(["active"])),
        ])
}

extension Workflow.Step {
    /// The first step of all that is asked of the instance's compute at once (nova `compute/rpcapi.py`).
    static func compute(takes method: String) -> Workflow.Step {
        Workflow.Step(
            "compute took the request", .api, to: .compute, .request(Workflow.Pattern(method, topic: "compute")))
    }
}
