import OrderedCollections
package import Trace

/// A machine that applies a selection to events as they come, when the operations they belong to are not yet known.
///
/// A message without an instance of its own belongs to the wanted one when its request id was seen with it.
package struct LiveSelection: Sendable {
    private let selection: Selection
    private let showsBackground: Bool
    /// Uuids of the instances that are wanted by name, and request ids of wanted instances; the oldest give way.
    private var learned: OrderedSet<String> = []
    /// Of each wanted name the instance that had it first, until another one has it.
    private var firstOfName: [String: String] = [:]
    private var sharedNames: Set<String> = []
    private var remarks: [String] = []
    /// Events that were wanted but for being background traffic.
    package private(set) var hiddenCount = 0

    package init(_ selection: Selection, showsBackground: Bool) {
        self.selection = selection
        self.showsBackground = showsBackground
    }

    /// What must be said of the instances that were chosen, since somebody asked last: a name that a second one has.
    package mutating func takeRemarks() -> [String] {
        defer { remarks = [] }
        return remarks
    }

    package mutating func wants(_ event: BusEvent) -> Bool {
        if event.kind == .trouble || event.kind == .silent { return isInTime(event) && isWantedTrouble(event) }
        if event.kind == .stuck { return isInTime(event) && isWantedStandstill(event) }
        guard isInTime(event), isOfOperation(event), !selection.problemsOnly || event.isProblem else { return false }
        if let message = event.message {
            guard selection.hasWantedMethod(message) else { return false }
        } else if !selection.methods.isEmpty {
            return false
        }
        guard selection.services.isEmpty || isOfService(event) else { return false }
        guard !showsBackground, event.isBackground || event.message?.kind == .heartbeat, !event.isProblem else {
            return true
        }
        if event.kind == .passed { hiddenCount += 1 }
        return false
    }

    /// Trouble is no message: where a request, an instance or a method is wanted, it is not.
    private func isWantedTrouble(_ event: BusEvent) -> Bool {
        guard selection.requests.isEmpty, selection.instances.isEmpty, selection.methods.isEmpty else { return false }
        return selection.services.isEmpty || isOfService(event)
    }

    private func isWantedStandstill(_ event: BusEvent) -> Bool {
        guard let operation = event.operation, selection.methods.isEmpty,
            selection.services.isEmpty || isOfService(event),
            selection.requests.isEmpty
                || selection.requests.contains(where: { selection.isRequest($0, operation.requestID) })
        else { return false }
        guard !selection.instances.isEmpty else { return true }
        if let name = operation.instanceName, selection.instances.contains(name) { return true }
        return operation.instances.contains { uuid in
            learned.contains(uuid) || selection.instances.contains { uuid.hasPrefix($0.lowercased()) }
        }
    }

    private func isInTime(_ event: BusEvent) -> Bool {
        if let since = selection.since, event.at < since { return false }
        if let until = selection.until, event.at > until { return false }
        return true
    }

    private func isOfService(_ event: BusEvent) -> Bool {
        ([event.from].compactMap { $0 } + event.to).contains { selection.isWantedService($0) }
    }

    private mutating func isOfOperation(_ event: BusEvent) -> Bool {
        guard !selection.requests.isEmpty || !selection.instances.isEmpty else { return true }
        guard let message = event.message else { return false }
        if !selection.requests.isEmpty {
            let ids = [message.requestID, message.globalRequestID]
            guard selection.requests.contains(where: { wanted in ids.contains { selection.isRequest(wanted, $0) } })
            else { return false }
        }
        guard !selection.instances.isEmpty else { return true }
        guard !message.instances.isEmpty else { return message.requestID.map(learned.contains) ?? false }
        for (uuid, name) in zip(message.instances, event.instanceNames) {
            if let name, selection.instances.contains(name) { learn(uuid, named: name) }
        }
        let isWanted = message.instances.contains { uuid in
            learned.contains(uuid) || selection.instances.contains { uuid.hasPrefix($0.lowercased()) }
        }
        if isWanted, let request = message.requestID { learn(request) }
        return isWanted
    }

    private mutating func learn(_ uuid: String, named name: String) {
        learn(uuid)
        guard let first = firstOfName[name] else { return firstOfName[name] = uuid }
        guard first != uuid, sharedNames.insert(name).inserted else { return }
        remarks.append("2 instances are called \(name), and both are taken: \(first), \(uuid); a uuid chooses one")
    }

    private mutating func learn(_ id: String) {
        if learned.count >= PipelineLimits.learnedIDs { learned.removeFirst(PipelineLimits.learnedIDs / 4) }
        learned.append(id)
    }
}
