import Trace

/// The states that an operation's messages set, in order of time.
///
/// Object saves and `instance_update` are confirmed by their reply; update notifications tell what was saved elsewhere
/// and are used only where no save was seen. A message that changes nothing adds no note.
enum StateTimeline {
    static func notes(_ messages: [Int], instance: String?, in trace: BusTrace) -> [StateNote] {
        let all = messages.compactMap { note(trace.messages[$0], instance: instance, in: trace) }
        let saved = all.filter { trace.messages[$0.message].kind != .notification }
        return changes(saved.isEmpty ? all : saved)
    }

    private static func note(_ message: Message, instance: String?, in trace: BusTrace) -> StateNote? {
        guard let change = message.stateChange, instance == nil || change.instance == instance, let at = message.at,
            message.kind != .reply, message.kind != .heartbeat
        else { return nil }
        return StateNote(
            at: at, change: change, confirmation: confirmation(message, in: trace), message: message.id,
            participant: message.from)
    }

    private static func confirmation(_ message: Message, in trace: BusTrace) -> StateNote.Confirmation {
        guard message.kind != .notification else { return .confirmed }
        guard let call = message.call else { return message.deliveries.isEmpty ? .unanswered : .confirmed }
        switch trace.calls[call].outcome {
        case .ok: return .confirmed
        case .error: return .rejected
        case .unanswered, .timedOut, .returned, .orphanReply:
            return trace.calls[call].reply != nil && trace.calls[call].error == nil ? .confirmed : .unanswered
        }
    }

    private static func changes(_ notes: [StateNote]) -> [StateNote] {
        var last: StateChange?
        return notes.filter { note in
            defer { if note.confirmation != .rejected { last = note.change } }
            guard let last, note.confirmation != .rejected else { return true }
            return note.change.vmState != last.vmState || note.change.taskState != last.taskState
                || (note.change.powerState.isKnown && note.change.powerState != last.powerState)
        }
    }
}
