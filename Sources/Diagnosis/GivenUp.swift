import Operations
import Trace

extension Question {
    /// A compute that had the work ended the task before the goal was reached, and reported nothing: a live migration that
    /// failed or was cancelled, a snapshot whose image is gone (nova `compute/manager.py`, `_rollback_live_migration`,
    /// `_snapshot_instance`).
    ///
    /// Where the work may be begun anew on another host, that is not the end.
    static let givenUp = Question { facts in
        guard let workflow = facts.workflow, let goal = facts.operation.steps.last, goal.status == .pending,
            goal.messages.isEmpty, let note = facts.lastConfirmed, note.change.taskState == .none,
            facts.stepIndex(of: note.message) == nil, facts.isOfLastAttempt(note.at),
            let last = facts.lastDone, !workflow.steps[last].isDoneOnEachHost, facts.hasWork(note.participant),
            facts.operation.steps[last].at.map({ $0 <= note.at }) ?? true
        else { return nil }
        let who = facts.name(note.participant)
        let state = note.change.vmState.value.map { "left the instance \($0)" } ?? "ended the task"
        var finding = Finding(
            .remoteError,
            "given up by \(who) after \"\(facts.operation.steps[last].name)\": it \(state), without \"\(goal.name)\"",
            facts)
        finding.diagnosis.message = note.message
        finding.diagnosis.since = note.at
        finding.blame(facts.participant(note.participant), service: Workflow.Role.compute.service)
        finding.prove(
            Diagnosis.Evidence(
                "\(who) saved that no task is under way any more, confirmed", at: note.at, message: note.message))
        return finding
    }
}

extension Facts {
    /// Whether a participant is on the host that was given the work: of an instance that moves, its source.
    fileprivate func hasWork(_ id: ParticipantID?) -> Bool {
        guard let workflow, let who = participant(id), who.service == Workflow.Role.compute.service else {
            return false
        }
        return operation.steps.indices.contains { index in
            let step = operation.steps[index]
            guard step.status == .done, [.compute, .source].contains(workflow.steps[index].target) else { return false }
            return step.to == id || who.host != nil && participant(step.to)?.host == who.host
        }
    }
}
