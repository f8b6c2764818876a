extension Workflow {
    /// `openstack server add volume`: asked of the compute by the API, since nova 34 by the conductor (nova
    /// `compute/api.py`, `conductor/manager.py` and `compute/manager.py`, `attach_volume`).
    ///
    /// The instance has no task state meanwhile: that the compute is done shows in the event that it finishes. Where
    /// attaching failed it takes back the block device mapping first.
    static let attachVolume = Workflow(
        "attach-volume",
        triggers: [Pattern("attach_volume"), Pattern("reserve_block_device_name", topic: "compute")],
        rollback: Pattern("BlockDeviceMapping.destroy"),
        steps: [
            Step(
                "request taken", .api, to: .conductor, .request(Pattern("attach_volume", topic: "conductor")),
                [.optional]),
            Step(
                "device name reserved", .api, to: .compute,
                .request(Pattern("reserve_block_device_name", topic: "compute")), [.optional]),
            Step(
                "compute took the request", .api, to: .compute, .request(Pattern("attach_volume", topic: "compute"))),
            Step(
                "volume connected", .compute, to: .conductor, .request(Pattern("BlockDeviceMapping.save")),
                [.optional]),
            Step(
                "attached", .compute, to: .conductor,
                .request(Pattern("InstanceActionEvent.event_finish_with_failure"))),
        ],
        goal: "attached")

    /// `openstack server remove volume` (nova `compute/manager.py`, `detach_volume`): the mapping goes when it is done.
    static let detachVolume = Workflow(
        "detach-volume",
        triggers: [Pattern("detach_volume", topic: "compute")],
        steps: [
            .compute(takes: "detach_volume"),
            Step("detached", .compute, to: .conductor, .request(Pattern("BlockDeviceMapping.destroy"))),
        ],
        goal: "detached", preposition: "from")
}
