import Glibc
package import Trace

/// A value: which operations and messages of a trace are wanted; nothing set wants all.
package struct Selection: Sendable {
    /// Request ids; prefixes do, with or without `req-`.
    package var requests: [String] = []
    /// Instance uuids, names, or prefixes of uuids (`InstanceChoice`).
    package var instances: [String] = []
    /// Shell patterns for methods, e.g. `Instance.*`, `select_destinations`; letter case counts.
    package var methods: [String] = []
    /// Services, e.g. `nova-compute`, or `nova-compute@node1`; shell patterns do.
    package var services: [String] = []
    package var since: Timestamp?
    package var until: Timestamp?
    /// Only operations that failed, hang or hold a failed or unanswered call.
    package var problemsOnly = false

    package init() {}

    /// Whether nothing narrows the trace.
    package var wantsAll: Bool { !selectsMessages && !selectsOperations }

    /// Whether anything but `--problems` narrows by operation.
    package var selectsOperations: Bool { !requests.isEmpty || !instances.isEmpty || problemsOnly }

    /// Whether single messages are narrowed.
    package var selectsMessages: Bool {
        !methods.isEmpty || !services.isEmpty || since != nil || until != nil
    }

    /// Narrows the trace's operations to the wanted messages.
    ///
    /// Participants, messages and calls stay where they are, since ids point at them.
    /// - Returns: ids of the wanted operations; `nil` when nothing narrows.
    package func apply(to trace: inout BusTrace) -> [OperationID]? {
        guard !wantsAll else { return nil }
        var wanted: [OperationID] = []
        let chosen = chosenInstances(in: trace)
        for id in trace.operations.ids where wants(trace.operations[id], chosen, in: trace) {
            if selectsMessages {
                let narrowed = trace.operations[id].messages.filter { wants(trace.messages[$0], in: trace) }
                guard !narrowed.isEmpty else { continue }
                trace.operations[id].messages = narrowed
            }
            wanted.append(id)
        }
        return wanted
    }

    /// Ids of the wanted messages: of all that the capture holds, or of the wanted operations where those are narrowed.
    package func messages(of trace: BusTrace) -> [MessageID] {
        let all = trace.messages.ids.filter { wants(trace.messages[$0], in: trace) }
        guard selectsOperations else { return all }
        let chosen = chosenInstances(in: trace)
        let operations = trace.operations.filter { wants($0, chosen, in: trace) }
        return Set(operations.flatMap(\.messages)).intersection(all).sorted()
    }

    /// What must be said of the instances that were chosen: that several have the name, or that it may be a uuid as well.
    package func remarks(on trace: BusTrace) -> [String] {
        instances.compactMap { InstanceChoice($0, in: trace).remark }
    }

    private func chosenInstances(in trace: BusTrace) -> Set<String> {
        Set(instances.flatMap { InstanceChoice($0, in: trace).instances })
    }

    // MARK: One by one

    private func wants(_ operation: Operation, _ chosen: Set<String>, in trace: BusTrace) -> Bool {
        (requests.isEmpty || requests.contains { isRequest($0, operation.requestID) })
            && (instances.isEmpty || operation.instances.contains(where: chosen.contains))
            && (!problemsOnly || isProblem(operation, in: trace))
    }

    func isRequest(_ wanted: String, _ request: String?) -> Bool {
        guard let request else { return false }
        return request.hasPrefix(wanted) || request.hasPrefix("req-" + wanted)
    }

    private func isProblem(_ operation: Operation, in trace: BusTrace) -> Bool {
        if operation.outcome == .failed || operation.outcome == .stuck { return true }
        if operation.diagnosis?.isSilent == true { return true }
        return operation.messages.contains { id in
            guard let call = trace.calls[ifKnown: trace.messages[id].call] else {
                return trace.messages[id].returned != nil
            }
            return call.isProblem
        }
    }

    private func wants(_ message: Message, in trace: BusTrace) -> Bool {
        guard selectsMessages else { return true }
        guard let at = message.at else { return false }
        if let since, at < since { return false }
        if let until, at > until { return false }
        return hasWantedMethod(message) && hasWantedService(message, in: trace)
    }

    func hasWantedMethod(_ message: Message) -> Bool {
        methods.isEmpty
            || methods.contains { pattern in
                [message.method, message.objectMethod, message.eventType].contains { name in
                    name.map { fnmatch(pattern, $0, 0) == 0 } ?? false
                }
            }
    }

    private func hasWantedService(_ message: Message, in trace: BusTrace) -> Bool {
        guard !services.isEmpty else { return true }
        let ends = ([message.from] + message.deliveries.map(\.to)).compactMap { $0 }
        return ends.contains { isWantedService(trace.participants[$0]) }
    }

    package func isWantedService(_ participant: Participant) -> Bool {
        let full = "\(participant.service ?? participant.label)@\(participant.host ?? "")"
        return services.contains { pattern in
            [participant.service ?? participant.label, participant.label, full].contains {
                fnmatch(pattern, $0, 0) == 0
            }
        }
    }
}
