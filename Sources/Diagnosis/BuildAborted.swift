import Operations
import Trace

extension Question {
    /// The compute gave the build up: it set the instance to `error`, and did not ask for another host (nova
    /// `compute/manager.py`, `BuildAbortException`).
    static let buildAborted = Question { facts in
        guard let workflow = facts.workflow, workflow.kind == .boot, let note = facts.lastConfirmed,
            note.change.vmState == .some("error"), facts.isOfLastAttempt(note.at), !facts.isGoalReached(before: note.at)
        else { return nil }
        let host = facts.computeHost ?? facts.participant(note.participant)?.host
        let place = host.map { " on \($0)" } ?? ""
        let task = facts.savedStates.last { $0.at < note.at && $0.change.taskState.value != nil }
        let during = task?.change.taskState.value.map { " during \($0)" } ?? ""
        let report = facts.fault(of: note)
        // What the compute says of itself counts, but that it had no network is a consequence.
        let mayBePlugging = report?.facts?.fault.map(Plugging.isOf) ?? true
        let overdue = task.flatMap {
            mayBePlugging
                ? facts.pluggingFailed(until: note.at) ?? facts.pluggingTimedOut(since: $0, until: note.at) : nil
        }
        let vain = facts.vainCall(of: note.participant, before: note.at)
        let reason =
            overdue.map { ": \($0.text)" } ?? report.map(facts.words(on:)) ?? vain.map { ": \($0.sentence)" } ?? ""
        let absence = facts.absence(of: note.participant, before: note.at)
        let other = vain == nil && overdue == nil ? facts.vainCall(ofOtherThan: note.participant, before: note.at) : nil
        let meanwhile = [other?.sentence, absence?.sentence].compactMap(\.self).map { "; \($0)" }.joined()
        var finding = Finding(
            .buildAborted, "build aborted\(place)\(during)\(reason)\(meanwhile)", facts)
        finding.diagnosis.message = note.message
        finding.diagnosis.since = note.at
        finding.blame(
            facts.participant(note.participant), service: Workflow.Role.compute.service, host: host)
        finding.prove(facts.errorEvidence(note))
        finding.diagnosis.evidence += ((vain ?? other)?.evidence ?? []) + (absence?.evidence ?? [])
        if let overdue {
            finding.diagnosis.awaited = Plugging.event
            finding.prove(overdue)
            finding.diagnosis.evidence += facts.portEvidence
        }
        if let report { finding.prove(facts.evidence(of: report)) }
        if let failed = facts.lastFailure(before: note.at) {
            finding.prove(
                Diagnosis.Evidence(facts.sentence(on: failed), at: failed.repliedAt, message: failed.reply))
        }
        return finding
    }
}

extension Facts {
    fileprivate func lastFailure(before time: Timestamp) -> Call? {
        requests.compactMap(call).last { $0.error != nil && ($0.repliedAt ?? time) < time }
    }
}
