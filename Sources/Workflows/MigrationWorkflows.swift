extension Workflow {
    /// Resize and cold migration, up to `VERIFY_RESIZE` (nova `conductor/tasks/migrate.py`, `compute/manager.py`).
    static let resize = Workflow(
        "resize",
        triggers: [Pattern(["migrate_server"], topic: "conductor"), Pattern(["prep_resize"], topic: "compute")],
        signs: [Pattern(["resize_instance", "finish_resize"], topic: "compute")],
        steps: [
            Step("request taken", .request(Pattern(["migrate_server"])), isOptional: true),
            Step("host selected", .request(Pattern(["select_destinations"])), isOptional: true),
            Step("destination prepares", .request(Pattern(["prep_resize"], topic: "compute"))),
            Step("source migrates", .request(Pattern(["resize_instance"], topic: "compute"))),
            Step("destination finishes", .request(Pattern(["finish_resize"], topic: "compute"))),
            Step("resized", .vmState("resized")),
        ],
        goal: "resized")

    /// Live migration (nova `conductor/tasks/live_migrate.py`, `compute/manager.py`).
    static let liveMigration = Workflow(
        "live-migrate",
        triggers: [Pattern(["live_migrate_instance"], topic: "conductor")],
        signs: [Pattern(["live_migration", "pre_live_migration"], topic: "compute")],
        steps: [
            Step("request taken", .request(Pattern(["live_migrate_instance"])), isOptional: true),
            Step("host selected", .request(Pattern(["select_destinations"])), isOptional: true),
            Step(
                "destination checked", .request(Pattern(["check_can_live_migrate_destination"], topic: "compute"))),
            Step("source migrates", .request(Pattern(["live_migration"], topic: "compute"))),
            Step("destination prepared", .request(Pattern(["pre_live_migration"], topic: "compute"))),
            Step(
                "destination took over",
                .request(Pattern(["post_live_migration_at_destination"], topic: "compute"))),
        ],
        goal: "migrated", preposition: "to")
}
