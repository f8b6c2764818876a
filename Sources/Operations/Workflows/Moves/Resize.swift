extension Workflow {
    /// Resize and cold migration, which are the same on the bus, up to `VERIFY_RESIZE` (nova `conductor/tasks/migrate.py`;
    /// `compute/manager.py`, `prep_resize`, `resize_instance`, `finish_resize`).
    ///
    /// A destination that cannot take the instance sends it back with `migrate_server`.
    static let resize = Workflow(
        "resize",
        triggers: [Pattern("migrate_server", topic: "conductor"), Pattern("prep_resize", topic: "compute")],
        signs: [Pattern("resize_instance", "finish_resize", topic: "compute")],
        retry: Pattern("migrate_server", topic: "conductor"),
        steps: [
            Step("request taken", .api, to: .conductor, .request(Pattern("migrate_server")), [.optional]),
            Step("host selected", .conductor, to: .scheduler, .request(Pattern("select_destinations")), [.optional]),
            Step(
                "destination prepares", .conductor, to: .destination,
                .request(Pattern("prep_resize", topic: "compute")), [.eachHost]),
            Step(
                "source migrates", .destination, to: .source, .request(Pattern("resize_instance", topic: "compute")),
                [.eachHost]),
            Step("migrating", .source, to: .conductor, .taskState(["resize_migrating"]), [.optional, .eachHost]),
            Step("migrated", .source, to: .conductor, .taskState(["resize_migrated"]), [.optional, .eachHost]),
            Step(
                "destination finishes", .source, to: .destination,
                .request(Pattern("finish_resize", topic: "compute")), [.eachHost]),
            Step("finishing", .destination, to: .conductor, .taskState(["resize_finish"]), [.optional, .eachHost]),
            Step("resized", .destination, to: .conductor, .vmState(["resized"]), [.eachHost]),
        ])

    /// `openstack server resize confirm`: the source gives up what it kept (nova `compute/manager.py`, `confirm_resize`).
    static let confirmResize = Workflow(
        "confirm-resize",
        triggers: [Pattern("confirm_resize", topic: "compute")],
        steps: [
            Step(
                "source took the request", .api, to: .source, .request(Pattern("confirm_resize", topic: "compute"))),
            Step("active", .source, to: .conductor, .vmState(["active", "stopped"])),
        ])

    /// `openstack server resize revert`: the destination gives it back to the source (nova `compute/manager.py`,
    /// `revert_resize`, `finish_revert_resize`).
    static let revertResize = Workflow(
        "revert-resize",
        triggers: [Pattern("revert_resize", topic: "compute")],
        signs: [Pattern("finish_revert_resize", topic: "compute")],
        steps: [
            Step(
                "destination took the request", .api, to: .destination,
                .request(Pattern("revert_resize", topic: "compute"))),
            Step(
                "source takes it back", .destination, to: .source,
                .request(Pattern("finish_revert_resize", topic: "compute"))),
            Step("active", .source, to: .conductor, .vmState(["active", "stopped"])),
        ])
}
