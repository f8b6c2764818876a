package import Trace

/// The states that an operation's messages set, in order of time, with the time spent in each.
///
/// Object saves and `instance_update` are confirmed by their reply. Update notifications tell of what was saved
/// elsewhere: before the first save, as `scheduling`, which the API writes into the database itself, and where no save is
/// seen at all, as before Grizzly. A message that changes nothing adds no note; a rejected one sets no state.
package enum StateTimeline {
    static func notes(_ messages: [MessageID], instance: String?, in trace: BusTrace) -> [StateNote] {
        let all = messages.compactMap { note(trace.messages[$0], instance: instance, in: trace) }
        let firstSave = all.first { !isTold($0, in: trace) }?.at
        let notes = all.filter { note in
            guard isTold(note, in: trace), let firstSave else { return true }
            return note.at < firstSave
        }
        return timed(changes(notes))
    }

    /// Whether only a notification tells it.
    package static func isTold(_ note: StateNote, in trace: BusTrace) -> Bool {
        trace.messages[note.message].kind == .notification
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
        guard let call = message.call else {
            return message.deliveries.isEmpty || message.isGivenBack ? .unanswered : .confirmed
        }
        switch trace.calls[call].outcome {
        case .ok: return .confirmed
        case .error: return .rejected
        case .orphanReply: return trace.calls[call].error == nil ? .confirmed : .rejected
        case .unanswered, .timedOut, .returned:
            // Whoever answered has done it or refused, whether the answer arrived or not.
            guard let reply = trace.calls[call].reply else { return .unanswered }
            return trace.messages[reply].failure == nil ? .unheard : .rejected
        }
    }

    /// What repeats the last note adds at most its power state, which one format of notifications has and the other not.
    private static func changes(_ notes: [StateNote]) -> [StateNote] {
        var result: [StateNote] = []
        var last: Int?
        for note in notes {
            if let last, note.confirmation != .rejected, result[last].change.hasStates(of: note.change) {
                if !result[last].change.powerState.isKnown {
                    result[last].change.powerState = note.change.powerState
                }
                continue
            }
            if note.confirmation != .rejected { last = result.count }
            result.append(note)
        }
        return result
    }

    /// A state lasts until the next that was not rejected.
    private static func timed(_ notes: [StateNote]) -> [StateNote] {
        var notes = notes
        var next: Timestamp?
        for index in notes.indices.reversed() where notes[index].confirmation != .rejected {
            notes[index].until = next
            next = notes[index].at
        }
        return notes
    }
}

extension StateChange {
    /// Whether the other tells nothing new.
    fileprivate func hasStates(of other: StateChange) -> Bool {
        vmState == other.vmState && taskState == other.taskState
            && (!powerState.isKnown || !other.powerState.isKnown || powerState == other.powerState)
    }
}
