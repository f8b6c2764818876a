package import Trace

/// A value: operations that one request set off, parted into what they share and what is each one's own.
///
/// A boot of twenty servers is scheduled once and built twenty times: the first is drawn once, the second once for
/// each way in which it went.
package struct RequestGroup: Sendable {
    /// The messages of more than one of the operations, as an operation; `nil` where they share none.
    package var shared: Operation?
    /// Each operation with the messages that are its own.
    package var own: [Operation]

    /// Groups operations by kind and request, in the order of their first.
    package static func groups(of operations: [Operation]) -> [RequestGroup] {
        struct Key: Hashable {
            let kind: Operation.Kind
            let request: String
        }
        var members: [[Operation]] = []
        var places: [Key: Int] = [:]
        for operation in operations {
            guard let request = operation.requestID else {
                members.append([operation])
                continue
            }
            let key = Key(kind: operation.kind, request: request)
            if let place = places[key] {
                members[place].append(operation)
            } else {
                places[key] = members.count
                members.append([operation])
            }
        }
        return members.map(RequestGroup.init)
    }

    /// Parts operations of one request.
    init(_ operations: [Operation]) {
        own = operations
        guard let first = operations.first, operations.count > 1 else { return }
        var holders: [MessageID: Int] = [:]
        for operation in operations {
            for message in operation.messages { holders[message, default: 0] += 1 }
        }
        let common = Set(holders.filter { $0.value > 1 }.keys)
        if common.isEmpty { return }
        let start = operations.map(\.startedAt).min() ?? first.startedAt
        var shared = first
        shared.instances = []
        shared.instanceName = Self.name(of: operations)
        shared.messages = common.sorted()
        shared.states = []
        shared.diagnosis = nil
        shared.startedAt = start
        shared.endedAt = operations.map(\.endedAt).max() ?? first.endedAt
        shared.outcome = Self.worst(of: operations)
        shared.verdict = Self.verdict(on: operations)
        self.shared = shared
        for index in own.indices {
            own[index].messages.removeAll(where: common.contains)
            own[index].startedAt = start
        }
    }

    /// How many they are, and of a few what they are called.
    private static func name(of operations: [Operation]) -> String {
        let count = counted(operations.count, "instance")
        let names = operations.compactMap(\.instanceName)
        guard names.count == operations.count, names.count <= Limits.instancesOfRequest else { return count }
        return "\(count): \(names.joined(separator: ", "))"
    }

    private static let gravity: [Operation.Outcome] = [.completed, .unknown, .running, .stuck, .failed]

    private static func worst(of operations: [Operation]) -> Operation.Outcome {
        gravity.last { outcome in operations.contains { $0.outcome == outcome } } ?? .unknown
    }

    private static func verdict(on operations: [Operation]) -> String {
        gravity.compactMap { outcome in
            let count = operations.count { $0.outcome == outcome }
            return count == 0 ? nil : "\(count) \(outcome.rawValue)"
        }.joined(separator: ", ")
    }
}

extension SequenceDiagram {
    /// What two diagrams have in common when they tell the same story: outcome and messages, whatever their order,
    /// their hosts and their times.
    var story: Set<String> {
        var story: Set<String> = [header.outcome]
        for event in events {
            switch event.content {
            case .arrow(let arrow):
                let marks = arrow.marks.map { String(describing: $0) }.joined()
                story.insert("\(arrow.kind) \(arrow.label) \(marks)")
            case .giveUp(let giveUp): story.insert("\(giveUp.label) \(giveUp.reason)")
            case .standstill(let standstill): story.insert(standstill.text)
            case .state, .pause, .captureEnd: break
            }
        }
        return story
    }
}
