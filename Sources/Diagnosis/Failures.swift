import Operations
import Services
import Trace

extension Question {
    /// A call that a step consists of was answered with an exception; without a workflow any call.
    ///
    /// Where the step may be done again on another host, it is a failure only when that does not happen for a while.
    static let remoteError = Question { facts in
        guard let (request, call) = facts.failedCall else { return nil }
        var finding = Finding(.remoteError, facts.sentence(on: call), facts)
        finding.diagnosis.message = request
        finding.diagnosis.since = call.repliedAt
        finding.blame(facts.participant(call.to), service: ServiceTopic(facts.message(request).queue).service)
        finding.prove(
            facts.published(request),
            Diagnosis.Evidence(
                "\(facts.name(call.to)) answered with \(call.error?.className ?? "a failure")", at: call.repliedAt,
                message: call.reply))
        return finding
    }

    /// The broker could not route a message and gave it back.
    static let returned = Question { facts in
        let request = facts.requests.last { id in
            guard facts.message(id).returned != nil else { return false }
            guard facts.workflow != nil else { return true }
            return facts.stepIndex(of: id).map { facts.operation.steps[$0].status == .failed } ?? false
        }
        guard let request, let returned = facts.message(request).returned else { return nil }
        let message = facts.message(request)
        var finding = Finding(.returned, "\(message.title) was given back by the broker", facts)
        finding.diagnosis.message = request
        finding.diagnosis.since = message.at
        finding.diagnosis.awaited = message.destination
        let topic = ServiceTopic(message.queue)
        finding.blame(
            facts.participant(service: topic.service, host: topic.host), service: topic.service, host: topic.host)
        finding.prove(
            facts.published(request),
            Diagnosis.Evidence("the broker returned it: \(returned.code) \(returned.text)", message: request))
        return finding
    }

    /// What undoes the operation was asked for.
    static let rolledBack = Question { facts in
        guard let rollback = facts.rollbackRequest else { return nil }
        var finding = Finding(.remoteError, "rolled back: \(facts.message(rollback).title)", facts)
        finding.diagnosis.message = rollback
        finding.diagnosis.since = facts.message(rollback).at
        finding.blame(facts.participant(facts.message(rollback).from), service: Workflow.Role.compute.service)
        finding.prove(facts.published(rollback))
        return finding
    }

    /// The instance went to `error`, with no failed call or known cause before it.
    static let errorState = Question { facts in
        guard let note = facts.lastConfirmed, note.change.vmState == .some("error") else { return nil }
        let report = facts.fault(of: note)
        let absence = facts.absence(of: note.participant, before: note.at)
        let meanwhile = absence.map { "; \($0.sentence)" } ?? ""
        let vain = facts.vainCall(of: note.participant, before: note.at)
        let reason = report.map(facts.words(on:)) ?? vain.map { ": \($0.sentence)" } ?? ""
        var finding = Finding(
            .errorState, "state became error\(facts.sinceGoal(until: note.at))\(reason)\(meanwhile)", facts)
        finding.diagnosis.message = note.message
        finding.diagnosis.since = note.at
        finding.blame(
            facts.participant(note.participant), service: Workflow.Role.compute.service, host: note.change.host)
        finding.prove(facts.errorEvidence(note))
        finding.diagnosis.evidence += (vain?.evidence ?? []) + (absence?.evidence ?? [])
        if let report { finding.prove(facts.evidence(of: report)) }
        return finding
    }

    /// A service told of an error in a notification.
    ///
    /// Where the work may go on on another host, only the conductor's word is the last.
    static let reportedError = Question { facts in
        let event = facts.reportedErrors.last { event in
            facts.workflow?.retry == nil || event.title.hasPrefix("compute_task.")
                || facts.isOver(since: event.at ?? facts.lastSeen)
        }
        guard let event else { return nil }
        let isTimeout = event.facts?.fault?.className.map { $0 == "MessagingTimeout" } ?? true
        let vain = isTimeout ? facts.vainCall(of: event.from, before: event.at ?? facts.lastSeen) : nil
        let reason = facts.words(on: event) + (vain.map { "; \($0.sentence)" } ?? "")
        var finding = Finding(.remoteError, "\(event.title) reported an error\(reason)", facts)
        finding.diagnosis.message = event.id
        finding.diagnosis.since = event.at
        if let vain {
            finding.diagnosis.awaited = vain.destination
            finding.blame(facts.participant(vain.server), service: ServiceTopic(vain.queue).service)
        } else {
            finding.blame(facts.participant(event.from))
        }
        finding.prove(facts.evidence(ofError: event))
        finding.diagnosis.evidence += vain?.evidence ?? []
        return finding
    }
}

extension Facts {
    /// The failed call that decides.
    fileprivate var failedCall: (request: MessageID, call: Call)? {
        guard let workflow else { return requests.lazy.compactMap(failure).first }
        for (index, step) in operation.steps.enumerated() where step.status == .failed {
            let mayBeMadeGood =
                workflow.steps[index].isDoneOnEachHost && workflow.retry != nil
                && !isOver(since: operation.steps[index].at ?? lastSeen)
            if !mayBeMadeGood, let failure = step.messages.reversed().lazy.compactMap(failure).first { return failure }
        }
        guard let save = refusedSave, workflow.retry == nil || isOver(since: save.at) else { return nil }
        return failure(of: save.message)
    }

    /// A change of state that was answered with an exception, when none was confirmed since.
    var refusedSave: StateNote? {
        let save = savedStates.last { $0.confirmation == .rejected && isOfLastAttempt($0.at) }
        return save.flatMap { $0.at >= lastConfirmed?.at ?? $0.at ? $0 : nil }
    }

    private func failure(of request: MessageID) -> (request: MessageID, call: Call)? {
        guard let call = call(of: request), call.reply != nil, call.error != nil else { return nil }
        return (request, call)
    }

    fileprivate var rollbackRequest: MessageID? {
        guard let rollback = workflow?.rollback else { return nil }
        return requests.first { rollback.matches(message($0)) }
    }

    func evidence(ofError event: Message) -> Diagnosis.Evidence {
        Diagnosis.Evidence(
            "\(event.publisherID ?? name(event.from)) reported an error in \(event.title)", at: event.at,
            message: event.id)
    }

    /// ` 0.1 s after "active"`, of an instance that was set to error when its goal was reached.
    fileprivate func sinceGoal(until end: Timestamp) -> String {
        guard let goal = operation.steps.last, let at = goal.at, isGoalReached(before: end) else { return "" }
        return " \(seconds(end - at)) after \"\(goal.name)\""
    }

    func isGoalReached(before time: Timestamp) -> Bool {
        guard let goal = operation.steps.last, goal.status == .done, let at = goal.at else { return false }
        return at < time
    }

    func errorEvidence(_ note: StateNote) -> Diagnosis.Evidence {
        Diagnosis.Evidence("the instance was set to error, confirmed", at: note.at, message: note.message)
    }

    var isRolledBack: Bool { rollbackRequest != nil }
}
