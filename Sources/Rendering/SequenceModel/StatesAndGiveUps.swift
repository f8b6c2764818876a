import Trace

extension SequenceBuilder {
    /// What changed with each state note; a note that repeats what was known is not drawn again.
    func stateEvents(of operation: Operation, lanes: inout LaneTable) -> [SequenceEvent] {
        var known: [String: StateChange] = [:]
        var events: [SequenceEvent] = []
        for note in operation.states {
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

    /// When the answer to the message that set the state came in.
    private func settled(_ note: StateNote) -> Timestamp? {
        trace.messages.indices.contains(note.message) ? call(of: note.message)?.repliedAt : nil
    }

    /// The moments at which the wait for an answer ended without one.
    func giveUps(of messages: [Int], until end: Timestamp, lanes: inout LaneTable) -> [(message: Int, SequenceEvent)] {
        var result: [(message: Int, SequenceEvent)] = []
        for id in messages where trace.messages[id].kind == .call {
            let message = trace.messages[id]
            guard let call = call(of: id), let asked = call.requestedAt ?? message.at else { continue }
            guard call.outcome == .unanswered || call.outcome == .timedOut else { continue }
            let timeout = call.outcome == .timedOut ? message.expiration.map { asked + $0 } : nil
            let at = max(timeout ?? end, asked)
            let giveUp = GiveUp(
                lane: lanes.lane(of: message.from ?? call.from), label: call.title,
                reason: call.outcome == .timedOut ? .timeout : .captureEnd, waited: at - asked)
            result.append((id, SequenceEvent(at: at, content: .giveUp(giveUp))))
        }
        return result
    }

    /// One row for the calls that were folded into one.
    func joined(_ giveUps: [(message: Int, SequenceEvent)], rows: [Row]) -> [SequenceEvent] {
        var rowOfMessage: [Int: Int] = [:]
        for (index, row) in rows.enumerated() where row.messages.count > 1 {
            for message in row.messages { rowOfMessage[message] = index }
        }
        var result: [SequenceEvent] = []
        var placeOfRow: [Int: Int] = [:]
        for (message, event) in giveUps {
            guard let row = rowOfMessage[message], case .giveUp(let giveUp) = event.content else {
                result.append(event)
                continue
            }
            if let place = placeOfRow[row], case .giveUp(var first) = result[place].content,
                first.reason == giveUp.reason
            {
                first.count += 1
                first.waited = max(first.waited, giveUp.waited)
                result[place].at = max(result[place].at, event.at)
                result[place].until = result[place].at
                result[place].content = .giveUp(first)
            } else {
                placeOfRow[row] = result.count
                result.append(event)
            }
        }
        return result
    }
}

extension StateChange {
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
        if let power = powerState.value, power != previous?.powerState.value { changes.append(power) }
        if let host, host != previous?.host { changes.append("on \(host)") }
        return changes
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
