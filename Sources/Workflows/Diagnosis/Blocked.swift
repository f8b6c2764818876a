import Trace

extension Facts {
    /// It is somebody's turn whose connection the broker blocks, so that it can publish nothing (`connection.blocked`).
    ///
    /// Others that are blocked as well are not who the operation waits for.
    var blockedHolder: Finding? {
        let turns = [holder?.participant, eventSender].compactMap(\.self)
        for participant in turns {
            guard let span = agents.block(of: participant), let who = self.participant(participant) else { continue }
            // A compute may have work that takes its time before it has anything to say.
            let limit = who.service == Workflow.Role.compute.service ? patience.silent : patience.untaken
            guard captureEnd - max(span.from, lastSeen) > limit else { continue }
            return blocked(who, span)
        }
        return nil
    }

    private func blocked(_ who: Participant, _ span: BlockedSpan) -> Finding {
        let reason = span.reason.isEmpty ? "" : ": \(span.reason)"
        var finding = Finding(
            .brokerBlocked,
            "it is the turn of \(who.label), which the broker has blocked since \(moment(span.from))\(reason)", self)
        finding.diagnosis.since = span.from
        finding.diagnosis.message = requests.last
        finding.awaitedStep = nextStep
        finding.blame(who)
        finding.prove(
            Diagnosis.Evidence("the broker blocked the connection of \(who.label)\(reason)", at: span.from),
            Diagnosis.Evidence(
                "no connection.unblocked was seen in the \(seconds(captureEnd - span.from)) \(untilEnd)",
                at: captureEnd, isMissing: true))
        return finding
    }

    /// nova-api, where a compute waits for the event that it sends on: the last that was seen to send any.
    private var eventSender: Int? {
        guard pluggingWait != nil else { return nil }
        return own.reversed().lazy.compactMap { message($0).from }.first {
            participant($0)?.service == Workflow.Role.api.service
        }
    }
}
