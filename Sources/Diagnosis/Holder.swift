import Operations
import Trace

/// A value: who has the work in hand, since when, and by which message.
struct Holder {
    var participant: ParticipantID
    var since: Timestamp
    var message: MessageID
}

extension Facts {
    /// Who has to act next: who took a call that is open; else, where the workflow tells whose turn it is, that service's
    /// process which was seen in the operation last.
    var holder: Holder? {
        if let wait = takenWait, let delivery = message(wait.request).deliveries.last,
            let taker = delivery.to
        {
            return Holder(participant: taker, since: delivery.at, message: wait.request)
        }
        guard let workflow, let next = nextStep, operation.steps[next].messages.isEmpty else { return nil }
        let role = workflow.steps[next].actor
        let host = host(of: role)
        func isMeant(_ id: ParticipantID?) -> Bool {
            guard let who = participant(id), who.service == role.service else { return false }
            return host == nil || who.host == nil || who.host == host
        }
        for id in requests.reversed() where isOfLastAttempt(trace.messages[id].at) {
            let message = message(id)
            if !message.isGivenBack, let delivery = message.deliveries.last, let taker = delivery.to, isMeant(taker) {
                return Holder(participant: taker, since: delivery.at, message: id)
            }
            if let sender = message.from, isMeant(sender), let at = message.at {
                return Holder(participant: sender, since: at, message: id)
            }
        }
        return nil
    }

    /// The host of a role, as far as it was seen: where the server moves, of the compute on either side.
    func host(of role: Workflow.Role) -> String? {
        guard role == .source || role == .destination else { return role.isCompute ? computeHost : nil }
        guard let workflow else { return nil }
        for (index, step) in workflow.steps.enumerated().reversed() where index < operation.steps.count {
            guard let last = operation.steps[index].messages.last else { continue }
            if step.target == role, let host = trace.host(of: message(last)) { return host }
            if step.actor == role, let host = participant(message(last).from)?.host { return host }
        }
        return nil
    }

    /// Where the step that was reached was done, if it is one of a move that reached a compute.
    var hostReached: String? {
        guard let workflow, let lastDone, [.source, .destination].contains(workflow.steps[lastDone].target) else {
            return nil
        }
        return host(of: workflow.steps[lastDone].target)
    }

    /// Who took the last message of an operation that no workflow knows, and was not seen to answer it: whether the work is
    /// done nobody says.
    var lastTaker: Holder? {
        for id in requests.reversed() where call(of: id)?.isAnswered != true {
            guard let delivery = message(id).deliveries.last, !message(id).isGivenBack else { continue }
            return delivery.to.map { Holder(participant: $0, since: delivery.at, message: id) }
        }
        return nil
    }
}
