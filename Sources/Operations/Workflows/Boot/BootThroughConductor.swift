extension Workflow {
    /// `openstack server create`, Juno to Newton: the conductor calls the scheduler and casts to the compute
    /// (nova 2014.2 `conductor/manager.py`, `build_instances`).
    static let bootThroughConductor = Workflow(
        "boot",
        triggers: [Pattern("build_instances", topic: "conductor")],
        retry: Pattern("build_instances", topic: "conductor"),
        steps: [
            Step("request taken", .api, to: .conductor, .request(Pattern("build_instances"))),
            Step("host selected", .conductor, to: .scheduler, .request(Pattern("select_destinations")), [.optional]),
            Step(
                "compute took the build", .conductor, to: .compute,
                .request(Pattern("build_and_run_instance", topic: "compute")), [.eachHost]),
        ] + Step.build)
}
