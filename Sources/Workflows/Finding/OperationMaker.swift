import Trace

/// A machine that makes an operation of a draft: its states, its steps, and the diagnosis with its sentence.
struct OperationMaker {
    let trace: BusTrace
    let coverage: Coverage
    let agents: Agents

    /// - Parameter leftOut: how often messages were left out of operations that they concern.
    init(_ trace: BusTrace, leftOut: Int = 0) {
        self.trace = trace
        coverage = Coverage(trace, leftOut: leftOut)
        agents = Agents(trace)
    }

    func operation(_ draft: OperationDraft, id: Int) -> Operation {
        var operation = Operation(
            id: id, kind: draft.workflow?.kind ?? .other, requestID: draft.requestID,
            instances: draft.instance.map { [$0] } ?? [], outcome: .unknown, startedAt: draft.startedAt,
            endedAt: draft.endedAt, verdict: "")
        operation.messages = draft.messages
        // What it was called when it was asked for, whatever it is called since.
        operation.instanceName = draft.instance.flatMap { trace.instanceNames.name(of: $0, at: draft.startedAt) }
        operation.endedAt = end(of: draft)
        operation.states = StateTimeline.notes(draft.messages, instance: draft.instance, in: trace)
        let attempts = Attempts(of: draft, in: trace)
        operation.steps = StepFinder(draft.workflow, attempts, trace).steps(of: operation)
        let facts = Facts(operation, draft.workflow, attempts, trace, coverage, agents)
        var finding = Question.answer(facts)
        finding.addConnectionEvidence(facts)
        operation.diagnosis = finding.diagnosis
        operation.outcome = finding.diagnosis.cause.outcome
        operation.verdict = finding.sentence
        if operation.outcome == .stuck, let place = finding.awaitedStep {
            operation.steps[facts.firstOpenStep(upTo: place)].status = .missing
        }
        if operation.isOpen { operation.openUntil = max(facts.captureEnd, operation.endedAt) }
        return operation
    }

    /// An operation ends with its last answer, which may come after its last request.
    private func end(of draft: OperationDraft) -> Timestamp {
        draft.messages.reduce(draft.endedAt) { latest, id in
            let answered = trace.messages[id].call.flatMap { trace.calls[$0].repliedAt }
            return max(latest, answered ?? latest, trace.messages[id].deliveries.last?.at ?? latest)
        }
    }
}
