import Trace

/// A value: which of a capture's operations is compared, and why that one.
package struct OperationChoice: Sendable, Equatable {
    /// What is looked for where several would do.
    package enum Preference: Sendable {
        case completed, notCompleted

        func wants(_ operation: Operation) -> Bool {
            (operation.outcome == .completed) == (self == .completed)
        }
    }

    /// Index into `BusTrace.operations`.
    package var operation: Int
    /// E.g. `the first completed of 3 boots`, `the only boot`.
    package var reason: String

    /// Chooses the first that fits and is as preferred, else the first that fits.
    ///
    /// - Parameters:
    ///   - name: an instance's uuid or the beginning of one, its name, or a request id; any operation when `nil`.
    ///   - taken: an operation that is chosen already, and again only where it is named.
    /// - Returns: `nil` where none fits.
    package init?(
        in operations: [Operation], kind: Operation.Kind, named name: String?, preferring preference: Preference,
        besides taken: Int? = nil
    ) {
        let all = operations.indices.filter { operations[$0].kind == kind }
        let fitting = all.filter { index in
            guard let name else { return index != taken }
            return operations[index].isNamed(name)
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

extension Operation {
    /// Whether a person may call it so: by uuid or the beginning of one, by name, or by request id.
    package func isNamed(_ name: String) -> Bool {
        if name.isEmpty { return false }
        if instanceName == name || instances.contains(where: { $0.hasPrefix(name.lowercased()) }) { return true }
        return requestID.map { $0.hasPrefix(name) || $0.hasPrefix("req-" + name) } ?? false
    }
}
