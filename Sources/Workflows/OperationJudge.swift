import Trace

/// A machine that says of one operation which steps the wire showed, how it ended, and that in one sentence.
///
/// It never claims more than was seen: what is still open when the capture ends is `running`, and `stuck` only when it
/// has waited for longer than `patience`.
struct OperationJudge {
    /// How long a message may wait to be taken, or an operation be silent, before it counts as stuck.
    static let patience: Nanoseconds = .seconds(60)

    let trace: BusTrace
    let workflow: Workflow?

    init(_ trace: BusTrace, workflow: Workflow?) {
        self.trace = trace
        self.workflow = workflow
    }

    func judge(_ draft: OperationDraft, id: Int) -> Operation {
        var operation = Operation(
            id: id, kind: draft.kind, requestID: draft.requestID, instances: draft.instance.map { [$0] } ?? [],
            outcome: .unknown, startedAt: draft.startedAt, endedAt: draft.endedAt, verdict: "")
        operation.messages = draft.messages
        operation.instanceName = draft.messages.lazy.compactMap { trace.messages[$0].instanceName }.first
        operation.endedAt = end(of: draft)
        operation.states = StateTimeline.notes(draft.messages, instance: draft.instance, in: trace)
        operation.steps = steps(of: operation)
        let judgement = Judgement(operation: operation, judge: self)
        operation.outcome = judgement.outcome
        operation.verdict = judgement.sentence
        return operation
    }

    /// An operation ends with its last answer, which may come after its last request.
    private func end(of draft: OperationDraft) -> Timestamp {
        draft.messages.reduce(draft.endedAt) { latest, id in
            let answered = trace.messages[id].call.flatMap { trace.calls[$0].repliedAt }
            return max(latest, answered ?? latest, trace.messages[id].deliveries.last?.at ?? latest)
        }
    }

    // MARK: Steps

    private func steps(of operation: Operation) -> [Step] {
        guard let workflow else { return [] }
        var steps = workflow.steps.map { self.step($0, of: operation) }
        for index in steps.indices where steps[index].status == .pending {
            let laterIsDone = steps[(index + 1)...].contains { $0.status == .done || $0.status == .failed }
            if laterIsDone { steps[index].status = .skipped }
        }
        return steps
    }

    private func step(_ step: Workflow.Step, of operation: Operation) -> Step {
        switch step.proof {
        case .request(let pattern):
            return requestStep(step.name, pattern, of: operation)
        case .taskState(let state):
            return stateStep(step.name, of: operation) { $0.taskState == .some(state) }
        case .vmState(let state):
            return stateStep(step.name, of: operation) { $0.vmState == .some(state) && $0.taskState == .none }
        }
    }

    private func requestStep(_ name: String, _ pattern: Workflow.Pattern, of operation: Operation) -> Step {
        let matching = operation.messages.filter { pattern.matches(trace.messages[$0]) }
        guard let first = matching.first else { return Step(name: name, status: .pending) }
        let message = trace.messages[first]
        return Step(
            name: name, status: status(of: message), from: message.from, to: message.deliveries.first?.to,
            messages: matching, at: message.at)
    }

    private func status(of message: Message) -> Step.Status {
        if message.returned != nil { return .failed }
        guard let call = message.call.map({ trace.calls[$0] }) else {
            return message.deliveries.isEmpty ? .pending : .done
        }
        switch call.outcome {
        case .ok: return .done
        case .error, .returned: return .failed
        case .timedOut: return call.reply == nil ? .failed : .done
        case .unanswered, .orphanReply: return .pending
        }
    }

    private func stateStep(_ name: String, of operation: Operation, _ matches: (StateChange) -> Bool) -> Step {
        guard let note = operation.states.first(where: { matches($0.change) && $0.confirmation != .rejected }) else {
            return Step(name: name, status: .pending)
        }
        let status: Step.Status = note.confirmation == .confirmed ? .done : .pending
        return Step(name: name, status: status, from: note.participant, messages: [note.message], at: note.at)
    }
}
