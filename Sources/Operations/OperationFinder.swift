package import Trace

/// A machine that groups a trace's messages into operations: by request id, and within it by instance.
///
/// Messages of other services join by their `global_request_id`. Neutron sends an `external_instance_event` under a
/// request id of its own (neutron `notifiers/nova.py`, `_get_nova_client`): it, and what its receiver does under that
/// id, joins the operation that is under way on its instance; so does what neutron's agents do about its ports, and a
/// state that a service sets by itself, as a compute does that comes back (nova `compute/manager.py`, `_init_instance`).
package struct OperationFinder {
    /// How long after an operation's last message an event of its instance still belongs to it.
    static let afterglow: Nanoseconds = .seconds(10)

    private let trace: BusTrace
    private let workflows: [Workflow]
    /// Which of them know a method, or a state of the server that is in them only; ascending.
    private let places: [String: [Int]]
    private let placesOfStates: [String: [Int]]
    /// How often messages about no instance may still stand in the operations of instances.
    private var sharedPlaces: Int
    /// How often they would have, had there been room.
    package private(set) var leftOut = 0
    /// Operations for which there was no room.
    package private(set) var unlisted = 0

    package init(_ trace: BusTrace, workflows: [Workflow] = Workflows.all) {
        self.trace = trace
        self.workflows = workflows
        places = Self.places(of: workflows, \.methods)
        placesOfStates = Self.places(of: workflows) { Set([$0.signState].compactMap(\.self)) }
        sharedPlaces = Limits.sharedPlaces + Limits.sharedPlacesPerMessage * trace.messages.count
    }

    /// The operations in order of their start; counts what was left out.
    package mutating func find() -> [OperationDraft] {
        var found: [OperationDraft] = []
        var events: [(request: String, messages: [MessageID])] = []
        for group in requests() {
            if isExternalEvent(group.messages) {
                events.append(group)
            } else {
                found += operations(
                    of: group.request, messages: group.messages, atMost: Limits.operations - found.count)
            }
        }
        var byInstance: [String: [Int]] = [:]
        for (index, draft) in found.enumerated() {
            if let instance = draft.instance { byInstance[instance, default: []].append(index) }
        }
        var windows = OperationWindows(trace)
        for event in events { join(event.messages, under: event.request, to: &found, &byInstance, &windows) }
        for index in found.indices { found[index].settle() }
        for instance in byInstance.keys {
            byInstance[instance]?.sort { (found[$0].startedAt, $0) < (found[$1].startedAt, $1) }
        }
        var joined: Set<Int> = []
        for (instance, operations) in byInstance where operations.count > 1 {
            let own = joinOwnStates(of: operations, in: &found)
            byInstance[instance]?.removeAll(where: own.contains)
            joined.formUnion(own)
        }
        for index in found.indices { found[index].settle() }
        noteSuccessors(in: &found, byInstance)
        PortWork(trace).join(&found, byInstance: byInstance)
        for index in found.indices { found[index].settle() }
        if !joined.isEmpty { found = found.indices.lazy.filter { !joined.contains($0) }.map { found[$0] } }
        found.sort { ($0.startedAt, $0.messages.first ?? 0) < ($1.startedAt, $1.messages.first ?? 0) }
        return found
    }

    // MARK: By request

    /// A global id that no message has as its own came from the client, which may use it for several requests.
    private func requests() -> [(request: String, messages: [MessageID])] {
        var order: [String] = []
        var groups: [String: [MessageID]] = [:]
        let own = Set(trace.messages.lazy.compactMap(\.requestID))
        for id in trace.messages.ids where !isPortWork(id) {
            let origin = trace.messages[id].globalRequestID.flatMap { own.contains($0) ? $0 : nil }
            guard let request = origin ?? trace.messages[id].requestID ?? trace.messages[id].globalRequestID else {
                continue
            }
            if groups[request] == nil { order.append(request) }
            groups[request, default: []].append(id)
        }
        return order.map { ($0, groups[$0] ?? []) }
    }

    private func isPortWork(_ id: MessageID) -> Bool {
        guard trace.messages[id].kind.isAnswer else { return PortWork.contains(id, in: trace) }
        let request = trace.calls[ifKnown: trace.messages[id].call]?.request
        return request.map { PortWork.contains($0, in: trace) } ?? false
    }

    private mutating func operations(of request: String, messages: [MessageID], atMost room: Int) -> [OperationDraft] {
        let workflow = workflow(for: messages)
        guard workflow != nil || messages.contains(where: isUsersRequest) else { return [] }
        var instances: [String] = []
        var seen: Set<String> = []
        for id in messages where workflow == nil || isRPC(id) {
            for instance in trace.messages[id].instances where seen.insert(instance).inserted {
                instances.append(instance)
            }
        }
        if max(1, instances.count) > room {
            unlisted += max(1, instances.count) - room
            instances.removeLast(max(0, instances.count - room))
        }
        guard room > 0 else { return [] }
        guard instances.count > 1 else {
            return [draft(workflow, request, instance: instances.first, messages: messages)].compactMap(\.self)
        }
        let shares = shares(of: messages, among: instances.count)
        return instances.compactMap { draft(workflow, request, instance: $0, messages: shares.messages(on: $0)) }
    }

    /// The messages by instance; of those about none as many as there is room for.
    private mutating func shares(of messages: [MessageID], among instances: Int) -> MessageShares {
        var shares = MessageShares(of: messages, in: trace)
        let all = shares.shared.count
        shares.limitShared(to: sharedPlaces / max(1, instances))
        sharedPlaces -= shares.shared.count * instances
        leftOut += (all - shares.shared.count) * instances
        return shares
    }

    private func draft(
        _ workflow: Workflow?, _ request: String?, instance: String?, messages: [MessageID]
    ) -> OperationDraft? {
        let requests = messages.filter(isRPC)
        let times = (requests.isEmpty ? messages : requests).compactMap { trace.messages[$0].at }
        guard let start = times.min(), let end = times.max() else { return nil }
        return OperationDraft(
            workflow: workflow, requestID: request, instance: instance, messages: messages, startedAt: start,
            endedAt: end)
    }

    /// A request or reply that is the operation's own, as background traffic and what notifications tell is not.
    private func isRPC(_ id: MessageID) -> Bool {
        trace.messages[id].kind != .notification && !trace.messages[id].isBackground
    }

    /// A request that a user caused and that no workflow knows.
    private func isUsersRequest(_ id: MessageID) -> Bool {
        guard !trace.messages[id].isBackground, trace.messages[id].method != nil else { return false }
        return trace.messages[id].kind.isRequest
    }

    // MARK: By workflow

    private func workflow(for messages: [MessageID]) -> Workflow? {
        var requests: [Message] = []
        var candidates: Set<Int> = []
        for id in messages {
            var isTelling = false
            for case let name? in [trace.messages[id].method, trace.messages[id].objectMethod] {
                guard let found = places[name] else { continue }
                candidates.formUnion(found)
                isTelling = true
            }
            if isTelling { requests.append(trace.messages[id]) }
        }
        if let begun = candidates.sorted().first(where: { workflows[$0].isBegun(by: requests) }) {
            return workflows[begun]
        }
        let states = Set(
            messages.lazy.filter { trace.messages[$0].kind == .call }.compactMap {
                trace.messages[$0].stateChange?.vmState.value
            })
        for state in states { candidates.formUnion(placesOfStates[state] ?? []) }
        return candidates.sorted().first { workflows[$0].isSeen(in: requests, states) }.map { workflows[$0] }
    }

    private static func places(
        of workflows: [Workflow], _ names: (Workflow) -> Set<String>
    ) -> [String: [Int]] {
        workflows.enumerated().reduce(into: [:]) { places, row in
            for name in names(row.element) { places[name, default: []].append(row.offset) }
        }
    }

    // MARK: By instance

    private static let externalEvent = "external_instance_event"

    private func isExternalEvent(_ messages: [MessageID]) -> Bool {
        messages.contains { trace.messages[$0].method == Self.externalEvent } && workflow(for: messages) == nil
    }

    /// Adds the messages of an event to the operations that are under way on its instances.
    private mutating func join(
        _ messages: [MessageID], under request: String, to operations: inout [OperationDraft],
        _ byInstance: inout [String: [Int]], _ windows: inout OperationWindows
    ) {
        guard let event = messages.first(where: { trace.messages[$0].method == Self.externalEvent }),
            let at = trace.messages[event].at
        else { return }
        let shares = shares(of: messages, among: trace.messages[event].instances.count)
        for instance in trace.messages[event].instances {
            let own = shares.messages(on: instance)
            let candidates = byInstance[instance, default: []].suffix(Limits.operationsLookedAt)
            let names = Set(
                trace.messages[event].events.filter { $0.instance ?? instance == instance }.map(\.name))
            let underWay =
                windows.waiting(for: names, at: at, of: candidates, in: operations)
                ?? operation(at: at, of: candidates, in: operations)
            if let underWay {
                for message in own { operations[underWay].add(message, at: trace.messages[message].at ?? at) }
            } else if operations.count >= Limits.operations {
                unlisted += 1
            } else if let alone = draft(nil, request, instance: instance, messages: own) {
                byInstance[instance, default: []].append(operations.count)
                operations.append(alone)
            }
        }
    }

    // MARK: By what comes after

    /// Adds states that a service set by itself to the operation before, where that had come to no end.
    ///
    /// - Parameter operations: all of one instance, in order of their start.
    /// - Returns: those that are a part of another one now, and none of their own.
    private func joinOwnStates(of operations: [Int], in drafts: inout [OperationDraft]) -> Set<Int> {
        var open: Int?
        var joined: Set<Int> = []
        for index in operations {
            if drafts[index].workflow != nil {
                open = setsFinalState(drafts[index].messages) ? nil : index
            } else if let before = open, setsFinalState(drafts[index].messages), isServices(drafts[index].messages) {
                for message in drafts[index].messages {
                    drafts[before].add(message, at: trace.messages[message].at ?? drafts[index].startedAt)
                }
                joined.insert(index)
                open = nil
            }
        }
        return joined
    }

    /// Whether a state is set with which nothing is under way any more.
    private func setsFinalState(_ messages: [MessageID]) -> Bool {
        messages.contains { id in
            guard trace.messages[id].kind == .call, let change = trace.messages[id].stateChange,
                let state = change.vmState.value
            else { return false }
            return state == "error" || change.taskState == .none && state != "building"
        }
    }

    /// Whether what is done is nothing but to set a state.
    private func isServices(_ messages: [MessageID]) -> Bool {
        messages.allSatisfy { id in
            let message = trace.messages[id]
            return message.stateChange != nil || [.reply, .heartbeat, .notification].contains(message.kind)
        }
    }

    /// Of each operation the one that put an end to it: a deletion, or the same begun anew, where that changes the state of
    /// the server; two volumes may well be attached at once. An excerpt tells of those that it does not hold.
    private func noteSuccessors(in drafts: inout [OperationDraft], _ byInstance: [String: [Int]]) {
        for operations in byInstance.values where operations.count > 1 {
            for (place, index) in operations.enumerated() {
                guard let kind = drafts[index].workflow?.kind, kind != .delete else { continue }
                let next = operations[(place + 1)...].prefix(Limits.operationsLookedAt).first {
                    drafts[$0].workflow.map { $0.kind == .delete || $0.kind == kind && $0.endsInState } ?? false
                }
                guard let next, let request = drafts[next].messages.first(where: isRPC) else { continue }
                drafts[index].successor = Operation.Successor(
                    kind: drafts[next].workflow?.kind ?? .other, at: drafts[next].startedAt,
                    requestID: trace.messages[request].requestID, message: request)
            }
        }
        guard !trace.capture.successors.isEmpty else { return }
        for index in drafts.indices where drafts[index].successor == nil && drafts[index].workflow != nil {
            guard let instance = drafts[index].instance else { continue }
            let ended = EndedOperation.ID(requestID: drafts[index].requestID, instance: instance)
            drafts[index].successor = trace.capture.successors[ended]
        }
    }

    /// Of one instance's operations the one that was begun last and has not long ended.
    private func operation(
        at time: Timestamp, of candidates: ArraySlice<Int>, in operations: [OperationDraft]
    ) -> Int? {
        let underWay = candidates.filter { index in
            operations[index].startedAt <= time && time - operations[index].endedAt <= Self.afterglow
        }
        return underWay.max { operations[$0].startedAt < operations[$1].startedAt }
    }
}
