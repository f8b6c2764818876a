import Operations
import Services
import Trace

extension Question {
    /// A message that the operation needs was published, and nobody was seen to take it.
    static let notTaken = Question { facts in
        guard let wait = facts.openWaits.first(where: { !$0.isTaken }) else { return nil }
        let message = facts.message(wait.request)
        let topic = ServiceTopic(message.queue)
        let doubt = facts.coverage.doubt(on: message, in: facts.trace) ?? facts.doubt(onTaking: message)
        if doubt != nil, facts.workflow == nil, message.kind == .cast, facts.isAnyAnswered { return nil }
        var finding = facts.finding(
            on: wait, cause: .notTaken, services: topic.service.map { [$0] } ?? [], state: "not seen taken",
            doubt: doubt)
        finding.diagnosis.awaited = message.destination
        finding.blame(
            facts.participant(
                service: topic.service, host: topic.host, virtualHost: facts.trace.scope(of: message).virtualHost),
            service: topic.service, host: topic.host)
        finding.prove(facts.published(wait.request))
        if finding.diagnosis.cause == .notTaken {
            if let removal = facts.removal(of: message) { finding.sentence += "; \(removal)" }
            if let unconfirmed = facts.lackOfConfirmation(of: message) {
                finding.diagnosis.evidence.append(unconfirmed)
            }
            finding.diagnosis.evidence += facts.asides(of: message)
            finding.diagnosis.evidence.append(facts.lastTaken(from: message))
            let takers = facts.takers(of: message, topic)
            let gone = takers.compactMap { facts.departure(of: $0) }
            if !gone.isEmpty, gone.count == takers.count {
                finding.tell(gone, facts)
            } else if let last = facts.lastConsumer(of: message) {
                finding.sentence += "; \(last.sentence)"
                if !last.isOfConnection { finding.diagnosis.evidence.append(last.evidence) }
            } else if topic.host != nil, let standing = facts.standing(of: finding.diagnosis.participant) {
                // Which of several conductors would have taken it nobody knows; of a host there is one agent.
                finding.diagnosis.evidence.append(standing)
            }
        }
        return finding
    }

    /// A call was taken, and its answer was not seen.
    static let unanswered = Question { facts in
        guard let wait = facts.takenWait else { return nil }
        let message = facts.message(wait.request)
        let topic = ServiceTopic(message.queue)
        let taker = facts.participant(message.deliveries.last?.to)
        var finding = facts.finding(
            on: wait, cause: .unanswered, services: [taker?.service ?? topic.service].compactMap(\.self).asSet,
            state: "taken but not answered", doubt: facts.doubt(onAnswerTo: message))
        finding.blame(taker, service: topic.service, host: topic.host)
        if let taken = facts.taken(wait.request) { finding.prove(facts.published(wait.request), taken) }
        return finding
    }

    /// A cast was taken, and whoever took it has not done anything since that could be seen.
    ///
    /// Since Grizzly a compute asks the conductor for everything, and is heard at once; before, messages have no
    /// `_unique_id`.
    static let silentTaker = Question { facts in
        guard facts.workflow != nil, facts.isSilent, let id = facts.lastDecisive, facts.message(id).kind == .cast,
            facts.message(id).uniqueID != nil, let delivery = facts.message(id).deliveries.last,
            !facts.wasHeard(delivery.to, since: delivery.at)
        else { return nil }
        let message = facts.message(id)
        let topic = ServiceTopic(message.queue)
        let taker = facts.participant(delivery.to)
        let services = [taker?.service ?? topic.service].compactMap(\.self).asSet
        let sentence = "\(message.title) was taken by \(taker?.label ?? message.queue)"
        let loss =
            facts.coverage.loss(since: delivery.at, of: services, in: facts.trace)
            ?? facts.doubt(onWorkOf: delivery.to)
        var finding =
            loss.map { Finding(.unclear, "\(sentence); nothing further was seen, but \($0)", facts) }
            ?? Finding(.unanswered, "\(sentence), and nothing came of it", facts)
        finding.diagnosis.message = id
        finding.diagnosis.since = delivery.at
        finding.awaitedStep = facts.nextStep
        finding.advise(facts, loss: loss)
        finding.blame(taker, service: topic.service, host: topic.host)
        if loss == nil {
            finding.prove(
                Diagnosis.Evidence(
                    "nothing that it did for this request was seen for \(facts.seconds(facts.captureEnd - delivery.at))",
                    at: facts.captureEnd, isMissing: true))
        }
        if let taken = facts.taken(id) { finding.prove(facts.published(id), taken) }
        return finding
    }
}

extension Finding {
    /// Says that all who could have taken it lost the broker since the operation began, and did not come back.
    fileprivate mutating func tell(_ gone: [Agents.Departure], _ facts: Facts) {
        if gone.count == 1 {
            sentence += "; \(facts.name(gone[0].participant)) \(facts.words(on: gone[0]))"
            blame(facts.participant(gone[0].participant))
        }
        diagnosis.evidence += gone.prefix(Self.shownDepartures).map {
            facts.evidence(of: $0, facts.name($0.participant))
        }
    }

    private static let shownDepartures = 4
}

extension Array where Element: Hashable {
    fileprivate var asSet: Set<Element> { Set(self) }
}

/// A value: a request that was seen taken, or answered, by nobody.
struct Wait {
    var request: MessageID
    /// Whether somebody has it: who rejected it has not.
    var isTaken: Bool
    /// Since when nothing was seen of it.
    var since: Timestamp
    /// Whether its caller has given it up.
    var isOver: Bool
}

extension Facts {
    /// What the operation waits for, in order of time.
    ///
    /// A cast without a delivery counts while nothing of a later step was seen: the capture may hold one side of the bus.
    var openWaits: [Wait] {
        if let known = index.openWaits { return known }
        let waits = requests.compactMap(wait)
        index.openWaits = waits
        return waits
    }

    /// The first call that was taken and is not answered or, where who took it waits for another one itself, the innermost.
    var takenWait: Wait? {
        guard var innermost = openWaits.first(where: \.isTaken) else { return nil }
        for wait in openWaits where wait.isTaken && wait.request > innermost.request {
            if let taker = participant(message(innermost.request).deliveries.last?.to),
                let asker = participant(message(wait.request).from), mayBeOne(taker, asker)
            {
                innermost = wait
            }
        }
        return innermost
    }

    private func wait(for id: MessageID) -> Wait? {
        let message = message(id)
        guard message.returned == nil, isOfLastAttempt(message.at) else { return nil }
        switch message.kind {
        case .cast:
            guard let at = message.publishedAt, message.deliveries.isEmpty || message.isGivenBack, isDecisive(message),
                !isFollowed(id, after: at, until: nil, beyond: stepIndex(of: id) ?? -1)
            else { return nil }
            let limit = message.timeout.map { at + $0 }
            return Wait(
                request: id, isTaken: false, since: at,
                isOver: limit.map { endOfTaking(message, since: at) > $0 } ?? false)
        case .call:
            guard let call = call(of: id), call.reply == nil, call.outcome != .returned, let at = message.at,
                !isOvertaken(id, at: at, isTimedOut: call.outcome == .timedOut)
            else { return nil }
            return Wait(
                request: id, isTaken: !message.deliveries.isEmpty && !message.isGivenBack,
                since: lastSign(of: call.id, asked: message) ?? at,
                isOver: call.outcome == .timedOut)
        default: return nil
        }
    }

    /// Services that are gone since Train, whose messages older ones still cast.
    private static let unheard: Set = ["consoleauth"]

    fileprivate var isAnyAnswered: Bool { requests.contains { call(of: $0)?.outcome == .ok } }

    /// Steps and what begins them anew, and events; what else is cast may be lost without harm. Of what no workflow knows
    /// every cast is for somebody.
    private func isDecisive(_ message: Message) -> Bool {
        guard workflow != nil else { return !Self.unheard.contains(message.queue) }
        return stepIndex(of: message.id) != nil || workflow?.retry?.matches(message) == true || !message.events.isEmpty
            || workflow?.triggers.contains { $0.matches(message) } == true
    }

    /// Who is known to serve the topic: one process of each host.
    fileprivate func takers(of message: Message, _ topic: ServiceTopic) -> [Holder] {
        guard let service = topic.service else { return [] }
        let virtualHost = trace.scope(of: message).virtualHost
        var hosts: Set<String?> = []
        return agents.participants(of: service, on: topic.host).compactMap { id in
            let who = trace.participants[id]
            guard who.virtualHost == nil || virtualHost == nil || who.virtualHost == virtualHost,
                hosts.insert(who.host).inserted
            else { return nil }
            return Holder(participant: id, since: operation.startedAt, message: message.id)
        }
    }

    /// Whether who should have taken it was there: gone, or connected and yet not taking, as a process that lost its
    /// consumer or has as many messages in hand as it asks for at once (`rabbit_qos_prefetch_count`).
    fileprivate func standing(of participant: ParticipantID?) -> Diagnosis.Evidence? {
        guard let participant else { return nil }
        let who = name(participant)
        if let departure = agents.departure(of: participant) { return evidence(of: departure, who) }
        let open = presence(of: participant).open
        guard open > 0 else {
            guard agents.connections(of: participant).contains(where: { $0.end == nil }) else { return nil }
            return words(onConnectionsOf: participant).map { Diagnosis.Evidence("\(who): \($0)") }
        }
        let count = open == 1 ? "1 connection" : "\(open) connections"
        return Diagnosis.Evidence("\(who) is connected to the broker, by \(count), and did not take it")
    }

    /// When anything was taken from a queue last, which tells who died from who was never there; background traffic is
    /// as good for that.
    func lastTaken(from message: Message) -> Diagnosis.Evidence {
        let queue = place(of: message, by: message.queue)
        guard let last = coverage.lastTaken(by: message.queue, in: trace.scope(of: message)) else {
            return Diagnosis.Evidence("nobody was seen to take anything from \(queue) in the whole capture")
        }
        return Diagnosis.Evidence("the last to take anything from \(queue) was \(name(last.to))", at: last.at)
    }

    /// That the broker did not confirm a publish, though it confirmed others of its sender in the operation.
    func lackOfConfirmation(of message: Message) -> Diagnosis.Evidence? {
        guard let amqp = message.amqp, amqp.confirmedAt == nil, amqp.refusedAt == nil, message.publishedAt != nil
        else { return nil }
        let confirmed = own.count { id in
            self.message(id).from == message.from && self.message(id).amqp?.confirmedAt != nil
        }
        guard confirmed > 0 else { return nil }
        return Diagnosis.Evidence(
            "the broker did not confirm it, as it did \(confirmed == 1 ? "another" : "\(confirmed) others") of "
                + "\(name(message.from)): it may not have put it into the queue", at: captureEnd, isMissing: true)
    }

    /// Whether its caller went on since: with a later save or step, or, when it had given up, with anything.
    private func isOvertaken(_ id: MessageID, at time: Timestamp, isTimedOut: Bool) -> Bool {
        let message = message(id)
        if message.stateChange != nil {
            if index.lastSave[message.from].map({ $0 > time }) ?? false { return true }
        }
        if let step = stepIndex(of: id), isFollowed(after: time, beyond: step) { return true }
        guard isTimedOut, let from = message.from else { return false }
        return wasSeenSending(from, after: call(of: id).flatMap(expiry)?.at ?? time + patience.silent)
    }

    /// When the request, a heartbeat of it, or anything else that its taker did for the operation was seen last.
    private func lastSign(of call: CallID, asked request: Message) -> Timestamp? {
        let signs = [
            request.deliveries.last?.at ?? request.at, index.lastHeartbeat[call],
            request.deliveries.last?.to.flatMap(lastSent),
        ]
        return signs.compactMap(\.self).max()
    }

    /// The message of the step that was reached, or what began the work anew since.
    var lastDecisive: MessageID? {
        let reached = lastDone.flatMap { operation.steps[$0].messages.last }
        guard let retry = attempts.retries.last, let began = retry.at else { return reached }
        guard let reached, let at = message(reached).at, at > began else { return retry.id }
        return reached
    }

    fileprivate func wasHeard(_ participant: ParticipantID?, since time: Timestamp) -> Bool {
        guard let participant else { return index.lastSent.values.contains { $0 >= time } }
        return [lastSent(by: participant), index.lastSent[nil]].contains { $0.map { $0 >= time } ?? false }
    }

    /// The first step that is due.
    var nextStep: Int? {
        guard let workflow else { return nil }
        return operation.steps.indices.first {
            $0 > lastDone ?? -1 && operation.steps[$0].status == .pending && !workflow.steps[$0].isOptional
        }
    }

    /// Running while there is patience, stuck when it is over, and unclear where it may have gone on unseen.
    ///
    /// - Parameter doubt: why that may be, beside what the capture lacks.
    fileprivate func finding(
        on wait: Wait, cause: Diagnosis.Cause, services: Set<String>, state: String, doubt: String? = nil
    ) -> Finding {
        let message = message(wait.request)
        let beginning = "\(message.title) was published to \(place(of: message, by: message.destination))"
        let end = end(of: wait)
        let waited = seconds(end - wait.since)
        let limit = wait.isTaken ? patience.silent : patience.untaken
        let isBlind = !wait.isOver && end - wait.since <= limit
        let loss =
            coverage.loss(since: wait.since, of: services, in: trace) ?? (isBlind ? blindness(after: end) : nil)
            ?? doubt
        var finding: Finding
        if isBlind, captureEnd - wait.since <= limit {
            finding = Finding(.underWay, "\(beginning) and \(state) \(whenItEnded(after: wait.since))", self)
            if wait.isTaken, let lost = recentLoss { finding.tell(lost) }
        } else if let loss {
            finding = Finding(.unclear, "\(beginning) and \(state), but \(loss)", self)
            finding.advise(self, loss: loss)
        } else {
            let state = wait.isTaken ? state : "taken by nobody"
            // Of a call that showed signs of life the wait is told from the last of them, which is said.
            let asked = message.deliveries.last?.at ?? message.at ?? wait.since
            let hadSigns = wait.isTaken && wait.since > asked
            let ago =
                hadSigns
                ? "in \(seconds(end - asked)), the last \(waited) without a sign of life" : "in \(waited)"
            let sentence =
                wait.isOver
                ? "\(beginning), \(state), and timed out\(timedOut(wait.request))" : "\(beginning) and \(state) \(ago)"
            finding = Finding(cause, sentence, self)
            finding.prove(
                Diagnosis.Evidence(
                    cause == .notTaken
                        ? "no \(message.asides.isEmpty ? "" : "other ")delivery of it was seen in the \(waited) \(until(end))"
                        : "no answer\(hadSigns ? ", nor a sign of life," : "") was seen in the \(waited) \(until(end))",
                    at: end, message: wait.request, isMissing: true))
        }
        finding.diagnosis.message = wait.request
        finding.diagnosis.since = wait.since
        finding.awaitedStep = stepIndex(of: wait.request) ?? nextStep
        return finding
    }
}
