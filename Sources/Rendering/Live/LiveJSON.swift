import Trace

/// A machine that writes what becomes clear of the bus as JSON Lines: the objects of `novatrace.trace/1`, as they are
/// finished.
///
/// A participant's line comes before the first that names it, and again when more is known of it; of lines with the same
/// `type` and `id` the last one counts. What the capture was and which operations it holds comes at the end.
package struct LiveJSON: LiveRenderer {
    private var output: JSONWriter
    private var told: [Int: Participant] = [:]
    private let json = TraceJSON(BusTrace())

    package init(to sink: @escaping OutputSink) {
        output = JSONWriter(to: sink, pretty: false)
    }

    package mutating func write(_ event: BusEvent) {
        guard event.kind == .settled || event.kind == .unanswered else { return }
        for participant in ([event.from].compactMap { $0 } + event.to) where told[participant.id] != participant {
            told[participant.id] = participant
            output.line("participant") { json.members(of: participant, &$0) }
        }
        if event.kind == .settled, let message = event.message {
            output.line("message") { json.members(of: message, &$0) }
        }
        if let call = event.call, event.message == nil || event.message?.kind == .reply || event.kind == .unanswered {
            output.line("call") { json.members(of: call, &$0) }
        }
    }

    package mutating func flush() { output.flush() }
}
