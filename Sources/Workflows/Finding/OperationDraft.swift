import Trace

/// A value: an operation before it is judged.
struct OperationDraft {
    /// `nil` where none fits.
    var workflow: Workflow?
    var requestID: String?
    var instance: String?
    var messages: [Int]
    var startedAt: Timestamp
    var endedAt: Timestamp

    mutating func add(_ message: Int, at time: Timestamp) {
        // Nearly always it goes to the end.
        let place = messages.lastIndex { $0 <= message }
        if let place, messages[place] == message { return }
        messages.insert(message, at: place.map { $0 + 1 } ?? 0)
        endedAt = max(endedAt, time)
    }
}

/// A value: one request's messages by the instance they are about; those about none concern each.
///
/// One pass over the messages, whatever the number of instances: a request may be for a thousand of them.
struct MessageShares {
    private var shared: [Int] = []
    private var own: [String: [Int]] = [:]

    /// - Parameter messages: ids, ascending.
    init(of messages: [Int], in trace: BusTrace) {
        for id in messages {
            let instances = trace.messages[id].instances
            if instances.isEmpty { shared.append(id) }
            for instance in instances where own[instance]?.last != id { own[instance, default: []].append(id) }
        }
    }

    /// Ids, ascending.
    func messages(on instance: String) -> [Int] {
        ((own[instance] ?? []) + shared).sorted()
    }
}
