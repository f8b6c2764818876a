import Operations
import Services
import Trace

extension Question {
    /// A call was answered, and its caller did not get the answer, or only after it had given up.
    ///
    /// The service that answered has done its work; who waits for it knows nothing of that. Whatever was done in spite of
    /// it, as when the same is asked once more, makes it good.
    static let answerLost = Question { facts in
        guard let loss = facts.decisiveLoss else { return nil }
        var finding = loss.call.replyFate == .late ? facts.lateAnswer(loss) : facts.lostAnswer(loss)
        if let end = facts.failure(after: loss.at) {
            finding.diagnosis.cause = end.cause
            finding.diagnosis.evidence.append(end.evidence)
        }
        return finding
    }
}

/// A value: a call of the operation whose answer did not arrive, or not in time.
private struct Loss {
    var request: MessageID
    var call: Call
    /// When it was clear that the caller would not get it.
    var at: Timestamp
    /// What the caller did after this it did without the answer; what it had begun before may still have come.
    var margin: Timestamp
}

extension Facts {
    /// The last that nothing made good.
    fileprivate var decisiveLoss: Loss? {
        requests.reversed().lazy.compactMap(loss).first { !isMadeGood($0) }
    }

    private func loss(of request: MessageID) -> Loss? {
        guard let call = call(of: request), let fate = call.replyFate, fate != .delivered,
            !call.isAnswered, isOfLastAttempt(message(request).at), let asked = message(request).at
        else { return nil }
        if fate == .undelivered, message(request).publishedAt == nil, isReadElsewhere(replyQueue(of: call, request)) {
            return nil
        }
        let sent = call.lastReplyAttemptAt ?? call.reply.flatMap { message($0).publishedAt } ?? asked
        if fate == .late, let end = expiry(of: call) {
            return Loss(request: request, call: call, at: end.at, margin: end.at)
        }
        let margin = (call.firstReplyAttemptAt ?? sent) + .seconds(1)
        return Loss(request: request, call: call, at: sent, margin: margin)
    }

    /// Whether the work went on: a later step was reached, the same was asked again and answered, or who had asked
    /// went on with anything but to set an error.
    private func isMadeGood(_ loss: Loss) -> Bool {
        if isAskedAgain(loss.call) { return true }
        if let step = stepIndex(of: loss.request), isFollowed(after: loss.margin, beyond: step) { return true }
        guard workflow != nil, stepIndex(of: loss.request) == nil, let caller = loss.call.from else { return false }
        return index.lastWork[caller].map { $0 > loss.margin } ?? false
    }

    /// That the operation failed since: the instance was set to error, or the conductor, whose word is the last, reported one.
    fileprivate func failure(after time: Timestamp) -> (cause: Diagnosis.Cause, evidence: Diagnosis.Evidence)? {
        if hasErrorState(after: time), let note = lastConfirmed {
            return (.errorState, errorEvidence(note))
        }
        let report = reportedErrors.last { $0.title.hasPrefix("compute_task.") && $0.at.map { $0 >= time } ?? false }
        return report.map { (.remoteError, evidence(ofError: $0)) }
    }

    // MARK: Lost

    fileprivate func lostAnswer(_ loss: Loss) -> Finding {
        let (call, queue) = (loss.call, replyQueue(of: loss))
        let caller = participant(call.from)
        let who = caller?.label ?? "its caller"
        let refusal = call.replyFate == .undelivered ? refusal(of: loss) : nil
        var finding = Finding(
            refusal == nil ? .answerLost : .brokerRefused,
            "the answer to \(call.title) did not reach \(who): \(fate(of: loss, queue))", self)
        finding.diagnosis.message = loss.request
        finding.diagnosis.since = loss.at
        finding.diagnosis.awaited = queue
        finding.awaitedStep = stepIndex(of: loss.request) ?? nextStep
        finding.blame(refusal == nil ? caller : participant(call.to))
        finding.prove(answered(loss), whatBecame(of: loss, queue))
        if let taken = taken(loss.request) { finding.prove(taken) }
        finding.prove(published(loss.request))
        if message(loss.request).stateChange != nil, call.reply.flatMap({ message($0).failure }) == nil {
            finding.diagnosis.evidence.append(
                Diagnosis.Evidence(
                    "the state was saved all the same; \(who) was not told", at: call.reply.flatMap { message($0).at },
                    message: call.reply))
        }
        return finding
    }

    private func replyQueue(of loss: Loss) -> String { replyQueue(of: loss.call, loss.request) }

    private func replyQueue(of call: Call, _ request: MessageID) -> String {
        message(request).amqp?.replyQueue ?? call.reply.map { message($0).destination } ?? "its reply queue"
    }

    /// Whether no connection is open that was seen to read a queue: who asks goes on all the same, and where is not shown.
    private func isReadElsewhere(_ queue: String) -> Bool {
        let given = operation.messages.lazy.map(message).filter { $0.destination == queue }.flatMap(\.deliveries)
        return !(given.compactMap { trace.connection($0.connection) } + agents.consumers(of: queue).map(\.connection))
            .contains { $0.end == nil }
    }

    private func fate(of loss: Loss, _ queue: String) -> String {
        switch loss.call.replyFate {
        case .returned:
            let tries = loss.call.replyAttempts > 1 ? " \(loss.call.replyAttempts) times\(span(of: loss))" : ""
            return "the broker gave it back\(tries), its reply queue \(queue) is gone"
        case .misdelivered: return "another process reads its reply queue \(queue)"
        case .undelivered where refusal(of: loss) != nil:
            return "the broker \(refusal(of: loss)?.words ?? "")"
        default: return "nobody took it from its reply queue \(queue)"
        }
    }

    /// That the broker did not take the answer at all, from who had published it.
    private func refusal(of loss: Loss) -> (words: String, at: Timestamp)? {
        guard let reply = loss.call.reply.map(message) else { return nil }
        if let at = reply.amqp?.refusedAt { return ("refused it (basic.nack)", at) }
        return closing(after: reply).map { ("closed the channel over it: \($0.code) \($0.text)", $0.at) }
    }

    /// ` in 60.0 s`, of an answer that was published more than once.
    private func span(of loss: Loss) -> String {
        guard let last = loss.call.lastReplyAttemptAt, let first = loss.call.firstReplyAttemptAt else { return "" }
        return " in \(seconds(last - first))"
    }

    /// The message with which the answer was published first.
    private func firstAttempt(of loss: Loss) -> Message? {
        operation.messages.lazy.map(message).first {
            $0.kind == .reply && $0.messageID == loss.call.messageID
        }
    }

    private func answered(_ loss: Loss) -> Diagnosis.Evidence {
        let reply = firstAttempt(of: loss)
        let from = name(reply?.from ?? loss.call.to)
        let failure = reply?.failure.map { " with \($0.className)" } ?? ""
        return Diagnosis.Evidence("\(from) answered\(failure)", at: reply?.publishedAt, message: reply?.id)
    }

    private func whatBecame(of loss: Loss, _ queue: String) -> Diagnosis.Evidence {
        let reply = loss.call.reply.map(message)
        switch loss.call.replyFate {
        case .returned:
            let returned = reply?.returned ?? firstAttempt(of: loss)?.returned
            let words = returned.map { ": \($0.code) \($0.text)" } ?? ""
            let attempts = loss.call.replyAttempts
            guard attempts > 1 else {
                return Diagnosis.Evidence("the broker returned the answer\(words)", at: loss.at, message: reply?.id)
            }
            return Diagnosis.Evidence(
                "the broker returned the answer each of \(attempts) times\(span(of: loss))\(words)", at: loss.at,
                message: reply?.id)
        case .misdelivered:
            return Diagnosis.Evidence(
                "the answer was given to \(name(reply?.deliveries.last?.to)), which had not asked",
                at: reply?.deliveries.last?.at, message: reply?.id)
        case .undelivered where refusal(of: loss) != nil:
            let refusal = refusal(of: loss)
            return Diagnosis.Evidence(
                "the broker \(refusal?.words ?? "")", at: refusal?.at, message: reply?.id)
        default:
            let end = end(of: [loss.call.from].compactMap(\.self), since: loss.at)
            return Diagnosis.Evidence(
                "no delivery from \(queue) was seen in the \(seconds(end - loss.at)) \(until(end))",
                at: end, message: reply?.id, isMissing: true)
        }
    }

    // MARK: Late

    /// The last heartbeat before the caller gave up.
    private func signOfLife(of call: Call, before end: Timestamp) -> [Diagnosis.Evidence] {
        let last = operation.messages.last { id in
            let message = message(id)
            return message.kind == .heartbeat && message.call == call.id && message.at.map { $0 < end } ?? false
        }
        guard let last else { return [] }
        let sender = name(message(last).from ?? call.to)
        return [Diagnosis.Evidence("\(sender) gave the last sign of life", at: message(last).at, message: last)]
    }

    fileprivate func lateAnswer(_ loss: Loss) -> Finding {
        let call = loss.call
        let topic = ServiceTopic(message(loss.request).queue)
        let server = participant(call.to)
        let caller = name(call.from)
        let taken = call.repliedAt.flatMap { at in message(loss.request).at.map { seconds(at - $0) } }
        let came = taken.map { "came after \($0)" } ?? "came later"
        let expiry = expiry(of: call)
        let timeout = expiry.map { "its timeout of \(seconds($0.patience))" } ?? "its timeout"
        let words =
            expiry?.isForLife == true
            ? "no sign of life in \(seconds(expiry?.patience ?? 0)), and the answer to \(caller) \(came)"
            : "the answer to \(caller) \(came), when \(timeout) had passed"
        var finding = Finding(.answerLate, "\(call.title) timed out: \(words)", self)
        finding.diagnosis.message = loss.request
        finding.diagnosis.since = loss.at
        finding.awaitedStep = stepIndex(of: loss.request) ?? nextStep
        finding.blame(server, service: topic.service, host: topic.host)
        finding.prove(published(loss.request))
        if let taken = self.taken(loss.request) { finding.diagnosis.evidence.insert(taken, at: 1) }
        if expiry?.isForLife == true { finding.diagnosis.evidence += signOfLife(of: call, before: loss.at) }
        let late = seconds((call.repliedAt ?? loss.at) - loss.at)
        let sent = (firstAttempt(of: loss) ?? call.reply.map(message))?.publishedAt
        if let sent, sent <= loss.at {
            // The server has done its part; the answer waited for the broker or the caller.
            finding.blame(participant(call.from))
            finding.diagnosis.evidence += [
                Diagnosis.Evidence(
                    "\(name(call.to)) answered, \(seconds(loss.at - sent)) before that", at: sent, message: call.reply),
                Diagnosis.Evidence(
                    "\(caller) was given the answer \(late) too late", at: call.repliedAt, message: call.reply),
            ]
        } else {
            finding.diagnosis.evidence.append(
                Diagnosis.Evidence(
                    "\(name(call.to)) answered \(late) too late", at: call.repliedAt, message: call.reply))
        }
        return finding
    }
}
