extension Workflow {
    /// `openstack server add port` and its kin: a call, answered when it is done (nova `compute/manager.py`,
    /// `attach_interface`).
    static let attachInterface = Workflow(
        "attach-interface",
        triggers: [Pattern("attach_interface", topic: "compute")],
        steps: [
            Step("attached", .api, to: .compute, .request(Pattern("attach_interface", topic: "compute")))
        ],
        goal: "attached")

    /// `openstack server remove port` (nova `compute/manager.py`, `detach_interface`): what the instance knows of its
    /// network is saved when the port is gone.
    static let detachInterface = Workflow(
        "detach-interface",
        triggers: [Pattern("detach_interface", topic: "compute")],
        steps: [
            .compute(takes: "detach_interface"),
            Step("detached", .compute, to: .conductor, .request(Pattern("InstanceInfoCache.save"))),
        ],
        goal: "detached", preposition: "from")
}
