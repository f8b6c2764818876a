package import Trace

/// What neutron's agents ask and report about ports, which they do under a request id of their process (neutron
/// `agent/rpc.py`, `agent/dhcp/agent.py`): it belongs to the operation that is under way on the instance that has the
/// port.
package struct PortWork {
    private static let methods: Set = [
        "get_device_details", "get_devices_details_list", "get_devices_details_list_and_failed_devices",
        "update_device_up", "update_device_down", "update_device_list", "dhcp_ready_on_ports",
    ]

    private let trace: BusTrace
    /// The instances that have had a port, by its id.
    private let instances: [String: Set<String>]

    init(_ trace: BusTrace) {
        self.trace = trace
        var instances: [String: Set<String>] = [:]
        for message in trace.messages where message.instances.count == 1 {
            for port in message.facts?.portIDs ?? [] where instances[port]?.count ?? 0 < Limits.instancesOfPort {
                instances[port, default: []].insert(message.instances[0])
            }
        }
        self.instances = instances
    }

    /// Whether a request is an agent's about ports. It is background traffic only where no operation has it.
    package static func contains(_ message: Message) -> Bool {
        // Few messages name ports.
        guard let facts = message.facts, !facts.portIDs.isEmpty, message.kind.isRequest,
            let method = message.method
        else { return false }
        return methods.contains(method)
    }

    /// Adds each request and its answer to the operations under way on its ports' instances, as far as the agent is on a
    /// host of theirs: one elsewhere only says that it does not have the port.
    ///
    /// - Parameter byInstance: the operations of each, in order of their start.
    func join(_ operations: inout [OperationDraft], byInstance: [String: [Int]]) {
        guard !instances.isEmpty else { return }
        var windows: [Int: Window] = [:]
        for message in trace.messages where Self.contains(message) {
            guard let at = message.at else { continue }
            for instance in Set(message.facts?.portIDs.flatMap { instances[$0] ?? [] } ?? []) {
                guard let latest = Self.latest(of: byInstance[instance] ?? [], in: operations, at: at) else { continue }
                let window = windows[latest] ?? Window(of: operations[latest], in: trace)
                windows[latest] = window
                guard window.holds(at), window.holds(host: message.from.flatMap { trace.participants[$0].host })
                else { continue }
                operations[latest].add(message.id, at: at)
                if let reply = trace.calls[ifKnown: message.call]?.reply {
                    operations[latest].add(reply, at: trace.messages[reply].at ?? at)
                }
            }
        }
    }

    /// The one that was begun last up to a moment; of those begun at once the first.
    private static func latest(of places: [Int], in operations: [OperationDraft], at time: Timestamp) -> Int? {
        var (low, high) = (0, places.count)
        while low < high {
            let middle = (low + high) / 2
            if operations[places[middle]].startedAt <= time { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return nil }
        let start = operations[places[low - 1]].startedAt
        while low > 1, operations[places[low - 2]].startedAt == start { low -= 1 }
        return places[low - 1]
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
