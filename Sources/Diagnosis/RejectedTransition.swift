import Operations
import Trace

extension Question {
    /// A save was refused since the instance was in another state than expected, as when it is deleted meanwhile (nova
    /// `db/main/api.py`, `instance_update_and_get_original`).
    static let rejectedTransition = Question { facts in
        let rejected = facts.savedStates.last { note in
            note.confirmation == .rejected && facts.isOfLastAttempt(note.at) && facts.isConflict(note)
        }
        guard let rejected, let call = facts.call(of: rejected.message) else { return nil }
        let state = rejected.change.taskState.value ?? rejected.change.vmState.value ?? "none"
        var finding = Finding(
            .rejectedTransition, "the change to \(state) was refused: \(facts.sentence(on: call))", facts)
        finding.diagnosis.message = rejected.message
        finding.diagnosis.since = call.repliedAt
        let sender = facts.participant(rejected.participant)
        finding.blame(sender, service: Workflow.Role.compute.service, host: rejected.change.host)
        finding.prove(
            facts.published(rejected.message),
            Diagnosis.Evidence(
                "\(facts.name(call.to)) refused it\(facts.expectation(rejected.message))", at: call.repliedAt,
                message: call.reply))
        return finding
    }
}

extension Facts {
    /// Only if nothing was saved after it.
    fileprivate func isConflict(_ note: StateNote) -> Bool {
        guard let error = call(of: note.message)?.error else { return false }
        let isRefusal =
            error.className.hasPrefix("Unexpected") && error.className.hasSuffix("StateError")
            || error.className == "InstanceUpdateConflict"
        let isOvercome = savedStates.contains {
            $0.at > note.at && $0.confirmation == .confirmed && $0.change.vmState != .some("error")
                && $0.change.taskState == note.change.taskState
        }
        return isRefusal && !isOvercome
    }

    fileprivate func expectation(_ message: MessageID) -> String {
        guard let expected = self.message(message).facts?.expectedTaskStates else { return "" }
        return ": it holds for task state \(expected.map { $0 ?? "none" }.joined(separator: " or ")) only"
    }
}
