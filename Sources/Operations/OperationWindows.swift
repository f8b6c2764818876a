import Trace

/// A machine that says which operations go on at a moment, and which of them waits for an event; it looks at the messages
/// of each once.
struct OperationWindows {
    private let trace: BusTrace
    private var windows: [Int: Window] = [:]

    init(_ trace: BusTrace) { self.trace = trace }

    /// Of an instance's operations the one begun last that has a step of such an event, and goes on: what else is asked of
    /// the server meanwhile, as its console, has none.
    mutating func waiting(
        for events: Set<String>, at time: Timestamp, on host: String? = nil, of places: ArraySlice<Int>,
        in operations: [OperationDraft]
    ) -> Int? {
        let waiting = places.filter { place in
            operations[place].startedAt <= time
                && operations[place].workflow?.steps.contains {
                    if case .event(let name) = $0.proof { events.contains(name) } else { false }
                } == true && holds(place, at: time, on: host, in: operations)
        }
        return waiting.max { operations[$0].startedAt < operations[$1].startedAt }
    }

    /// Whether an operation goes on at a moment, and there.
    mutating func holds(
        _ place: Int, at time: Timestamp, on host: String?, in operations: [OperationDraft]
    ) -> Bool {
        let window = windows[place] ?? Window(of: operations[place], in: trace)
        windows[place] = window
        return window.holds(time) && window.holds(host: host)
    }
}

/// A value: when and where an operation goes on, by its own messages.
private struct Window {
    /// When its task ended; `nil` while one is under way.
    private var end: Timestamp?
    private var hosts: Set<String> = []

    init(of draft: OperationDraft, in trace: BusTrace) {
        // Of a task that no save tells of it is not known when it ends.
        end = draft.endedAt + OperationFinder.afterglow
        for id in draft.messages {
            let message = trace.messages[id]
            if let change = message.stateChange, message.kind.isRequest {
                end = change.taskState == .none ? message.at : change.taskState.isKnown ? nil : end
            }
            for participant in [message.from] + message.deliveries.map(\.to) {
                guard let who = participant.map({ trace.participants[$0] }), who.service == "nova-compute" else {
                    continue
                }
                if let host = who.host { hosts.insert(host) }
            }
        }
    }

    func holds(_ time: Timestamp) -> Bool { end.map { time <= $0 } ?? true }

    /// A host that is not known may be any.
    func holds(host: String?) -> Bool { host.map { hosts.isEmpty || hosts.contains($0) } ?? true }
}
