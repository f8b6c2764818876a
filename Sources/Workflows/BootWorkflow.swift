extension Workflow {
    /// `openstack server create`, all eras: the API casts to the conductor (Havana on) or the scheduler, which finds a
    /// host (Juno on: a call); the compute builds and saves its states (nova `conductor/manager.py`,
    /// `schedule_and_build_instances`; `compute/manager.py`, `build_and_run_instance`).
    static let boot = Workflow(
        "boot",
        triggers: [
            Pattern(["schedule_and_build_instances"]),
            Pattern(["build_instances"], topic: "conductor"),
            Pattern(["run_instance"], topic: "scheduler"),
        ],
        signs: [Pattern(["build_and_run_instance", "run_instance"], topic: "compute")],
        signState: "building",
        steps: [
            Step(
                "request taken",
                .request(Pattern(["schedule_and_build_instances", "build_instances", "run_instance"]))),
            Step("host selected", .request(Pattern(["select_destinations"])), isOptional: true),
            Step(
                "compute took the build",
                .request(Pattern(["build_and_run_instance", "run_instance"], topic: "compute"))),
            Step("networking", .taskState("networking")),
            Step("block device mapping", .taskState("block_device_mapping")),
            Step("spawning", .taskState("spawning")),
            Step("active", .vmState("active")),
        ],
        goal: "active")
}
