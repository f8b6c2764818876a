import Trace

/// A value: an operation before it is judged.
struct OperationDraft {
    /// `nil` where none fits.
    var workflow: Workflow?
    var requestID: String?
    var instance: String?
    /// Ascending, each once.
    private(set) var messages: [Int]
    /// Those that joined it since they were put in order.
    private var joined: [Int] = []
    var startedAt: Timestamp
    var endedAt: Timestamp

    /// - Parameter messages: ids, ascending, each once.
    init(
        workflow: Workflow?, requestID: String?, instance: String?, messages: [Int], startedAt: Timestamp,
        endedAt: Timestamp
    ) {
        self.workflow = workflow
        self.requestID = requestID
        self.instance = instance
        self.messages = messages
        self.startedAt = startedAt
        self.endedAt = endedAt
    }

    mutating func add(_ message: Int, at time: Timestamp) {
        joined.append(message)
        endedAt = max(endedAt, time)
    }

    /// Puts those that joined in their places.
    mutating func settle() {
        guard !joined.isEmpty else { return }
        var ordered: [Int] = []
        ordered.reserveCapacity(messages.count + joined.count)
        for message in (messages + joined).sorted() where ordered.last != message { ordered.append(message) }
        messages = ordered
        joined = []
    }
}

/// A value: one request's messages by the instance they are about; those about none concern each.
///
/// One pass over the messages, whatever the number of instances: a request may be for a thousand of them.
struct MessageShares {
    private(set) var shared: [Int] = []
    private var own: [String: [Int]] = [:]

    /// - Parameter messages: ids, ascending.
    init(of messages: [Int], in trace: BusTrace) {
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
    func messages(on instance: String) -> [Int] {
        ((own[instance] ?? []) + shared).sorted()
    }
}
