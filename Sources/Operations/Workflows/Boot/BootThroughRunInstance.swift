extension Workflow {
    /// `openstack server create`, Havana and Icehouse: the conductor casts to the scheduler, which casts to the compute
    /// (nova 2013.2 and 2014.1 `conductor/manager.py`, `build_instances`; `scheduler/filter_scheduler.py`).
    static let bootThroughRunInstance = Workflow(
        "boot",
        triggers: [Pattern("build_instances", topic: "conductor")],
        marks: [Pattern("run_instance", topic: "scheduler"), Pattern("run_instance", topic: "compute")],
        retry: Pattern("run_instance", topic: "scheduler"),
        steps: [
            Step("request taken", .api, to: .conductor, .request(Pattern("build_instances"))),
            Step(
                "scheduler took the request", .conductor, to: .scheduler,
                .request(Pattern("run_instance", topic: "scheduler"))),
            Step(
                "compute took the build", .scheduler, to: .compute,
                .request(Pattern("run_instance", topic: "compute")), [.eachHost]),
        ] + Step.build)
}
