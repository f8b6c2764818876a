import Operations
import Trace

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

    package func operation(_ draft: OperationDraft, id: Int) -> Operation {
        let attempts = Attempts(of: draft, in: trace)
        var operation = draft.operation(id, attempts, in: trace)
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
}

extension OperationFinder {
    /// The operations in order of their start, with states, steps, outcome and verdict; counts what was left out.
    package mutating func judged(in trace: BusTrace) -> [Operation] {
        let drafts = find()
        guard !drafts.isEmpty else { return [] }
        let judge = OperationJudge(trace, leftOut: leftOut)
        return drafts.enumerated().map { id, draft in judge.operation(draft, id: id) }
    }
}

extension BusTrace {
    /// What was asked for in it, judged; `operations` may hold something else.
    package func judgedOperations() -> [Operation] {
        var finder = OperationFinder(self)
        return finder.judged(in: self)
    }
}
