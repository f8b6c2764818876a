import Trace

extension Question {
    /// Somebody has the work in hand, and nothing more was seen of it for longer than work stays without a word.
    ///
    /// It is stuck for who waits for it. That who has it is dead does not follow, and is not said: whether it is connected,
    /// and was heard with anything else, stands in the evidence.
    static let silentHolder = Question { facts in
        guard facts.isSilent, !facts.mayGoOnInAnotherCell, let holder = facts.holder,
            facts.message(holder.message).uniqueID != nil, let next = facts.nextStep,
            facts.coverage.loss(since: facts.reachedAt, of: Facts.services, in: facts.trace) == nil,
            facts.doubt(onWorkOf: holder.participant) == nil
        else { return nil }
        let who = facts.participant(holder.participant)
        let place = (facts.hostReached ?? who?.host).map { " on \($0)" } ?? ""
        let waited = facts.seconds(facts.captureEnd - facts.lastSeen)
        var finding = Finding(.silent, "\(facts.reached)\(place), and nothing further was seen in \(waited)", facts)
        finding.diagnosis.message = holder.message
        finding.diagnosis.since = facts.lastSeen
        finding.diagnosis.isReplaced = facts.agents.successor(of: holder.participant) != nil
        finding.awaitedStep = next
        finding.blame(who)
        if let lost = facts.recentLoss { finding.tell(lost) }
        finding.diagnosis.evidence += facts.signs(of: holder)
        if let wait = facts.pluggingWait {
            finding.diagnosis.awaited = Plugging.event
            finding.diagnosis.evidence += facts.portEvidence
            finding.diagnosis.evidence.append(
                Diagnosis.Evidence(
                    "no \(Plugging.event) was seen; nova-compute waits 300 s for it, once the server is built",
                    at: wait.note.at, message: wait.note.message))
        }
        finding.diagnosis.evidence.append(
            Diagnosis.Evidence(
                "\"\(facts.operation.steps[next].name)\" is next, of \(facts.name(holder.participant)): nothing of it in "
                    + "the \(waited) \(facts.untilEnd)",
                at: facts.captureEnd, isMissing: true))
        return finding
    }
}

extension Facts {
    /// By what who has the work took it or went on with it, and what was heard of it since.
    fileprivate func signs(of holder: Holder) -> [Diagnosis.Evidence] {
        let who = name(holder.participant)
        let message = message(holder.message)
        var signs: [Diagnosis.Evidence] = []
        if message.from != holder.participant, let taken = taken(holder.message) {
            signs.append(Diagnosis.Evidence("\(message.title): \(taken.text)", at: taken.at, message: holder.message))
        } else {
            let state = message.stateChange?.taskState.value.map { " (\($0))" } ?? ""
            signs.append(
                Diagnosis.Evidence(
                    "\(who) was seen last in this operation with \(message.title)\(state)", at: message.at,
                    message: holder.message))
        }
        let words = words(onConnectionsOf: holder.participant)
        let isConnected = words.map { "; \($0)" } ?? ""
        if let other = agents.successor(of: holder.participant) {
            signs.append(
                Diagnosis.Evidence(
                    "process \(other.pid) of \(who) connected, and nothing of process \(other.formerPid), which has the "
                        + "work, was seen since\(isConnected)", at: other.began))
        } else if let heard = agents.lastHeard(of: holder.participant), heard - lastSeen > .seconds(1) {
            signs.append(
                Diagnosis.Evidence("\(who) was heard last with something else\(isConnected)", at: heard))
        } else if agents.ofProcess(holder.participant).contains(where: { $0.end == nil }) {
            signs.append(
                Diagnosis.Evidence("\(who) was heard with nothing else since\(isConnected)", at: captureEnd))
        }
        return signs
    }
}
