package import Trace

/// A value: which of a capture's operations is compared, and why that one.
package struct OperationChoice: Sendable, Equatable {
    /// What is looked for where several would do.
    package enum Preference: Sendable {
        case completed, notCompleted

        func wants(_ operation: Operation) -> Bool {
            (operation.outcome == .completed) == (self == .completed)
        }
    }

    package var operation: OperationID
    /// E.g. `the first completed of 3 boots`, `the only boot`.
    package var reason: String

    /// Chooses the first that fits and is as preferred, else the first that fits.
    ///
    /// - Parameters:
    ///   - name: an instance's uuid, its name, the beginning of a uuid, or a request id; any operation when `nil`.
    ///   - taken: an operation that is chosen already, and again only where it is named.
    /// - Returns: `nil` where none fits.
    package init?(
        in trace: BusTrace, kind: Operation.Kind, named name: String?, preferring preference: Preference,
        besides taken: OperationID? = nil
    ) {
        let operations = trace.operations
        let all = operations.ids.filter { operations[$0].kind == kind }
        let chosen = name.map { InstanceChoice($0, in: trace) { $0.kind == kind }.instances } ?? []
        let fitting = all.filter { id in
            guard let name else { return id != taken }
            if !chosen.isEmpty { return operations[id].instances.contains(where: chosen.contains) }
            return operations[id].isRequested(name)
        }
        guard let first = fitting.first else { return nil }
        let preferred = fitting.first { preference.wants(operations[$0]) }
        operation = preferred ?? first
        let noun = kind == .boot ? "boot" : "\(kind.rawValue) operation"
        if name == nil, all.count == 1 {
            reason = "the only \(noun)"
        } else if name != nil, fitting.count == 1 {
            reason = "the one asked for"
        } else {
            let quality =
                preferred == nil || preference == .completed && operations[operation].outcome != .completed
                ? "" : preference == .completed ? " completed" : " not completed"
            let circle = name == nil ? "\(all.count) \(noun)s" : "\(fitting.count) \(noun)s of that name"
            reason = "the first\(quality) of \(circle)"
        }
    }
}

extension OperationChoice {
    /// What to ask a person whose word means operations of several instances: one of them is not taken by chance.
    package static func question(on name: String, in trace: BusTrace, kind: Operation.Kind) -> String? {
        let choice = InstanceChoice(name, in: trace) { $0.kind == kind }
        return choice.isAmbiguous ? choice.question : nil
    }
}

extension Operation {
    /// Whether it was asked for under that request id, or one that begins so, with or without `req-`.
    fileprivate func isRequested(_ name: String) -> Bool {
        guard !name.isEmpty, let requestID else { return false }
        return requestID.hasPrefix(name) || requestID.hasPrefix("req-" + name)
    }
}
