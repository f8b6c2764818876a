import ArgumentParser
import Pipeline
import Rendering
import Trace

/// The options that narrow what is shown, the same for every command.
struct SelectionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Only this request id, or those that begin so.", valueName: "req-id"))
    var request: [String] = []

    @Option(
        help: ArgumentHelp(
            "Only this instance: uuid, name, or the beginning of a uuid. All that share a name are taken, and that is said.",
            valueName: "uuid"))
    var instance: [String] = []

    @Option(help: ArgumentHelp("Only methods like this, e.g. 'Instance.*'.", valueName: "glob"))
    var method: [String] = []

    @Option(
        help: ArgumentHelp(
            "Only messages from or to this service, e.g. nova-compute or 'nova-compute@node*'.", valueName: "glob"))
    var service: [String] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Only from this time on: 2026-11-23T17:08:24Z, 17:08:24 (UTC), or +10s after the first packet.",
            valueName: "time"))
    var since: TimeBound?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Only up to this time, written as for --since.", valueName: "time"))
    var until: TimeBound?

    @Flag(help: "Only operations that failed, hang, or hold a failed or unanswered call.")
    var problems = false

    @Flag(help: "Background traffic too: heartbeats of services, periodic tasks, notifications.")
    var all = false

    mutating func validate() throws {
        for (name, values) in [("request", request), ("instance", instance), ("method", method), ("service", service)]
        where values.contains(where: \.isEmpty) {
            throw ValidationError("--\(name) is empty")
        }
    }

    /// Says on standard error where a name chose more than one instance.
    func remark(on trace: BusTrace) throws {
        for remark in try selection(in: trace.capture).remarks(on: trace) { StandardError.say(remark) }
    }

    /// Whether nothing but `--problems` and `--all` was given, which choose lines of a table, not messages.
    var wantsAll: Bool {
        request.isEmpty && instance.isEmpty && method.isEmpty && service.isEmpty && since == nil && until == nil
    }

    /// Whether nothing but `--problems` narrows: trouble with connections is what was asked for then, too.
    var wantsProblemsAlone: Bool { wantsAll && problems }

    /// Ends with the status for nothing, unless anything was told: operations or, where nothing else was asked for,
    /// trouble with connections.
    ///
    /// - Parameters:
    ///   - isSelection: whether anything narrows.
    ///   - isSaid: whether the result itself says that there is no operation.
    func end(_ trace: BusTrace, isSelection: Bool, hasOperations: Bool, isSaid: Bool = false) throws {
        guard !hasOperations else { return }
        let asksForTrouble = !isSelection || wantsProblemsAlone
        guard asksForTrouble, !trace.troubleNotes.isEmpty else {
            throw CommandFailure(
                .nothingSelected,
                isSelection ? "nothing matches the selection" : trace.withReason("no operation found"))
        }
        if !isSaid { StandardError.write("novatrace: no operation \(isSelection ? "failed or hangs" : "found")\n") }
    }

    /// The selection, times resolved against what was captured.
    func selection(in capture: CaptureSummary) throws -> Selection {
        var selection = Selection()
        selection.requests = request
        selection.instances = instance
        selection.methods = method
        selection.services = service
        (selection.since, selection.until) = try TimeBound.resolved(since: since, until: until, in: capture)
        selection.problemsOnly = problems
        return selection
    }
}
