import Operations
import Trace

extension Facts {
    /// It is somebody's turn whose connection the broker blocks, so that it can publish nothing (`connection.blocked`).
    ///
    /// Others that are blocked as well are not who the operation waits for.
    var blockedHolder: Finding? { blockedPublisher ?? blockedTurn }

    /// A request waits that was sent over a connection from which the broker reads nothing: nobody can take it yet, and
    /// who should is not to blame. The broker blocks a connection when something is published on it, so the message and
    /// `connection.blocked` come at almost the same time; of one that was sent long before, the broker has the message.
    private var blockedPublisher: Finding? {
        for wait in openWaits where !wait.isTaken {
            let message = message(wait.request)
            guard let sender = participant(message.from), let published = message.publishedAt,
                let connection = trace.connection(message.connection), connection.end == nil,
                let span = connection.blocked.last, span.until == nil, span.from - published < Self.reading,
                end(on: [connection], since: span.from) - max(span.from, published) > patience.untaken,
                coverage.loss(since: span.from, of: Set([sender.service].compactMap(\.self)), in: trace) == nil
            else { continue }
            let place = place(of: message, by: message.destination)
            var finding = blocked(
                sender, span,
                "\(message.title) was sent to \(place) by \(sender.label), which the broker has blocked",
                message: wait.request)
            finding.awaitedStep = stepIndex(of: wait.request) ?? nextStep
            finding.prove(self.published(wait.request))
            return finding
        }
        return nil
    }

    /// A broker reads a message sooner.
    private static let reading: Nanoseconds = .seconds(1)

    private var blockedTurn: Finding? {
        let turns = [holder?.participant, eventSender].compactMap(\.self)
        for participant in turns {
            guard let span = agents.block(of: participant), let who = self.participant(participant) else { continue }
            // A compute may have work that takes its time before it has anything to say.
            let limit = who.service == Workflow.Role.compute.service ? patience.silent : patience.untaken
            guard end(of: [participant], since: span.from) - max(span.from, lastSeen) > limit else { continue }
            return blocked(
                who, span, "it is the turn of \(who.label), which the broker has blocked", message: requests.last)
        }
        return nil
    }

    private func blocked(_ who: Participant, _ span: BlockedSpan, _ what: String, message: MessageID?) -> Finding {
        let end = end(of: [who.id], since: span.from)
        let reason = span.reason.isEmpty ? "" : ": \(span.reason)"
        var finding = Finding(
            .brokerBlocked, "\(what) since \(moment(span.from))\(reason)", self)
        finding.diagnosis.since = span.from
        finding.diagnosis.message = message
        finding.awaitedStep = nextStep
        finding.blame(who)
        finding.prove(
            Diagnosis.Evidence(
                "the broker blocked the connection of \(who.label)\(reason)", at: span.from,
                packets: [span.packet].compactMap(\.self)),
            Diagnosis.Evidence(
                "no connection.unblocked was seen in the \(seconds(end - span.from)) \(until(end))",
                at: end, isMissing: true))
        if let confirmed = confirmed(of: who, since: span) { finding.diagnosis.evidence.append(confirmed) }
        return finding
    }

    /// That who has to act is blocked by the broker, so that it can publish nothing.
    var blockNow: (participant: Participant, span: BlockedSpan)? {
        let turns = [holder?.participant, requests.last.flatMap { message($0).from }].compactMap(\.self)
        for turn in turns {
            guard let span = agents.block(of: turn), let who = participant(turn) else { continue }
            return (who, span)
        }
        return nil
    }

    /// What the broker took all the same from a connection that it had blocked.
    private func confirmed(of who: Participant, since span: BlockedSpan) -> Diagnosis.Evidence? {
        let blocked = Set(agents.connections(of: who.id).filter { $0.blocked.contains(span) }.map(\.id))
        let taken = trace.messages.filter { message in
            message.connection.map(blocked.contains) ?? false && message.publishedAt.map { $0 > span.from } ?? false
                && message.amqp?.confirmedAt != nil
        }
        guard let last = taken.last else { return nil }
        let many = taken.count == 1 ? "1 message" : "\(taken.count) messages"
        return Diagnosis.Evidence(
            "the broker confirmed \(many) that came on it after that all the same", at: last.amqp?.confirmedAt,
            message: last.id)
    }

    /// nova-api, where a compute waits for the event that it sends on: the last that was seen to send any.
    private var eventSender: ParticipantID? {
        guard pluggingWait != nil else { return nil }
        return own.reversed().lazy.compactMap { message($0).from }.first {
            participant($0)?.service == Workflow.Role.api.service
        }
    }
}
