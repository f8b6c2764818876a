package import Operations
package import Trace

/// A machine that judges operations: it adds the diagnosis, the outcome and the verdict.
package struct OperationJudge {
    private let trace: BusTrace
    private let coverage: Coverage
    private let agents: Agents

    /// - Parameter leftOut: how often messages were left out of operations that they concern.
    package init(_ trace: BusTrace, leftOut: Int = 0) {
        self.trace = trace
        coverage = Coverage(trace, leftOut: leftOut)
        agents = Agents(trace)
    }

    package func operation(_ draft: OperationDraft, id: OperationID) -> Operation {
        let attempts = Attempts(of: draft, in: trace)
        var operation = draft.operation(id, attempts, in: trace)
        if let workflow = draft.workflow, let first = operation.steps.first {
            // Of what was only seen delivered nobody knows how long it waited.
            let request = operation.messages.lazy.map { trace.messages[$0] }.first { $0.kind.isRequest }
            operation.beganUnseen =
                first.messages.isEmpty && !workflow.steps[0].isOptional
                || request.map { $0.publishedAt == nil } ?? false
        }
        operation.takenOutOfSight = Set(
            operation.messages.filter { coverage.hidesTaking(of: trace.messages[$0], in: trace) })
        var facts = Facts(operation, draft.workflow, attempts, trace, coverage, agents)
        var finding = Question.answer(facts)
        let isOver = [.completed, .failed].contains(finding.diagnosis.cause.outcome)
        if !isOver, let successor = draft.successor {
            facts = Facts(operation, draft.workflow, attempts, trace, coverage, agents, successor: successor)
            finding = Question.answer(facts)
            operation.successor = successor
            // Nothing goes on any more.
            if finding.diagnosis.cause == .underWay { finding.diagnosis.cause = .unclear }
            finding.diagnosis.evidence.append(
                Diagnosis.Evidence(facts.began(successor), at: successor.at, message: successor.message))
            if let last = operation.states.lastIndex(where: { $0.until == nil && $0.confirmation != .rejected }) {
                operation.states[last].until = successor.at
            }
        }
        if finding.diagnosis.cause.outcome != .completed, finding.diagnosis.cause != .buildAborted,
            let failed = facts.pluggingFailed(until: facts.captureEnd)
        {
            finding.prove(failed)
        }
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
}

extension OperationFinder {
    /// The operations in order of their start, with states, steps, outcome and verdict; counts what was left out.
    package mutating func judged(in trace: BusTrace) -> [Operation] {
        let drafts = find()
        guard !drafts.isEmpty else { return [] }
        let judge = OperationJudge(trace, leftOut: leftOut)
        return drafts.enumerated().map { id, draft in judge.operation(draft, id: OperationID(id)) }
    }
}
