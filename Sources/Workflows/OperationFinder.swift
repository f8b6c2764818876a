import Trace

/// A machine that groups a trace's messages into operations: by request id, and within it by instance.
///
/// Messages of other services join by their `global_request_id`; an `external_instance_event`, which neutron sends under
/// a request id of its own, joins the operation that is under way on its instance (WIRE facts 4.1, "Broken links").
package struct OperationFinder {
    /// How long after an operation's last message an event of its instance still belongs to it.
    private static let afterglow: Nanoseconds = .seconds(10)

    private let trace: BusTrace
    private let workflows: [Workflow]

    package init(_ trace: BusTrace, workflows: [Workflow] = Workflows.all) {
        self.trace = trace
        self.workflows = workflows
    }

    /// The operations in order of their start, with states, steps, outcome and verdict.
    package func operations() -> [Operation] {
        var found = requests().flatMap { operations(of: $0.request, messages: $0.messages) }
        addExternalEvents(to: &found)
        found.sort { ($0.startedAt, $0.messages.first ?? 0) < ($1.startedAt, $1.messages.first ?? 0) }
        return found.enumerated().map { id, draft in
            OperationJudge(trace, workflow: workflow(of: draft.kind)).judge(draft, id: id)
        }
    }

    // MARK: By request

    private func requests() -> [(request: String, messages: [Int])] {
        var order: [String] = []
        var groups: [String: [Int]] = [:]
        for message in trace.messages {
            guard let request = message.globalRequestID ?? message.requestID else { continue }
            if groups[request] == nil { order.append(request) }
            groups[request, default: []].append(message.id)
        }
        return order.map { ($0, groups[$0] ?? []) }
    }

    private func operations(of request: String, messages: [Int]) -> [OperationDraft] {
        let workflow = workflow(for: messages)
        guard workflow != nil || messages.contains(where: isUsersRequest) else { return [] }
        guard !isExternalEventOnly(messages) else { return [] }
        var instances: [String] = []
        for id in messages where workflow == nil || isRPC(id) {
            for instance in trace.messages[id].instances where !instances.contains(instance) {
                instances.append(instance)
            }
        }
        let kind = workflow?.kind ?? .other
        guard instances.count > 1 else {
            return [draft(kind, request, instance: instances.first, messages: messages)].compactMap(\.self)
        }
        return instances.compactMap { instance in
            let own = messages.filter {
                let about = trace.messages[$0].instances
                return about.isEmpty || about.contains(instance)
            }
            return draft(kind, request, instance: instance, messages: own)
        }
    }

    private func draft(
        _ kind: Operation.Kind, _ request: String?, instance: String?, messages: [Int]
    ) -> OperationDraft? {
        let times = messages.compactMap { trace.messages[$0].at }
        guard let start = times.min(), let end = times.max() else { return nil }
        return OperationDraft(
            kind: kind, requestID: request, instance: instance, messages: messages, startedAt: start, endedAt: end)
    }

    private func isRPC(_ id: Int) -> Bool { trace.messages[id].kind != .notification }

    /// A request that a user caused and that no workflow knows.
    private func isUsersRequest(_ id: Int) -> Bool {
        let message = trace.messages[id]
        guard !message.isBackground, message.method != nil else { return false }
        return message.kind == .call || message.kind == .cast
    }

    private func isExternalEventOnly(_ messages: [Int]) -> Bool {
        messages.allSatisfy { trace.messages[$0].method == Self.externalEvent || !isRPC($0) }
    }

    // MARK: By workflow

    private func workflow(for messages: [Int]) -> Workflow? {
        for workflow in workflows {
            for id in messages where workflow.triggers.contains(where: { $0.matches(trace.messages[id]) }) {
                return workflow
            }
        }
        return workflows.first { workflow in
            messages.contains { id in workflow.signs.contains { $0.matches(trace.messages[id]) } }
        }
    }

    private func workflow(of kind: Operation.Kind) -> Workflow? {
        workflows.first { $0.kind == kind }
    }

    // MARK: By instance

    private static let externalEvent = "external_instance_event"

    private func addExternalEvents(to operations: inout [OperationDraft]) {
        var byInstance: [String: [Int]] = [:]
        for (index, operation) in operations.enumerated() {
            if let instance = operation.instance { byInstance[instance, default: []].append(index) }
        }
        for message in trace.messages where message.method == Self.externalEvent {
            guard let at = message.at else { continue }
            for instance in message.instances {
                let candidates = (byInstance[instance] ?? []).filter { index in
                    let operation = operations[index]
                    return operation.startedAt <= at && at - operation.endedAt <= Self.afterglow
                        && !operation.messages.contains(message.id)
                }
                guard let latest = candidates.max(by: { operations[$0].startedAt < operations[$1].startedAt }) else {
                    continue
                }
                operations[latest].add(message.id, at: at)
            }
        }
    }
}

/// A value: an operation before it is judged.
struct OperationDraft {
    var kind: Operation.Kind
    var requestID: String?
    var instance: String?
    var messages: [Int]
    var startedAt: Timestamp
    var endedAt: Timestamp

    mutating func add(_ message: Int, at time: Timestamp) {
        let place = messages.firstIndex { $0 > message } ?? messages.endIndex
        messages.insert(message, at: place)
        endedAt = max(endedAt, time)
    }
}
