import Operations
import Services
import Trace

extension Question {
    /// A message that the operation needs was given to a consumer that did not acknowledge it, as others do at once: its
    /// process is stopped, or so busy that it reads nothing (oslo.messaging acknowledges before it begins the work); or its
    /// connection ended before it did, each time that the broker gave it out.
    static let notAcknowledged = Question { facts in
        guard let id = facts.unacknowledged, let delivery = facts.message(id).deliveries.last else { return nil }
        let message = facts.message(id)
        let topic = ServiceTopic(message.queue)
        let taker = facts.participant(delivery.to)
        let who = taker?.label ?? message.destination
        let loss = facts.loss(of: delivery)
        let end = facts.end(of: delivery, message)
        let waited = facts.seconds(end - (loss?.at ?? delivery.at))
        let words =
            loss == nil
            ? "delivered to \(who), which did not acknowledge it in \(waited)" : facts.words(onLossesOf: message)
        let expired = facts.call(of: id)?.outcome == .timedOut ? "; it timed out\(facts.timedOut(id))" : ""
        var finding = Finding(.notAcknowledged, "\(message.title) was \(words)\(expired)", facts)
        finding.diagnosis.message = id
        finding.diagnosis.since = loss?.at ?? delivery.at
        finding.diagnosis.awaited = message.destination
        finding.awaitedStep = facts.stepIndex(of: id) ?? facts.nextStep
        finding.blame(taker, service: topic.service, host: topic.host)
        finding.diagnosis.evidence.insert(
            contentsOf: [facts.published(id)] + facts.givings(of: message) + [
                Diagnosis.Evidence(
                    "no \(loss == nil ? "acknowledgement" : "further delivery") of it was seen in the \(waited) "
                        + facts.until(end), at: end, message: id, isMissing: true)
            ], at: 0)
        return finding
    }
}

extension Facts {
    /// How the connection ended on which a message was given out, before that was acknowledged.
    fileprivate func loss(of delivery: Delivery) -> ConnectionEnd? {
        guard delivery.settlement == nil, let end = trace.connection(delivery.connection)?.end, end.at >= delivery.at
        else { return nil }
        return end
    }

    /// `delivered 4 times in 30.0 s, to nova-compute@cmp1, and each time the connection ended before …`.
    fileprivate func words(onLossesOf message: Message) -> String {
        let deliveries = message.deliveries
        let who = listed(names(of: deliveries.map(\.to)))
        guard deliveries.count > 1, let first = deliveries.first, let last = deliveries.last else {
            return "delivered to \(who), whose connection ended before an acknowledgement"
        }
        return "delivered\(often(deliveries.count)) in \(seconds(last.at - first.at)), to \(who), "
            + "and each time the connection ended before an acknowledgement"
    }

    /// Who was given it, and how each lost it; of very many the last.
    fileprivate func givings(of message: Message) -> [Diagnosis.Evidence] {
        message.deliveries.suffix(Limits.asidesAsEvidence).map { delivery in
            let end = loss(of: delivery)
            let pid = end == nil ? nil : participant(delivery.to)?.pid
            let words =
                end.map { "; the connection \(self.words(for: $0)) \(seconds($0.at - delivery.at)) later" } ?? ""
            return Diagnosis.Evidence(
                "\(name(delivery.to))\(pid.map { " (process \($0))" } ?? "") was given it\(words)", at: delivery.at,
                message: end == nil ? message.id : nil, packets: [end?.packet].compactMap(\.self))
        }
    }

    /// Until when its acknowledgement would have been seen, or that it was given to somebody else.
    fileprivate func end(of delivery: Delivery, _ message: Message) -> Timestamp {
        if let loss = loss(of: delivery) { return endOfTaking(message, since: loss.at) }
        return end(on: [trace.connection(delivery.connection)].compactMap(\.self), since: delivery.at)
    }

    /// The first that is open, or the cast after which nothing came, where an acknowledgement would have been seen.
    fileprivate var unacknowledged: MessageID? {
        let candidates = openWaits.filter(\.isTaken).map(\.request) + openCasts
        return candidates.first { id in
            guard let delivery = message(id).deliveries.last, delivery.acknowledgedAt == nil,
                coverage.seesAcknowledgements, let connection = trace.connection(delivery.connection),
                !wasSeenSending(delivery.to, after: delivery.at)
            else { return false }
            let since: Timestamp
            if let end = connection.end {
                guard message(id).deliveries.allSatisfy({ loss(of: $0)?.isSeen == true }) else { return false }
                since = end.at
            } else {
                since = delivery.at
            }
            let services = [participant(delivery.to)?.service].compactMap(\.self)
            return end(of: delivery, message(id)) - since > patience.untaken
                && coverage.loss(since: delivery.at, of: Set(services), in: trace) == nil
        }
    }

    /// Casts that were taken, where nothing shows that they were worked on.
    private var openCasts: [MessageID] {
        guard workflow != nil else { return requests.filter { message($0).kind == .cast } }
        return lastDecisive.map { message($0).kind == .cast ? [$0] : [] } ?? []
    }
}
