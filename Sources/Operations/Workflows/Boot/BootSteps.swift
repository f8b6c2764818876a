extension Workflow.Step {
    /// What the compute does in a boot since it saves its states over the bus (Grizzly): nova `compute/manager.py`,
    /// `_build_and_run_instance`, before Juno `_build_instance`.
    ///
    /// Neutron tells that a port is plugged while the hypervisor already builds; not every server has a port.
    static let build: [Workflow.Step] = [
        Workflow.Step("networking", .compute, to: .conductor, .taskState(["networking"]), [.eachHost]),
        Workflow.Step(
            "block device mapping", .compute, to: .conductor, .taskState(["block_device_mapping"]), [.eachHost]),
        Workflow.Step("spawning", .compute, to: .conductor, .taskState(["spawning"]), [.eachHost]),
        Workflow.Step(
            "network plugged", .api, to: .compute, .event("network-vif-plugged"), [.optional, .parallel, .eachHost]),
        Workflow.Step("active", .compute, to: .conductor, .vmState(["active"]), [.eachHost]),
    ]
}
