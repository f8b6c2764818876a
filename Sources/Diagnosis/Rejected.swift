import Operations
import Services
import Trace

extension Question {
    /// A request that the operation needs was given to consumers that rejected it (`basic.reject`, `basic.nack`), and
    /// nobody has it: it was dropped, or goes round and round. That a dropped one was put into a dead-letter queue no
    /// packet tells.
    static let rejected = Question { facts in
        guard let wait = facts.openWaits.first(where: { facts.message($0.request).isGivenBack }),
            let rejection = Rejection(of: facts.message(wait.request))
        else { return nil }
        return facts.finding(on: wait, rejection)
    }
}

/// A view of how a message was rejected.
private struct Rejection {
    let message: Message
    let first: Timestamp
    let last: Timestamp
    /// The last delivery that was rejected.
    let delivery: Delivery

    init?(of message: Message) {
        guard let first = message.deliveries.first(where: { $0.rejectedAt != nil })?.rejectedAt,
            let delivery = message.deliveries.last(where: { $0.rejectedAt != nil }), let last = delivery.rejectedAt
        else { return nil }
        (self.message, self.first, self.last, self.delivery) = (message, first, last, delivery)
    }

    var isDropped: Bool { delivery.settlement == .dropped }

    var times: Int { message.requeues + (isDropped ? 1 : 0) }
}

extension Message {
    /// Who rejected it, in order of time.
    var rejectors: [ParticipantID?] {
        var rejectors: [ParticipantID?] = []
        for delivery in deliveries where delivery.rejectedAt != nil && !rejectors.contains(delivery.to) {
            rejectors.append(delivery.to)
        }
        return rejectors
    }
}

extension Facts {
    /// Each once: two processes of a host may have one.
    func names(of participants: [ParticipantID?]) -> [String] {
        participants.map(name).reduce(into: []) { names, name in
            if !names.contains(name) { names.append(name) }
        }
    }

    /// ` 80 times`, and nothing where it was once.
    func often(_ times: Int) -> String { times == 1 ? "" : " \(times) times" }

    fileprivate func finding(on wait: Wait, _ rejection: Rejection) -> Finding {
        let message = rejection.message
        let topic = ServiceTopic(message.queue)
        let taker = participant(rejection.delivery.to)
        let who = listed(names(of: message.rejectors))
        let end = end(on: [trace.connection(rejection.delivery.connection)].compactMap(\.self), since: rejection.first)
        let sentence = "\(message.title) was delivered to \(who), which \(words(on: rejection))"
        let services = [taker?.service ?? topic.service].compactMap(\.self)
        let isBlind = !wait.isOver && end - rejection.first <= patience.untaken
        let loss =
            coverage.loss(since: rejection.first, of: Set(services), in: trace)
            ?? (isBlind ? blindness(after: end) : nil)
        var finding: Finding
        if isBlind, captureEnd - rejection.first <= patience.untaken {
            finding = Finding(.underWay, "\(sentence), \(whenItEnded(after: rejection.last))", self)
        } else if let loss {
            finding = Finding(.unclear, "\(sentence), but \(loss)", self)
            finding.advise(self, loss: loss)
        } else {
            let expired = wait.isOver ? "; it timed out\(timedOut(wait.request))" : ""
            finding = Finding(.rejected, sentence + expired, self)
            let waited = "in the \(seconds(end - rejection.last)) \(until(end))"
            finding.prove(
                Diagnosis.Evidence(
                    rejection.isDropped || end - rejection.last > patience.untaken
                        ? "no further delivery of it was seen \(waited)"
                        : "no acknowledgement of it was seen \(until(end))", at: end, isMissing: true))
        }
        finding.diagnosis.message = wait.request
        finding.diagnosis.since = rejection.isDropped ? rejection.last : rejection.first
        finding.diagnosis.awaited = message.destination
        finding.awaitedStep = stepIndex(of: wait.request) ?? nextStep
        finding.blame(taker, service: topic.service, host: topic.host)
        finding.diagnosis.evidence.insert(contentsOf: [published(wait.request)] + evidence(of: rejection), at: 0)
        finding.diagnosis.evidence += asides(of: message)
        return finding
    }

    /// `rejected and requeued it 80 times in 19.8 s`, `rejected it without requeue`.
    private func words(on rejection: Rejection) -> String {
        let times = rejection.times
        let span = times == 1 ? "" : " in \(seconds(rejection.last - rejection.first))"
        guard rejection.isDropped else { return "rejected and requeued it\(often(times))\(span)" }
        return times == 1
            ? "rejected it without requeue" : "rejected it\(often(times))\(span), the last without requeue"
    }

    /// The first rejection and the last, with the packets.
    private func evidence(of rejection: Rejection) -> [Diagnosis.Evidence] {
        let message = rejection.message
        let isOne = rejection.times == 1
        let requeued = "rejected it with requeue: the broker gives it out again"
        let dropped = "rejected it without requeue: it is given to nobody else, unless a policy dead-letters it"
        let first = message.deliveries.first { $0.rejectedAt != nil }
        let last = Diagnosis.Evidence(
            "\(name(rejection.delivery.to)) \(rejection.isDropped ? dropped : requeued)"
                + (isOne ? "" : " (the last of \(rejection.times) times)"),
            at: rejection.last, packets: message.settlements.suffix(1))
        guard !isOne else { return [last] }
        return [
            Diagnosis.Evidence(
                "\(name(first?.to)) \(requeued)", at: rejection.first, packets: Array(message.settlements.prefix(1))),
            last,
        ]
    }
}
