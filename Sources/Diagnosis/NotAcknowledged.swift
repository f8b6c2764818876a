import Operations
import Services
import Trace

extension Question {
    /// A message that the operation needs was given to a consumer that did not acknowledge it, as others do at once: its
    /// process is stopped, or so busy that it reads nothing (oslo.messaging acknowledges before it begins the work).
    static let notAcknowledged = Question { facts in
        guard let id = facts.unacknowledged, let delivery = facts.message(id).deliveries.last else { return nil }
        let message = facts.message(id)
        let topic = ServiceTopic(message.queue)
        let taker = facts.participant(delivery.to)
        let who = taker?.label ?? message.destination
        let end = facts.end(of: delivery)
        let waited = facts.seconds(end - delivery.at)
        var finding = Finding(
            .notAcknowledged, "\(message.title) was delivered to \(who), which did not acknowledge it in \(waited)",
            facts)
        finding.diagnosis.message = id
        finding.diagnosis.since = delivery.at
        finding.diagnosis.awaited = message.destination
        finding.awaitedStep = facts.stepIndex(of: id) ?? facts.nextStep
        finding.blame(taker, service: topic.service, host: topic.host)
        finding.prove(
            facts.published(id), Diagnosis.Evidence("\(who) was given it", at: delivery.at, message: id),
            Diagnosis.Evidence(
                "no acknowledgement of it was seen in the \(waited) \(facts.until(end))", at: end,
                message: id,
                isMissing: true))
        return finding
    }
}

extension Facts {
    /// Until when its acknowledgement would have been seen.
    fileprivate func end(of delivery: Delivery) -> Timestamp {
        end(on: [trace.connection(delivery.connection)].compactMap(\.self), since: delivery.at)
    }

    /// The first that is open, or the cast after which nothing came, where an acknowledgement would have been seen.
    fileprivate var unacknowledged: MessageID? {
        let candidates = openWaits.filter(\.isTaken).map(\.request) + openCasts
        return candidates.first { id in
            guard let delivery = message(id).deliveries.last, delivery.acknowledgedAt == nil,
                end(of: delivery) - delivery.at > patience.untaken, coverage.seesAcknowledgements,
                let connection = trace.connection(delivery.connection), connection.end == nil,
                !wasSeenSending(delivery.to, after: delivery.at)
            else { return false }
            let services = [participant(delivery.to)?.service].compactMap(\.self)
            return coverage.loss(since: delivery.at, of: Set(services), in: trace) == nil
        }
    }

    /// Casts that were taken, where nothing shows that they were worked on.
    private var openCasts: [MessageID] {
        guard workflow != nil else { return requests.filter { message($0).kind == .cast } }
        return lastDecisive.map { message($0).kind == .cast ? [$0] : [] } ?? []
    }
}
