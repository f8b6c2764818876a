import ArgumentParser
import Correlation
import OpenStack
import Pipeline
import Rendering
import Trace

/// `novatrace stats`: one line a method.
struct StatsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Count messages and time calls, a line a method.",
        discussion: """
            Latency is from the caller's publish to the arrival of the reply, of the calls that were answered in time. \
            Memory does not grow with the capture unless the selection needs all of it.

            A call counts in one of: failed (answered with an exception), returned (the broker gave it back, or its answer), \
            timed out (of those late: an answer came when the caller had given up), unanswered (still waiting when the \
            capture ended). A column stands there where it has anything to tell; in JSON it is the call's `outcome`.

            Notes below the table tell what went wrong with connections to the broker.

            EXAMPLES
              novatrace stats day.pcap.gz
              novatrace stats boot.pcap --service nova-conductor --method 'Instance.*'
            """)

    @OptionGroup var input: InputOptions
    @OptionGroup(title: "Select") var select: SelectionOptions
    @OptionGroup(title: "Show") var look: LookOptions
    @OptionGroup(title: "Show") var secrets: SecretOptions

    func run() throws {
        let (collector, trace) = try select.wantsAll ? streamed() : selected()
        let all = collector.rows
        let troubles = NoteLines(trace.troubleNotes, isFirst: all.isEmpty, options: look.options())
        let nothing = "no calls, casts or notifications found"
        guard !all.isEmpty else {
            guard select.wantsAll, !troubles.notes.isEmpty else {
                throw CommandFailure(.nothingSelected, trace.capture.withReason(nothing))
            }
            try ResultOutput.standard.collect { troubles.write(to: $0) }
            return StandardError.say(nothing)
        }
        Reading.note(trace.capture)
        if collector.leftOut > 0 {
            StandardError.write(
                "novatrace: note: \(collector.leftOut) more messages and calls are of other methods than the first "
                    + "\(Limits.methods) and not in the table\n")
        }
        let rows = select.problems ? all.filter(\.hasProblem) : all
        let table = StatisticsTable(rows, options: look.options(all: select.all, unbounded: true))
        try ResultOutput.standard.collect { output in
            table.write(to: output)
            troubles.write(to: output)
        }
    }

    /// Figures of everything, in constant memory.
    private func streamed() throws -> (StatisticsCollector, BusTrace) {
        var collector = StatisticsCollector()
        let trace = try Reading(input, secrets, detail: .outline).run(limits: .streaming) { collector.add($0) }
        Reading.warn(of: trace.capture)
        return (collector, trace)
    }

    /// Figures of what is selected: the trace has to be known as a whole.
    private func selected() throws -> (StatisticsCollector, BusTrace) {
        let trace = try Reading(input, secrets).trace()
        var collector = StatisticsCollector()
        try select.remark(on: trace)
        var selection = try select.selection(in: trace.capture)
        selection.problemsOnly = false
        for id in selection.messages(of: trace) {
            collector.add(trace.messages[id])
            if let call = trace.calls[ifKnown: trace.messages[id].call], call.request == id { collector.add(call) }
        }
        return (collector, trace)
    }
}
