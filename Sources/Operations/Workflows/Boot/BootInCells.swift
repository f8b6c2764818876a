extension Workflow {
    /// `openstack server create` since Ocata, with cells v2: the conductor asks the scheduler, writes the instance into its
    /// cell and casts to the compute (nova `conductor/manager.py`, `schedule_and_build_instances`).
    ///
    /// A compute that cannot build it sends it back with `build_instances`; since Queens the next host comes from the
    /// list that the scheduler gave at first, before that the scheduler is asked again.
    static let bootInCells = Workflow(
        "boot",
        triggers: [Pattern("schedule_and_build_instances")],
        signs: [Pattern("build_and_run_instance", topic: "compute")],
        signState: "building",
        retry: Pattern("build_instances", topic: "conductor"),
        steps: [
            Step("request taken", .api, to: .conductor, .request(Pattern("schedule_and_build_instances"))),
            Step("host selected", .conductor, to: .scheduler, .request(Pattern("select_destinations")), [.optional]),
            Step(
                "compute took the build", .conductor, to: .compute,
                .request(Pattern("build_and_run_instance", topic: "compute")), [.eachHost]),
        ] + Step.build)
}
