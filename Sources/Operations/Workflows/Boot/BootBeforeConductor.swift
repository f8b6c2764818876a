extension Workflow {
    /// `openstack server create`, Diablo to Grizzly: the API casts to the scheduler, which casts to the compute
    /// (nova 2012.1 `compute/api.py`, `scheduler/driver.py`, `cast_to_compute_host`).
    ///
    /// Up to Folsom the compute writes its states into the database itself, so that only notifications tell them.
    static let bootBeforeConductor = Workflow(
        "boot",
        triggers: [Pattern("run_instance", topic: "scheduler")],
        signs: [Pattern("run_instance", topic: "compute")],
        retry: Pattern("run_instance", topic: "scheduler"),
        steps: [
            Step("request taken", .api, to: .scheduler, .request(Pattern("run_instance", topic: "scheduler"))),
            Step(
                "compute took the build", .scheduler, to: .compute,
                .request(Pattern("run_instance", topic: "compute")), [.eachHost]),
        ] + Step.build)
}
