import Diagnosis
import Trace

/// A value: a state of the instance, and how long it lasted.
struct ExplainedState {
    let at: Timestamp
    /// E.g. `building, networking` or `active (running)`.
    let label: String
    let confirmation: StateNote.Confirmation
    /// Until the next state; `nil` for one that was refused, and for the last where nothing was under way any more.
    var lasted: Nanoseconds?
    /// Whether it still was so when the capture ended.
    var isOpen = false
    /// Whether that is known, as of a live capture, and not only when the last packet came.
    var isEndKnown = false
    /// The file that ended then, where others went on.
    var file: String?

    /// The states in order of time; notes that change nothing that is shown are left out.
    static func spans(of operation: Operation, in trace: BusTrace) -> [ExplainedState] {
        var spans: [ExplainedState] = []
        var known: StateChange?
        /// The place of the state that holds.
        var current: Int?
        for note in operation.states {
            let change = note.change.filled(from: known)
            let label = label(of: change)
            guard !label.isEmpty else { continue }
            let isRefused = note.confirmation == .rejected
            if !isRefused {
                known = change
                if let current, spans[current].label == label { continue }
                if let current { spans[current].lasted = max(0, note.at - spans[current].at) }
                current = spans.count
            }
            spans.append(ExplainedState(at: note.at, label: label, confirmation: note.confirmation))
        }
        if let current, let until = operation.states.last(where: { $0.confirmation != .rejected })?.until {
            spans[current].lasted = max(0, until - spans[current].at)
        } else if let current, let end = trace.watchedEnd(of: operation),
            known?.taskState.value != nil || operation.outcome == .stuck
        {
            spans[current].lasted = max(0, end - spans[current].at)
            spans[current].isOpen = true
            spans[current].isEndKnown = trace.capture.endedAt != nil
            spans[current].file = trace.fileEnding(at: end)
        }
        return spans
    }

    private static func label(of change: StateChange) -> String {
        let states = [change.vmState.value, change.taskState.value].compactMap { $0 }.joined(separator: ", ")
        guard let power = change.powerState.value, power != "pending", !states.isEmpty else { return states }
        return "\(states) (\(power))"
    }

    func remark(_ glyphs: GlyphTable) -> String {
        switch confirmation {
        case .rejected: return "refused"
        case .unanswered, .unheard, .confirmed:
            let doubt =
                confirmation == .unanswered
                ? ["not confirmed"] : confirmation == .unheard ? ["its answer did not arrive in time"] : []
            let packet = ", until the last packet" + (file.map { " of \($0)" } ?? "")
            let end = isEndKnown ? ", until the capture ended" : packet
            let time = lasted.map { "for \(glyphs.duration($0))\(isOpen ? end : "")" }
            return (doubt + [time].compactMap { $0 }).joined(separator: ", ")
        }
    }

    var style: TextStyle {
        switch confirmation {
        case .rejected: .failure
        case .unanswered, .unheard: .warning
        case .confirmed: isOpen ? .warning : .plain
        }
    }
}
