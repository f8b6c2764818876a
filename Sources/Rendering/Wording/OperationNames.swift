import Trace

/// A value: what operations are called where they stand beside each other: by the name of their instance, and where two
/// instances have the same name, by the beginning of the uuid too.
struct OperationNames: Sendable {
    /// Names that several instances have, with how much of a uuid tells those apart.
    private let shared: [String: Int]

    /// Whole groups of a uuid.
    private static let lengths = [8, 13, 18, 23]

    init(_ operations: [Operation]) {
        var uuids: [String: Set<String>] = [:]
        for operation in operations {
            guard let name = operation.instanceName, let uuid = operation.instances.first else { continue }
            uuids[name, default: []].insert(uuid)
        }
        shared = uuids.filter { $0.value.count > 1 }.mapValues { uuids in
            Self.lengths.first { length in Set(uuids.map { $0.prefix(length) }).count == uuids.count } ?? .max
        }
    }

    func name(of operation: Operation) -> String {
        guard let name = operation.instanceName, let length = shared[name], let uuid = operation.instances.first else {
            return operation.name
        }
        return "\(name) \(uuid.prefix(length))"
    }
}
