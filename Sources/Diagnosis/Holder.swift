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
        if let wait = openWaits.first(where: \.isTaken), let delivery = message(wait.request).deliveries.last,
            let taker = delivery.to
        {
            return Holder(participant: taker, since: delivery.at, message: wait.request)
        }
        guard let workflow, let next = nextStep, operation.steps[next].messages.isEmpty else { return nil }
        let role = workflow.steps[next].actor
        let host = role.isCompute ? computeHost : nil
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

    /// Who took the last message of an operation that no workflow knows: whether the work is done nobody says.
    var lastTaker: Holder? {
        for id in requests.reversed() {
            guard let delivery = message(id).deliveries.last, !message(id).isGivenBack else { continue }
            return delivery.to.map { Holder(participant: $0, since: delivery.at, message: id) }
        }
        return nil
    }
}
