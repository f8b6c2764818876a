import Operations
import Trace

extension Question {
    /// The scheduler answered that no host fits.
    static let noValidHost = Question { facts in
        guard let (request, call) = facts.refusedSelection, call.error?.className == "NoValidHost",
            facts.attempts.reschedules.isEmpty || call.error?.message.contains("Exceeded") != true
        else { return nil }
        var finding = Finding(.noValidHost, facts.sentence(on: call), facts)
        finding.diagnosis.message = request
        finding.diagnosis.since = call.repliedAt
        finding.blame(facts.participant(call.to), service: Workflow.Role.scheduler.service)
        finding.prove(
            facts.published(request),
            Diagnosis.Evidence(
                "\(facts.name(call.to)) answered with \(call.error?.className ?? "a failure")", at: call.repliedAt,
                message: call.reply))
        facts.addNoBuild(to: &finding, since: call.repliedAt)
        return finding
    }

    /// The build was sent back from every host that nova may try (`max_attempts`, by default three).
    ///
    /// The conductor's own account is a notification or an answer of the scheduler. Without it, that no host was tried any
    /// more after three attempts is all that is said, and not that where the conductor is gone.
    static let retriesExhausted = Question { facts in
        guard let last = facts.attempts.reschedules.last, let retry = facts.attempts.retries.last, last.to == nil else {
            return nil
        }
        let refused = facts.refusedSelection.flatMap { facts.isOfLastAttempt($0.call.repliedAt) ? $0.call : nil }
        let event = facts.reportedErrors.first { $0.title.hasPrefix("compute_task.") }
        let attempts = retry.facts?.retry?.attempts ?? facts.attempts.reschedules.count
        let isOverdue =
            attempts >= 3 && facts.isOver(since: last.at) && !retry.deliveries.isEmpty && facts.gone == nil
        let isSaid = refused != nil || event != nil || facts.hasErrorState(after: last.at)
        guard isSaid || isOverdue else { return nil }
        let none = isSaid ? "no host was left" : "no further host was tried"
        var finding = Finding(
            .retriesExhausted, "\(none) after \(attempts) attempt\(attempts == 1 ? "" : "s")", facts)
        finding.diagnosis.message = retry.id
        finding.diagnosis.since = retry.at
        finding.blame(
            facts.participant(service: "nova-compute", host: last.from), service: "nova-compute", host: last.from)
        if let refused {
            finding.prove(
                Diagnosis.Evidence(facts.sentence(on: refused), at: refused.repliedAt, message: refused.reply))
        } else if let event {
            finding.prove(
                Diagnosis.Evidence(
                    "\(event.title) reported an error\(facts.words(on: event))", at: event.at, message: event.id))
        }
        facts.addNoBuild(to: &finding, since: retry.at)
        return finding
    }
}

extension Facts {
    /// The last call for a host, where it was answered with a failure.
    fileprivate var refusedSelection: (request: MessageID, call: Call)? {
        guard let request = requests.last(where: { message($0).method == "select_destinations" }),
            let call = call(of: request), call.error != nil
        else { return nil }
        return (request, call)
    }

    /// That no compute was asked since, where that would have been seen.
    fileprivate func addNoBuild(to finding: inout Finding, since time: Timestamp?) {
        guard let workflow, let time,
            coverage.loss(since: time, of: ["nova-conductor", "nova-compute"], in: trace) == nil,
            let step = workflow.steps.first(where: { $0.isDoneOnEachHost }), case .request(let pattern) = step.proof
        else { return }
        finding.diagnosis.evidence.append(
            Diagnosis.Evidence(
                "no \(pattern.methods.sorted().joined(separator: " or ")) was seen after it", isMissing: true))
    }
}
