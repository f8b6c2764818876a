import Trace

/// A value: what operations are called where they stand beside each other: by the name of their instance, and where two
/// instances have the same name, by the beginning of the uuid too.
struct OperationNames: Sendable {
    private let shared: Set<String>

    init(_ operations: [Operation]) {
        var first: [String: String] = [:]
        var shared: Set<String> = []
        for operation in operations {
            guard let name = operation.instanceName, let uuid = operation.instances.first else { continue }
            if let other = first[name], other != uuid { shared.insert(name) } else { first[name] = uuid }
        }
        self.shared = shared
    }

    func name(of operation: Operation) -> String {
        guard let name = operation.instanceName, shared.contains(name), let uuid = operation.instances.first else {
            return operation.name
        }
        return "\(name) \(uuid.prefix(8))"
    }
}
