import Trace

/// A machine that says of an operation which steps of its workflow the wire showed.
struct StepFinder {
    let workflow: Workflow?
    let attempts: Attempts
    let trace: BusTrace

    init(_ workflow: Workflow?, _ attempts: Attempts, _ trace: BusTrace) {
        self.workflow = workflow
        self.attempts = attempts
        self.trace = trace
    }

    func steps(of operation: Operation) -> [Step] {
        guard let workflow else { return [] }
        var steps = workflow.steps.map { self.step($0, of: operation) }
        for index in steps.indices where steps[index].status == .pending {
            let isPassed = steps.indices.contains {
                // Who asked for what comes later had got there.
                $0 > index && !workflow.steps[$0].isParallel
                    && (steps[$0].status == .done || steps[index].messages.isEmpty && !steps[$0].messages.isEmpty)
            }
            if isPassed { steps[index].status = .skipped }
        }
        return steps
    }

    private func step(_ step: Workflow.Step, of operation: Operation) -> Step {
        let begin = step.isDoneOnEachHost ? attempts.lastBegan : nil
        switch step.proof {
        case .request(let pattern):
            return request(step, of: operation, since: begin) { pattern.matches($0) }
        case .event(let name):
            return request(step, of: operation, since: begin) {
                $0.kind != .reply && $0.event(name, of: operation.instances) != nil && isForLastHost($0)
            } isFailed: {
                $0.event(name, of: operation.instances)?.isFailed ?? false
            }
        case .taskState(let states):
            return state(step, of: operation, since: begin) { states.contains($0.change.taskState.value ?? "") }
        case .vmState(let states):
            return state(step, of: operation, since: begin) {
                states.contains($0.change.vmState.value ?? "") && $0.change.taskState == .none
            }
        case .taskDone(let tasks):
            return taskDone(step, after: tasks, of: operation, since: begin)
        }
    }

    /// Where the operation began unseen the task may have been set before; what notifications tell, as before Grizzly, has
    /// not every state.
    private func taskDone(
        _ step: Workflow.Step, after tasks: Set<String>, of operation: Operation, since begin: Timestamp?
    ) -> Step {
        let first = operation.states.first {
            tasks.contains($0.change.taskState.value ?? "") && $0.confirmation != .rejected
        }
        let beganUnseen =
            workflow?.triggers.contains { trigger in
                operation.messages.contains { trigger.matches(trace.messages[$0]) }
            } == false
        var done = state(step, of: operation, since: begin) { note in
            guard note.change.taskState == .none else { return false }
            let expected = trace.messages[note.message].facts?.expectedTaskStates ?? []
            if beganUnseen || StateTimeline.isTold(note, in: trace) { return true }
            return first.map { $0.at < note.at } ?? false || expected.contains { $0.map(tasks.contains) ?? false }
        }
        // A task that failed is ended as well.
        if done.status == .done, let at = done.at, hasFault(operation, from: first?.at ?? begin, until: at) {
            done.status = .failed
        }
        return done
    }

    /// Whether a service told the conductor of a fault between two moments.
    private func hasFault(_ operation: Operation, from start: Timestamp?, until end: Timestamp) -> Bool {
        operation.messages.contains { id in
            let message = trace.messages[id]
            guard message.kind == .call, message.facts?.fault != nil, let at = message.at else { return false }
            return at <= end && start.map { $0 <= at } ?? true
        }
    }

    /// Of requests that are made anew on each host the last counts, else the first, or what was made anew after that had
    /// failed.
    private func request(
        _ step: Workflow.Step, of operation: Operation, since begin: Timestamp?, _ matches: (Message) -> Bool,
        isFailed: (Message) -> Bool = { _ in false }
    ) -> Step {
        let matching = operation.messages.filter { id in
            let message = trace.messages[id]
            return matches(message) && isSince(begin, message.at)
        }
        func status(_ id: MessageID) -> Step.Status {
            isFailed(trace.messages[id]) ? .failed : self.status(of: trace.messages[id])
        }
        let made = step.isDoneOnEachHost ? matching.last : matching.first
        guard var decisive = made else { return Step(name: step.name, status: .pending) }
        if status(decisive) == .failed, let last = matching.last {
            decisive = matching.first { status($0) == .done } ?? last
        }
        let message = trace.messages[decisive]
        return Step(
            name: step.name, status: status(decisive), from: message.from, to: message.deliveries.first?.to,
            messages: matching, at: message.at)
    }

    private func status(of message: Message) -> Step.Status {
        if message.returned != nil { return .failed }
        guard let call = trace.calls[ifKnown: message.call] else {
            return message.deliveries.isEmpty || message.isGivenBack ? .pending : .done
        }
        switch call.outcome {
        // What tells of a fault is no proof that its sender was done.
        case .ok: return message.facts?.fault == nil ? .done : .failed
        case .error, .returned, .timedOut: return .failed
        case .unanswered, .orphanReply: return .pending
        }
    }

    private func state(
        _ step: Workflow.Step, of operation: Operation, since begin: Timestamp?, _ matches: (StateNote) -> Bool
    ) -> Step {
        let notes = operation.states.filter { note in
            note.confirmation != .rejected && matches(note) && isSince(begin ?? operation.startedAt, note.at)
        }
        guard let note = notes.first(where: { $0.confirmation == .confirmed }) ?? notes.first else {
            return Step(name: step.name, status: .pending)
        }
        let status: Step.Status = note.confirmation == .confirmed ? .done : .pending
        return Step(name: step.name, status: status, from: note.participant, messages: [note.message], at: note.at)
    }

    /// Where the work was sent on to another host, what is given to the one before does not help.
    private func isForLastHost(_ event: Message) -> Bool {
        guard let host = attempts.reschedules.last?.to, let given = trace.host(of: event) else { return true }
        return host == given
    }

    private func isSince(_ begin: Timestamp?, _ time: Timestamp?) -> Bool {
        guard let begin, let time else { return true }
        return time >= begin
    }
}
