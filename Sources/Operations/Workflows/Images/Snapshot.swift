extension Workflow {
    /// `openstack server image create` (nova `compute/manager.py`, `snapshot_instance`).
    static let snapshot = Workflow(
        "snapshot",
        triggers: [Pattern("snapshot_instance", topic: "compute")],
        steps: [.compute(takes: "snapshot_instance")] + Step.imageUpload)

    /// `openstack server backup create`, a snapshot that replaces older ones (`backup_instance`).
    static let backup = Workflow(
        "backup",
        triggers: [Pattern("backup_instance", topic: "compute")],
        steps: [.compute(takes: "backup_instance")] + Step.imageUpload)
}

extension Workflow.Step {
    /// The task states of an image on its way (nova `compute/task_states.py`); drivers differ in which they save. A compute
    /// ends the task as well where nothing is uploaded, since the image is gone (`_snapshot_instance`).
    fileprivate static let imageUpload: [Workflow.Step] = [
        Workflow.Step(
            "snapshot taken", .compute, to: .conductor, .taskState(["image_snapshot", "image_backup"]), [.optional]),
        Workflow.Step(
            "upload pending", .compute, to: .conductor, .taskState(["image_pending_upload"]), [.optional]),
        Workflow.Step("uploading", .compute, to: .conductor, .taskState(["image_uploading"]), [.optional]),
        Workflow.Step(
            "image stored", .compute, to: .conductor, .taskDone(after: ["image_pending_upload", "image_uploading"])),
    ]
}
