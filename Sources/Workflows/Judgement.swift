import Trace

/// A value: how an operation ended, and why, in one sentence.
struct Judgement {
    var outcome: Operation.Outcome
    var sentence: String

    init(operation: Operation, judge: OperationJudge) {
        let facts = Facts(operation: operation, trace: judge.trace, workflow: judge.workflow)
        (outcome, sentence) = Self.decide(facts)
    }

    private static func decide(_ facts: Facts) -> (Operation.Outcome, String) {
        if facts.goalIsReached { return (.completed, facts.success) }
        if let failure = facts.failure { return (.failed, failure) }
        if let waiting = facts.waiting {
            return facts.hasWaitedLong(since: waiting.since) ? (.stuck, waiting.text) : (.running, waiting.text)
        }
        if facts.isDone { return (.completed, facts.success) }
        return facts.hasWaitedLong(since: facts.operation.endedAt)
            ? (.unknown, "\(facts.reached); nothing further was seen")
            : (.running, "\(facts.reached) when the capture ended")
    }
}

/// A view of what speaks for and against an operation's success.
private struct Facts {
    let operation: Operation
    let trace: BusTrace
    let workflow: Workflow?

    var messages: [Message] { operation.messages.map { trace.messages[$0] } }

    /// The last thing the capture holds.
    var captureEnd: Timestamp { trace.capture.sources.compactMap(\.last).max() ?? operation.endedAt }

    func hasWaitedLong(since moment: Timestamp) -> Bool { captureEnd - moment > OperationJudge.patience }

    // MARK: Success

    var goalIsReached: Bool {
        guard let workflow, let last = workflow.steps.last, let step = operation.steps.last else { return false }
        if case .vmState = last.proof { return step.status == .done && failureState == nil }
        return false
    }

    /// Whether the wire shows that nothing is left to do, for operations without a state to reach.
    ///
    /// That a cast was taken shows nothing: the last step must be an answered call, or the work must have left its mark.
    var isDone: Bool {
        if workflow?.kind == .boot { return false }
        let isOpen = operation.steps.contains { $0.status == .pending && !isOptional($0.name) }
        let isUnderWay = operation.states.last?.change.taskState.value != nil && !isGone
        return !isOpen && !isUnderWay && openCalls.isEmpty && (isGone || lastStepIsAnswered || workIsOver)
    }

    /// Without a workflow: whether there are calls at all.
    private var lastStepIsAnswered: Bool {
        guard workflow != nil else { return calls.contains { $0.outcome == .ok } }
        guard let step = operation.steps.last(where: { !$0.messages.isEmpty }) else {
            return calls.contains { $0.outcome == .ok }
        }
        return step.status == .done && step.messages.contains { trace.messages[$0].kind == .call }
    }

    /// Whether a task state was reset, or a notification told of the end.
    private var workIsOver: Bool {
        if let last = operation.states.last, last.confirmation == .confirmed, last.change.taskState == .none {
            return !goalIsAState
        }
        return messages.contains { $0.kind == .notification && $0.title.hasSuffix(".end") && !goalIsAState }
    }

    private var goalIsAState: Bool {
        if case .vmState = workflow?.steps.last?.proof { true } else { false }
    }

    private var isGone: Bool {
        operation.states.last?.change.vmState == .some("deleted")
            || messages.contains { $0.title == "Instance.destroy" }
    }

    private func isOptional(_ name: String) -> Bool {
        workflow?.steps.first { $0.name == name }?.isOptional ?? true
    }

    var success: String {
        guard let workflow else { return "all calls answered after \(duration)" }
        let place = host.map { " \(workflow.preposition) \($0)" } ?? ""
        return "\(workflow.goal)\(place) after \(duration)"
    }

    private var host: String? {
        if let note = operation.states.last {
            if let host = note.change.host { return host }
            if let participant = note.participant, let host = trace.participants[participant].host { return host }
        }
        return operation.steps.last { $0.to != nil }?.to.flatMap { trace.participants[$0].host }
    }

    private var duration: String {
        let goal = operation.states.last { $0.confirmation == .confirmed }?.at
        let end = workflow?.kind == .boot ? goal ?? operation.endedAt : operation.endedAt
        let seconds = max(0, end - operation.startedAt).seconds
        let tenths = Int((seconds * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) s"
    }

    // MARK: Failure

    var failure: String? {
        if let step = operation.steps.first(where: { $0.status == .failed }) { return text(ofFailed: step) }
        if let call = failedCall { return text(of: call) }
        if let note = failureState { return "state became \(note.change.vmState.value ?? "error")" }
        if let event = messages.last(where: { $0.kind == .notification && $0.priority == "ERROR" }),
            !isRetried(after: event)
        {
            return "\(event.title) reported an error"
        }
        return nil
    }

    /// Whether the operation was begun anew since, as a build that is sent to another host.
    private func isRetried(after event: Message) -> Bool {
        guard let workflow, let failedAt = event.at else { return false }
        return messages.contains { message in
            guard let at = message.at, at > failedAt else { return false }
            return (workflow.triggers + workflow.signs).contains { $0.matches(message) }
        }
    }

    private var failureState: StateNote? {
        operation.states.last { $0.confirmation == .confirmed && $0.change.vmState == .some("error") }
    }

    /// A failed call outside a workflow fails the operation; inside one, only its steps and states can.
    private var failedCall: Call? {
        guard workflow == nil else { return nil }
        return calls.first { $0.outcome == .error || $0.outcome == .returned || $0.outcome == .timedOut }
    }

    private func text(ofFailed step: Step) -> String {
        guard let first = step.messages.first else { return "\(step.name) failed" }
        if let call = trace.messages[first].call { return text(of: trace.calls[call]) }
        return "\(trace.messages[first].title) was given back by the broker"
    }

    private func text(of call: Call) -> String {
        switch call.outcome {
        case .error:
            guard let error = call.error else { return "\(call.title) failed" }
            let words = error.message.reversed().drop { $0.isWhitespace || $0 == "." }.reversed()
            return "\(error.className) from \(call.title): \(String(words))"
        case .returned: return "\(call.title) was given back by the broker"
        case .timedOut: return "\(call.title) was not answered in time"
        case .ok, .unanswered, .orphanReply: return "\(call.title) failed"
        }
    }

    // MARK: Waiting

    var calls: [Call] {
        messages.compactMap { message in
            guard let call = message.call, message.id == trace.calls[call].request else { return nil }
            return trace.calls[call]
        }
    }

    var openCalls: [Call] { calls.filter { $0.reply == nil && $0.outcome != .returned } }

    /// The first request that was seen taken or answered by nobody.
    ///
    /// Of a call that its caller gave up there is nothing to wait for: that was long ago.
    /// A cast without a delivery waits only while no later step was seen: the capture may hold one side of the bus.
    var waiting: (text: String, since: Timestamp)? {
        for message in messages {
            guard let at = message.publishedAt else { continue }
            if message.kind == .cast, message.deliveries.isEmpty, workflow != nil, !isFollowed(message) {
                return ("\(message.title) was published to \(message.routingKey) and not seen taken", at)
            }
            if message.kind == .call, let call = message.call.map({ trace.calls[$0] }), call.reply == nil {
                let state = message.deliveries.isEmpty ? "not seen taken" : "taken but not answered"
                if call.outcome == .timedOut {
                    let sentence = "\(message.title) was published to \(message.routingKey), \(state), and timed out"
                    return (sentence, Timestamp(nanoseconds: .min))
                }
                return ("\(message.title) was published to \(message.routingKey) and \(state)", at)
            }
        }
        return nil
    }

    /// Whether a later step of the workflow was seen.
    private func isFollowed(_ message: Message) -> Bool {
        guard let own = operation.steps.lastIndex(where: { $0.messages.contains(message.id) }) else {
            return operation.steps.contains { step in step.at.map { $0 > message.at ?? $0 } ?? false }
        }
        return operation.steps[(own + 1)...].contains { step in
            step.at.map { $0 > message.at ?? $0 } ?? false
        }
    }

    var reached: String {
        guard workflow != nil else { return "still open" }
        guard let step = operation.steps.last(where: { $0.status == .done }) else { return "no step was seen" }
        return "reached \"\(step.name)\""
    }
}
