extension Workflow {
    /// `openstack server delete` (nova `compute/manager.py`, `terminate_instance`).
    static let delete = Workflow(
        "delete",
        triggers: [Pattern(["terminate_instance", "soft_delete_instance"], topic: "compute")],
        steps: [
            Step(
                "compute took the request",
                .request(Pattern(["terminate_instance", "soft_delete_instance"], topic: "compute"))),
            Step("instance destroyed", .request(Pattern(["Instance.destroy"])), isOptional: true),
        ],
        goal: "deleted")
}
