extension Workflow {
    /// `openstack server rebuild` (nova `conductor/manager.py` and `compute/manager.py`, `rebuild_instance`).
    static let rebuild = Workflow(
        "rebuild", triggers: [Pattern("rebuild_instance")], steps: Step.rebuild)

    /// `openstack server evacuate`: a rebuild on another host, told by its argument or, where that was not seen, by the
    /// migration that only it has.
    static let evacuate = Workflow(
        "evacuate", triggers: [Pattern("rebuild_instance")],
        marks: [Pattern("rebuild_instance").ofEvacuation, Pattern("Migration.save")], steps: Step.rebuild)
}

extension Workflow.Step {
    /// The conductor asks the scheduler where the image is new, or the host.
    fileprivate static let rebuild: [Workflow.Step] = [
        Workflow.Step(
            "request taken", .api, to: .conductor, .request(Workflow.Pattern("rebuild_instance", topic: "conductor")),
            [.optional]),
        Workflow.Step(
            "host selected", .conductor, to: .scheduler, .request(Workflow.Pattern("select_destinations")),
            [.optional]),
        Workflow.Step(
            "compute took the request", .conductor, to: .compute,
            .request(Workflow.Pattern("rebuild_instance", topic: "compute"))),
        Workflow.Step("rebuilding", .compute, to: .conductor, .taskState(["rebuilding"]), [.optional]),
        Workflow.Step(
            "block device mapping", .compute, to: .conductor, .taskState(["rebuild_block_device_mapping"]),
            [.optional]),
        Workflow.Step("spawning", .compute, to: .conductor, .taskState(["rebuild_spawning"]), [.optional]),
        Workflow.Step(
            "network plugged", .api, to: .compute, .event("network-vif-plugged"), [.optional, .parallel]),
        Workflow.Step("active", .compute, to: .conductor, .vmState(["active", "stopped"])),
    ]
}
