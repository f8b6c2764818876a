package import Trace

/// A value: an operation as it was found, of which nothing is said yet but which messages it has.
package struct OperationDraft {
    /// `nil` where none fits.
    package var workflow: Workflow?
    var requestID: String?
    var instance: String?
    /// Ascending, each once.
    package private(set) var messages: [MessageID]
    /// Those that joined it since they were put in order.
    private var joined: [MessageID] = []
    var startedAt: Timestamp
    var endedAt: Timestamp
    /// What put an end to it, where it had not come to one.
    package var successor: Operation.Successor?

    /// - Parameter messages: ids, ascending, each once.
    init(
        workflow: Workflow?, requestID: String?, instance: String?, messages: [MessageID], startedAt: Timestamp,
        endedAt: Timestamp
    ) {
        self.workflow = workflow
        self.requestID = requestID
        self.instance = instance
        self.messages = messages
        self.startedAt = startedAt
        self.endedAt = endedAt
    }

    mutating func add(_ message: MessageID, at time: Timestamp) {
        joined.append(message)
        endedAt = max(endedAt, time)
    }

    /// Puts those that joined in their places.
    mutating func settle() {
        guard !joined.isEmpty else { return }
        var ordered: [MessageID] = []
        ordered.reserveCapacity(messages.count + joined.count)
        for message in (messages + joined).sorted() where ordered.last != message { ordered.append(message) }
        messages = ordered
        joined = []
    }
}

extension OperationDraft {
    /// The operation with its states and steps; whether it succeeded is not looked at.
    package func operation(_ id: OperationID, _ attempts: Attempts, in trace: BusTrace) -> Operation {
        var operation = Operation(
            id: id, kind: workflow?.kind ?? .other, requestID: requestID, instances: instance.map { [$0] } ?? [],
            outcome: .unknown, startedAt: startedAt, endedAt: lastSeen(in: trace), verdict: "")
        operation.messages = messages
        // What it was called when it was asked for, whatever it is called since.
        operation.instanceName = instance.flatMap { trace.instanceNames.name(of: $0, at: startedAt) }
        operation.states = StateTimeline.notes(messages, instance: instance, in: trace)
        operation.steps = StepFinder(workflow, attempts, trace).steps(of: operation)
        return operation
    }

    /// An operation ends with its last answer or, where an answer was waited for in vain and an error is reported, with
    /// the end of the wait, or that report: both may come after its last request.
    private func lastSeen(in trace: BusTrace) -> Timestamp {
        let calls = messages.map { trace.calls[ifKnown: trace.messages[$0].call] }
        let reports = messages.filter { trace.messages[$0].priority == "ERROR" }.map { trace.messages[$0] }
        let ends = calls.map { $0?.outcome == .timedOut ? $0?.expiry?.at : nil }
        var times = calls.map { $0?.repliedAt } + messages.map { trace.messages[$0].deliveries.last?.at }
        if !reports.isEmpty, ends.contains(where: { $0 != nil }) { times += ends + reports.map(\.at) }
        return times.compactMap(\.self).reduce(endedAt, max)
    }
}

/// A value: one request's messages by the instance they are about; those about none concern each.
///
/// One pass over the messages, whatever the number of instances: a request may be for a thousand of them.
struct MessageShares {
    private(set) var shared: [MessageID] = []
    private var own: [String: [MessageID]] = [:]

    /// - Parameter messages: ids, ascending.
    init(of messages: [MessageID], in trace: BusTrace) {
        for id in messages {
            let instances = trace.messages[id].instances
            if instances.isEmpty { shared.append(id) }
            for instance in instances where own[instance]?.last != id { own[instance, default: []].append(id) }
        }
    }

    /// Leaves out those that concern each, but for the first so many.
    mutating func limitShared(to count: Int) {
        shared.removeLast(max(0, shared.count - count))
    }

    /// Ids, ascending.
    func messages(on instance: String) -> [MessageID] {
        ((own[instance] ?? []) + shared).sorted()
    }
}
