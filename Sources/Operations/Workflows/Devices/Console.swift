extension Workflow {
    /// Consoles and their output: a call (nova `compute/manager.py`).
    static let console = Workflow(
        "console",
        triggers: [requests],
        steps: [Step("answered", .api, to: .compute, .request(requests))],
        goal: "answered", preposition: "by")

    private static let requests = Pattern(
        "get_vnc_console", "get_spice_console", "get_serial_console", "get_mks_console", "get_console_output",
        topic: "compute")
}
