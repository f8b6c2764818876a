import Trace

extension SequenceBuilder {
    /// What changed with each state note; a note that repeats what was known is not drawn again.
    func stateEvents(of operation: Operation, lanes: inout LaneTable) -> [SequenceEvent] {
        var known: [String: StateChange] = [:]
        var events: [SequenceEvent] = []
        for note in drawnStates(of: operation) {
            let states = note.change.changes(since: known[note.change.instance])
            if note.confirmation != .rejected {
                known[note.change.instance] = note.change.filled(from: known[note.change.instance])
            }
            if states.isEmpty { continue }
            let mark = StateMark(
                lane: lanes.lane(of: note.participant), states: states, confirmation: note.confirmation,
                instance: operation.instances.count > 1 ? note.change.instance : nil)
            events.append(SequenceEvent(at: max(note.at, settled(note) ?? note.at), content: .state(mark)))
        }
        return events
    }

    /// What only notifications tell has no arrow to stand at, and nobody's lane perhaps: it is drawn where nothing else is.
    private func drawnStates(of operation: Operation) -> [StateNote] {
        let saved = operation.states.filter { note in
            trace.messages[ifKnown: note.message]?.kind != .notification
        }
        return saved.isEmpty ? operation.states : saved
    }

    /// When the answer to the message that set the state came in.
    private func settled(_ note: StateNote) -> Timestamp? {
        trace.messages.contains(note.message) ? call(of: note.message)?.repliedAt : nil
    }

    /// The moments at which the wait for an answer ended without one.
    func giveUps(of messages: [MessageID], until end: Timestamp, lanes: inout LaneTable) -> [EndedWait] {
        var result: [EndedWait] = []
        for id in messages where trace.messages[id].kind == .call {
            let message = trace.messages[id]
            guard let call = call(of: id), let asked = call.requestedAt ?? message.at else { continue }
            guard call.outcome == .unanswered || call.outcome == .timedOut else { continue }
            let timeout = call.outcome == .timedOut ? call.expiry?.at ?? message.timeout.map { asked + $0 } : nil
            let at = max(timeout ?? end, asked)
            let giveUp = GiveUp(
                lane: lanes.lane(of: message.from ?? call.from), label: call.title,
                reason: call.outcome == .timedOut ? .timeout : .captureEnd, waited: at - asked)
            result.append(EndedWait(message: id, at: at, giveUp: giveUp))
        }
        return result
    }

    /// One row for the calls that were folded into one.
    func joined(_ waits: [EndedWait], rows: [Row]) -> [SequenceEvent] {
        var rowOfMessage: [MessageID: Int] = [:]
        for (index, row) in rows.enumerated() where row.messages.count > 1 {
            for message in row.messages { rowOfMessage[message] = index }
        }
        var result: [EndedWait] = []
        var placeOfRow: [Int: Int] = [:]
        for wait in waits {
            let row = rowOfMessage[wait.message]
            if let place = row.flatMap({ placeOfRow[$0] }), result[place].giveUp.reason == wait.giveUp.reason {
                result[place].giveUp.count += 1
                result[place].giveUp.waited = max(result[place].giveUp.waited, wait.giveUp.waited)
                result[place].at = max(result[place].at, wait.at)
                continue
            }
            if let row { placeOfRow[row] = result.count }
            result.append(wait)
        }
        return result.map { SequenceEvent(at: $0.at, content: .giveUp($0.giveUp)) }
    }
}

/// A value: a call's wait that ended without an answer.
struct EndedWait {
    /// The request.
    var message: MessageID
    var at: Timestamp
    var giveUp: GiveUp
}

extension StateChange {
    /// nova's NOSTATE: the hypervisor was not asked yet, which says nothing.
    private static let noPowerState = "pending"

    /// The names of what is new, e.g. `["active", "running"]`; a task comes before the state it works towards.
    func changes(since previous: StateChange?) -> [String] {
        var changes: [String] = []
        let (vm, task) = (vmState.value, taskState.value)
        let vmIsNew = vm != nil && vm != previous?.vmState.value
        if let task, task != previous?.taskState.value {
            changes.append(task)
        } else if taskState == .none, previous?.taskState.value != nil, !vmIsNew {
            changes.append("\(vm ?? previous?.vmState.value ?? "idle"), task ended")
        }
        if vmIsNew, let vm, changes.isEmpty || previous != nil { changes.insert(vm, at: 0) }
        if let power = powerState.value, power != previous?.powerState.value, power != "pending" || isRunning(previous)
        {
            changes.append(power)
        }
        if let host, host != previous?.host { changes.append("on \(host)") }
        return changes
    }

    /// Whether a power state was known; before that `pending` only says that there is none yet.
    private func isRunning(_ previous: StateChange?) -> Bool {
        previous?.powerState.value.map { $0 != "pending" } ?? false
    }

    /// The same with what is not known taken from before.
    func filled(from previous: StateChange?) -> StateChange {
        guard let previous else { return self }
        var filled = self
        if vmState == .unknown { filled.vmState = previous.vmState }
        if taskState == .unknown { filled.taskState = previous.taskState }
        if powerState == .unknown { filled.powerState = previous.powerState }
        if host == nil { filled.host = previous.host }
        return filled
    }
}
