extension Workflow {
    /// Live migration; before API version 2.34 it is asked for with `migrate_server`, as a resize is (nova
    /// `conductor/tasks/live_migrate.py`; `compute/manager.py`).
    ///
    /// The checks are calls that any host may refuse: the scheduler is asked for another then.
    static let liveMigration = Workflow(
        "live-migrate",
        triggers: [Pattern("live_migrate_instance", "migrate_server", topic: "conductor")],
        marks: [
            Pattern("live_migrate_instance"),
            Pattern("check_can_live_migrate_destination", "check_can_live_migrate_source", topic: "compute"),
            Pattern("live_migration", "pre_live_migration", topic: "compute"),
        ],
        signs: [
            Pattern(
                "live_migration", "pre_live_migration", "post_live_migration_at_destination",
                "check_can_live_migrate_destination", topic: "compute")
        ],
        retry: Pattern("select_destinations", topic: "scheduler"),
        rollback: Pattern(
            "rollback_live_migration_at_destination", "drop_move_claim_at_destination", topic: "compute"),
        steps: [
            Step(
                "request taken", .api, to: .conductor, .request(Pattern("live_migrate_instance", "migrate_server")),
                [.optional]),
            Step("host selected", .conductor, to: .scheduler, .request(Pattern("select_destinations")), [.optional]),
            Step(
                "destination checked", .conductor, to: .destination,
                .request(Pattern("check_can_live_migrate_destination", topic: "compute")), [.eachHost]),
            Step(
                "source checked", .destination, to: .source,
                .request(Pattern("check_can_live_migrate_source", topic: "compute")),
                [.optional, .parallel, .eachHost]),
            Step("source migrates", .conductor, to: .source, .request(Pattern("live_migration", topic: "compute"))),
            Step(
                "destination prepared", .source, to: .destination,
                .request(Pattern("pre_live_migration", topic: "compute"))),
            Step(
                "destination took over", .source, to: .destination,
                .request(Pattern("post_live_migration_at_destination", topic: "compute"))),
        ],
        goal: "migrated", preposition: "to")
}
