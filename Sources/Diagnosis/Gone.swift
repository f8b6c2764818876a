import Operations
import Trace

/// Who had the work in hand is not there any more: its connections ended, all of them, and it did not come back.
extension Facts {
    var gone: Finding? { goneBroker ?? goneHolder ?? goneProcess }

    // MARK: The broker

    /// All connections to the broker of the operation ended, most of them at once.
    private var goneBroker: Finding? {
        // Of what no workflow knows an open request alone tells that there was more to come.
        guard workflow != nil || !openWaits.isEmpty, let connection = connection(of: lastOfAll),
            let outage = agents.outage(of: connection.server),
            outage.at >= operation.startedAt, doubtOnWays == nil
        else { return nil }
        let end = end(on: trace.capture.connections.filter { $0.server == outage.server }, since: outage.at)
        guard end - outage.at > patience.untaken else { return nil }
        let what = words(on: outage)
        let waited = seconds(end - outage.at)
        var finding = Finding(
            .connectionLost, "\(what) at \(moment(outage.at)), and nobody came back in \(waited)", self)
        finding.diagnosis.message = lastOfAll
        finding.diagnosis.since = outage.at
        finding.awaitedStep = nextStep
        finding.prove(
            Diagnosis.Evidence("\(what) within \(seconds(outage.within))", at: outage.at),
            Diagnosis.Evidence(
                "no connection to it was opened in the \(waited) \(until(end))", at: end, isMissing: true))
        return finding
    }

    private func words(on outage: Agents.Outage) -> String {
        let count = "\(outage.connections) connections"
        return outage.isBrokers
            ? "the broker \(outage.server) ended all of its \(count)"
            : "all \(count) to the broker \(outage.server) ended"
    }

    private var lastOfAll: MessageID? { own.last }

    private func connection(of message: MessageID?) -> Connection? {
        guard let message else { return nil }
        let id = self.message(message).connection ?? self.message(message).deliveries.last?.connection
        return trace.connection(id)
    }

    // MARK: An agent

    /// The departure of who has the work in hand, if it was gone for longer than it takes to come back.
    func departure(of holder: Holder?) -> Agents.Departure? {
        guard doubtOnWays == nil, let holder, let departure = agents.departure(of: holder.participant),
            departure.at >= holder.since
        else { return nil }
        // A process that ended its connections is gone with its work; one that the broker cut off tries again.
        let limit = departure.isOwn ? patience.untaken : patience.reconnecting
        guard end(of: [holder.participant], since: departure.at) - departure.at > limit else { return nil }
        let services = participant(holder.participant)?.service.map { [$0] } ?? []
        guard coverage.loss(since: departure.at, of: Set(services), in: trace) == nil else { return nil }
        return departure
    }

    /// The end of the one process that has the work in hand, where others of its name go on: none of them knows of it.
    func replacement(of holder: Holder?) -> Agents.Replacement? {
        guard doubtOnWays == nil, let holder,
            let replacement = agents.replacement(of: holder.participant) ?? agents.restart(of: holder.participant),
            replacement.departure.at >= holder.since, !mayBeGivenAgain(holder)
        else { return nil }
        let limit = replacement.departure.isOwn ? patience.untaken : patience.reconnecting
        guard end(of: replacement) - replacement.departure.at > limit else { return nil }
        let services = participant(holder.participant)?.service.map { [$0] } ?? []
        guard coverage.loss(since: replacement.departure.at, of: Set(services), in: trace) == nil else { return nil }
        return replacement
    }

    private func end(of replacement: Agents.Replacement) -> Timestamp {
        end(of: [replacement.departure.participant], since: replacement.departure.at)
    }

    /// Whether the broker gives the message to another one, since it was not acknowledged.
    private func mayBeGivenAgain(_ holder: Holder) -> Bool {
        let message = message(holder.message)
        guard message.from != holder.participant, let delivery = message.deliveries.last else { return false }
        return delivery.settlement == nil || delivery.settlement == .requeued
    }

    private var goneProcess: Finding? {
        guard let holder, let replacement = replacement(of: holder), !isElsewhere(before: replacement.departure),
            lastSeen <= replacement.departure.at || isWaiting(for: holder)
        else { return nil }
        let who = name(holder.participant)
        let end = end(of: replacement)
        var finding = Finding(.connectionLost, words(on: replacement, who), self)
        finding.diagnosis.message = holder.message
        finding.diagnosis.since = replacement.departure.at
        finding.awaitedStep = isWaiting(for: holder) ? stepIndex(of: holder.message) ?? nextStep : nextStep
        finding.blame(participant(holder.participant))
        finding.prove(inHand(holder), evidence(of: replacement.departure, "process \(replacement.pid) of \(who)"))
        finding.diagnosis.evidence.append(evidence(of: replacement))
        finding.diagnosis.evidence.append(
            Diagnosis.Evidence(
                "nobody was seen to go on with it in the \(seconds(end - replacement.departure.at)) \(until(end))",
                at: end, isMissing: true))
        return finding
    }

    /// Whether the message that the holder took is a call that is open.
    private func isWaiting(for holder: Holder) -> Bool { openWaits.contains { $0.request == holder.message } }

    /// `nova-compute@cmp1 (process 11108) lost its connections at +2.0 s, and no other process went on with it in 9.0 s`.
    func words(on replacement: Agents.Replacement, _ who: String) -> String {
        "\(who) (process \(replacement.pid)) \(loss(replacement.departure)), and no other process went on with it in "
            + seconds(end(of: replacement) - replacement.departure.at)
    }

    /// Of work of which nobody says when it is done.
    func words(onTaker replacement: Agents.Replacement, _ who: String) -> String {
        "\(who) (process \(replacement.pid)), which \(loss(replacement.departure)); "
            + (replacement.began == nil ? "another process of it goes on" : "another process of it came since")
    }

    private func evidence(of replacement: Agents.Replacement) -> Diagnosis.Evidence {
        if replacement.otherPid == replacement.pid, replacement.other == replacement.departure.participant {
            return Diagnosis.Evidence(
                "who has its number and address since then reads other queues for answers: it is another process",
                at: replacement.began)
        }
        let other = "process \(replacement.otherPid) of \(name(replacement.other))"
        guard let began = replacement.began else {
            return Diagnosis.Evidence("\(other) is another one, and was connected all the time")
        }
        return Diagnosis.Evidence("\(other) is another one, connected since then", at: began)
    }

    private var goneHolder: Finding? {
        guard let holder, let departure = departure(of: holder), !isElsewhere(before: departure) else { return nil }
        let who = name(holder.participant)
        let end = end(of: [holder.participant], since: departure.at)
        var finding = Finding(.connectionLost, "\(who) \(words(on: departure))", self)
        finding.diagnosis.message = holder.message
        finding.diagnosis.since = departure.at
        finding.awaitedStep = isWaiting(for: holder) ? stepIndex(of: holder.message) ?? nextStep : nextStep
        finding.blame(participant(holder.participant))
        finding.prove(inHand(holder), evidence(of: departure, who))
        finding.diagnosis.evidence.append(
            Diagnosis.Evidence(
                "no message and no connection of it was seen in the \(seconds(end - departure.at)) \(until(end))",
                at: end, isMissing: true))
        return finding
    }

    // MARK: Only for a while

    /// That who worked on it had no connection to the broker for a while, before it gave the work up.
    func absence(of participant: ParticipantID?, before end: Timestamp) -> (
        sentence: String, evidence: [Diagnosis.Evidence]
    )? {
        let start = attempts.lastBegan ?? operation.startedAt
        guard doubtOnWays == nil, let participant,
            let absence = agents.absence(of: participant, from: start, until: end)
        else { return nil }
        let who = name(participant)
        return (
            "\(who) \(loss(absence.departure)) and was back at \(moment(absence.back))",
            [
                evidence(of: absence.departure, who),
                Diagnosis.Evidence("\(who) was connected to the broker anew", at: absence.back),
            ]
        )
    }

    // MARK: Perhaps only for now

    /// That who has the work in hand, or the broker, went so shortly before the end that it may come back.
    var recentLoss: RecentLoss? {
        // Another node of the broker may have them.
        guard doubtOnWays == nil else { return nil }
        if let connection = connection(of: lastOfAll), let outage = agents.outage(of: connection.server) {
            guard outage.at >= operation.startedAt, captureEnd - outage.at <= patience.untaken else { return nil }
            let what = words(on: outage)
            return RecentLoss(
                sentence: "\(what) at \(moment(outage.at)), and nobody was back \(whenItEnded(after: outage.at))",
                evidence: Diagnosis.Evidence("\(what) within \(seconds(outage.within))", at: outage.at),
                participant: nil)
        }
        guard let holder, let departure = agents.departure(of: holder.participant), departure.at >= holder.since else {
            return nil
        }
        let services = participant(holder.participant)?.service.map { [$0] } ?? []
        guard coverage.loss(since: departure.at, of: Set(services), in: trace) == nil else { return nil }
        let who = name(holder.participant)
        let end = end(of: [holder.participant], since: departure.at)
        return RecentLoss(
            sentence: "\(who) \(loss(departure)) and was not back \(whenItEnded(after: departure.at, at: end))",
            evidence: evidence(of: departure, who), participant: participant(holder.participant))
    }

    /// `lost its connections at +120.0 s and did not come back in 480.0 s`.
    func words(on departure: Agents.Departure) -> String {
        let end = end(of: [departure.participant], since: departure.at)
        return "\(loss(departure)) and did not come back in \(seconds(end - departure.at))"
    }

    private func loss(_ departure: Agents.Departure) -> String {
        let verb = departure.isOwn && departure.isRegular ? "closed" : "lost"
        let what = departure.connections == 1 ? "its connection" : "its connections"
        return "\(verb) \(what) at \(moment(departure.at))"
    }

    func evidence(of departure: Agents.Departure, _ who: String) -> Diagnosis.Evidence {
        let count = departure.connections == 1 ? "the connection" : "all \(departure.connections) connections"
        let text =
            switch departure.common?.by {
            case .server: "the broker \(deed(departure.end)) \(count) of \(who)\(manner(of: departure.end))"
            case .client: "\(who) itself \(deed(departure.end)) \(count) to the broker\(manner(of: departure.end))"
            case nil: "\(count) of \(who) ended, the last \(words(for: departure.end))"
            }
        return Diagnosis.Evidence(text, at: departure.at, packets: departure.packets)
    }

    private func deed(_ end: ConnectionEnd) -> String {
        switch end.kind {
        case .closed: "closed"
        case .reset: "reset"
        case .finished, .replaced, .silent: "ended"
        }
    }

    private func manner(of end: ConnectionEnd) -> String {
        switch end.kind {
        case .closed: end.isRegular ? "" : ": \(reason(of: end))"
        case .finished, .reset, .replaced, .silent: end.mayHaveBeenClosed ? "" : " without a close"
        }
    }

    private func inHand(_ holder: Holder) -> Diagnosis.Evidence {
        let message = message(holder.message)
        if message.from != holder.participant, let taken = taken(holder.message) {
            return Diagnosis.Evidence(
                "\(message.title): \(taken.text)", at: taken.at, message: holder.message)
        }
        let state = message.stateChange?.taskState.value.map { " (\($0))" } ?? ""
        return Diagnosis.Evidence(
            "\(name(holder.participant)) was seen last in this operation with \(message.title)\(state)",
            at: message.at, message: holder.message)
    }

    /// `+120.0 s`, from the beginning of the operation.
    func moment(_ time: Timestamp) -> String { "+\(seconds(time - operation.startedAt))" }
}

/// A value: what is said of who went shortly before the end of the capture.
struct RecentLoss {
    var sentence: String
    var evidence: Diagnosis.Evidence
    /// Who, where it is not the broker.
    var participant: Participant?
}

extension Finding {
    /// Adds it to what is said of an operation that is under way.
    mutating func tell(_ lost: RecentLoss) {
        sentence += "; \(lost.sentence)"
        diagnosis.evidence.insert(lost.evidence, at: 0)
        if let who = lost.participant { blame(who) }
    }
}
