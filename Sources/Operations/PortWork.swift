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
        instances = Self.instances(in: trace)
    }

    /// The instances that have had a port, by its id, as messages show it or, of an excerpt, its records.
    package static func instances(in trace: BusTrace) -> [String: Set<String>] {
        var instances = trace.capture.ports
        for id in trace.messages.ids where trace.messages[id].instances.count == 1 {
            for port in trace.messages[id].facts?.portIDs ?? []
            where instances[port]?.count ?? 0 < Limits.instancesOfPort {
                instances[port, default: []].insert(trace.messages[id].instances[0])
            }
        }
        return instances
    }

    /// Whether a request is an agent's about ports. It is background traffic only where no operation has it.
    package static func contains(_ message: Message) -> Bool {
        // Few messages name ports.
        guard let facts = message.facts, !facts.portIDs.isEmpty, message.kind.isRequest,
            let method = message.method
        else { return false }
        return methods.contains(method)
    }

    /// The same of a message of a trace, which is not copied for it.
    package static func contains(_ id: MessageID, in trace: BusTrace) -> Bool {
        trace.messages[id].facts != nil && contains(trace.messages[id])
    }

    /// Adds each request and its answer to the operations under way on its ports' instances, as far as the agent is on a
    /// host of theirs: one elsewhere only says that it does not have the port.
    ///
    /// - Parameter byInstance: the operations of each, in order of their start.
    func join(_ operations: inout [OperationDraft], byInstance: [String: [Int]]) {
        guard !instances.isEmpty else { return }
        var windows = OperationWindows(trace)
        for id in trace.messages.ids where Self.contains(id, in: trace) {
            let message = trace.messages[id]
            guard let at = message.at else { continue }
            let host = message.from.flatMap { trace.participants[$0].host }
            for instance in Set(message.facts?.portIDs.flatMap { instances[$0] ?? [] } ?? []) {
                let begun = Self.begun(byInstance[instance] ?? [], in: operations, at: at)
                guard let latest = begun.last else { continue }
                let start = operations[latest].startedAt
                // Of those begun at once the first.
                let first = begun.first { operations[$0].startedAt == start } ?? latest
                let place =
                    windows.waiting(for: [Self.event], at: at, on: host, of: begun, in: operations)
                    ?? (windows.holds(first, at: at, on: host, in: operations) ? first : nil)
                guard let place else { continue }
                operations[place].add(message.id, at: at)
                if let reply = trace.calls[ifKnown: message.call]?.reply {
                    operations[place].add(reply, at: trace.messages[reply].at ?? at)
                }
            }
        }
    }

    /// What a compute waits for that has an agent plug a port.
    private static let event = "network-vif-plugged"

    /// Those that were begun up to a moment, in order; of very many the last.
    private static func begun(
        _ places: [Int], in operations: [OperationDraft], at time: Timestamp
    ) -> ArraySlice<Int> {
        var (low, high) = (0, places.count)
        while low < high {
            let middle = (low + high) / 2
            if operations[places[middle]].startedAt <= time { low = middle + 1 } else { high = middle }
        }
        return places[max(0, low - Limits.operationsLookedAt)..<low]
    }
}
