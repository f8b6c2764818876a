extension Workflow {
    /// `openstack server shelve`, and the offloading that follows it or is asked for alone (nova `compute/manager.py`,
    /// `shelve_instance`, `shelve_offload_instance`).
    static let shelve = Workflow(
        "shelve",
        triggers: [Pattern("shelve_instance", "shelve_offload_instance", topic: "compute")],
        steps: [
            Step(
                "compute took the request", .api, to: .compute,
                .request(Pattern("shelve_instance", "shelve_offload_instance", topic: "compute"))),
            Step(
                "upload pending", .compute, to: .conductor, .taskState(["shelving_image_pending_upload"]),
                [.optional]),
            Step("uploading", .compute, to: .conductor, .taskState(["shelving_image_uploading"]), [.optional]),
            Step("offloading", .compute, to: .conductor, .taskState(["shelving_offloading"]), [.optional]),
            Step("shelved", .compute, to: .conductor, .vmState(["shelved", "shelved_offloaded"])),
        ])

    /// `openstack server unshelve` (nova `conductor/manager.py` and `compute/manager.py`, `unshelve_instance`).
    ///
    /// Of an instance that was not offloaded the conductor asks its compute to start it.
    static let unshelve = Workflow(
        "unshelve",
        triggers: [Pattern("unshelve_instance")],
        steps: [
            Step(
                "request taken", .api, to: .conductor, .request(Pattern("unshelve_instance", topic: "conductor")),
                [.optional]),
            Step("host selected", .conductor, to: .scheduler, .request(Pattern("select_destinations")), [.optional]),
            Step(
                "compute took the request", .conductor, to: .compute,
                .request(Pattern("unshelve_instance", "start_instance", topic: "compute"))),
            Step("spawning", .compute, to: .conductor, .taskState(["spawning"]), [.optional]),
            Step(
                "network plugged", .api, to: .compute, .event("network-vif-plugged"), [.optional, .parallel]),
            Step("active", .compute, to: .conductor, .vmState(["active"])),
        ])
}
