import Operations
import Trace

extension Question {
    /// The goal was reached: proven by the last step of the workflow, and no error after it.
    ///
    /// Work that is not begun anew elsewhere may end in its goal without success: a reboot that failed leaves the
    /// instance active (nova `compute/manager.py`, `reboot_instance`).
    static let completed = Question { facts in
        guard let workflow = facts.workflow, let goal = facts.operation.steps.last, goal.status == .done,
            !facts.hasErrorState(after: goal.at), !facts.isRolledBack, workflow.retry != nil || facts.faults.isEmpty
        else { return nil }
        let reached = facts.goalState(goal)
        let host = reached?.change.host ?? facts.host(of: goal)
        let word = reached?.change.vmState.value.flatMap { state in
            if case .vmState = workflow.steps.last?.proof { state } else { nil }
        }
        let place = host.map { " \(workflow.preposition) \($0)" } ?? ""
        let reachedAt = facts.time(of: goal)
        let time = max(0, reachedAt - facts.operation.startedAt)
        let took =
            facts.operation.beganUnseen
            ? ", \(facts.seconds(time)) after the first message that was captured" : " after \(facts.seconds(time))"
        var finding = Finding(
            .completed, "\(word ?? workflow.goal)\(place)\(took)\(facts.mostOfTheTime(until: reachedAt))", facts)
        finding.diagnosis.message = goal.messages.last
        finding.diagnosis.since = reachedAt
        finding.blame(
            facts.participant(service: Workflow.Role.compute.service, host: host),
            service: Workflow.Role.compute.service, host: host)
        if let proof = facts.proof(of: goal) { finding.prove(proof) }
        return finding
    }

    /// What no workflow knows is done when all its calls are answered; of casts nobody says when they are done.
    static let answered = Question { facts in
        guard facts.workflow == nil, facts.faults.isEmpty, !facts.isActionOpen else { return nil }
        if let finding = facts.eventsTaken { return finding }
        let calls = facts.requests.compactMap(facts.call)
        guard calls.contains(where: { $0.outcome == .ok }),
            calls.allSatisfy({ $0.isAnswered || facts.isAskedAgain($0) })
        else {
            return nil
        }
        let time = facts.lastSeen - facts.operation.startedAt
        return Finding(.completed, "all calls answered after \(facts.seconds(time))", facts)
    }
}

extension Facts {
    /// Events are told to a compute, which has nothing to do for who tells them.
    fileprivate var eventsTaken: Finding? {
        guard let last = requests.last.map(message), let delivery = last.deliveries.last,
            requests.allSatisfy({ id in
                let message = message(id)
                return message.kind == .cast && !message.events.isEmpty
                    && message.deliveries.contains { $0.acknowledgedAt != nil }
            })
        else { return nil }
        let time = seconds(delivery.at - operation.startedAt)
        return Finding(.completed, "\(last.title) was taken by \(name(delivery.to)) after \(time)", self)
    }

    /// Whether a compute said that it began with the work, and not that it ended it.
    fileprivate var isActionOpen: Bool {
        let titles = requests.map { message($0).title }
        let ends = titles.count { $0.hasPrefix("InstanceActionEvent.event_finish") }
        return titles.count { $0 == "InstanceActionEvent.event_start" } > ends
    }

    /// Whether its caller asked the same again, and was answered.
    func isAskedAgain(_ call: Call) -> Bool {
        guard let asked = call.requestedAt, let request = call.request.map(message) else { return false }
        return index.lastAnswered(like: call, request.stateChange).map { $0 > asked } ?? false
    }

    fileprivate func proof(of goal: Step) -> Diagnosis.Evidence? {
        guard let message = goal.messages.last else { return nil }
        let answered = call(of: message)?.repliedAt
        let text: String
        if goalState(goal) != nil {
            text =
                answered == nil
                ? "\(goal.name) was told of by a notification" : "\(goal.name) was saved, and that confirmed"
        } else {
            text = "\(self.message(message).title) was \(answered == nil ? "taken" : "answered")"
        }
        return Diagnosis.Evidence(text, at: answered ?? goal.at, message: message)
    }

    /// The host of the compute that did the last step, or was asked to; who answers to what it saved is not meant. `nil`
    /// where none did it, as a deletion without a host, which the API does.
    fileprivate func host(of goal: Step) -> String? {
        guard let step = workflow?.steps.last else { return nil }
        let compute = Workflow.Role.compute.service
        let who = participant(step.target.isCompute ? goal.to : goal.from)
        guard who?.service ?? compute == compute else { return nil }
        return who?.host ?? computeHost
    }

    fileprivate func goalState(_ goal: Step) -> StateNote? {
        guard let message = goal.messages.last else { return nil }
        return operation.states.last { $0.message == message }
    }

    /// A state counts from when it was asked for, as in the list of states, where that was confirmed at once, which takes
    /// milliseconds. One that waited counts from when it was confirmed: nobody had written it down before. A call counts
    /// from when it was answered.
    fileprivate func time(of goal: Step) -> Timestamp {
        let last = goal.messages.last
        let answered = last.flatMap(call)?.repliedAt
        guard goalState(goal) != nil else { return answered ?? goal.at ?? operation.endedAt }
        let taken = last.map(message).flatMap { $0.kind == .cast ? $0.deliveries.last?.at : nil }
        let confirmed = answered ?? taken
        guard let asked = goal.at, let confirmed, confirmed - asked < Self.promptly else {
            return confirmed ?? goal.at ?? operation.endedAt
        }
        return asked
    }

    /// Less than what times are told in.
    private static let promptly: Nanoseconds = .milliseconds(100)

    func hasErrorState(after time: Timestamp?) -> Bool {
        guard let last = lastConfirmed, last.change.vmState == .some("error") else { return false }
        return time.map { last.at >= $0 } ?? true
    }

    /// Said when most of the time one message waited; what was still waiting when the goal was reached did not hold it up.
    fileprivate func mostOfTheTime(until goal: Timestamp) -> String {
        let waits = longWaits.filter { $0.from >= operation.startedAt && $0.until <= goal }
        guard let longest = waits.max(by: { $0.time < $1.time }), longest.time > (goal - operation.startedAt) / 2 else {
            return ""
        }
        let title = message(longest.message).title
        let end =
            switch longest.cause {
            case .untaken, .confirmedLate: "was taken"
            case .blocked(let span):
                "was taken, its connection blocked" + (span.reason.isEmpty ? "" : " (\(span.reason))")
            case .givenAgain: "was given out again"
            case .rejected(_, let times): "was taken, rejected\(often(times)) before"
            }
        return ", \(seconds(longest.time)) of it until \(title) \(end)"
    }
}
