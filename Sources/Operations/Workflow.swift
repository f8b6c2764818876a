package import Trace

/// A value: what one kind of operation looks like on the bus, as data.
///
/// Releases that do the same in other ways are workflows of one kind, told apart by what is on the wire only. A new
/// workflow is a file with a `static let` and a line in `Workflows.all`; the code that looks for it needs no change.
package struct Workflow: Sendable {
    package var kind: Operation.Kind
    /// What begins it.
    package var triggers: [Pattern]
    /// One of these must be there as well, where another workflow is begun by the same request.
    package var marks: [Pattern]
    /// What is seen in it only; recognises one that began before the capture.
    package var signs: [Pattern]
    /// State that instances have in it only; recognises it as well.
    package var signState: String?
    /// What begins it anew on another host, once a host was asked.
    package var retry: Pattern?
    /// What is seen only when it is undone.
    package var rollback: Pattern?
    /// In order; the last is the goal.
    package var steps: [Step]
    /// What is said when the goal is reached, unless that is a state: its name is said then.
    package var goal: String
    /// Leads from the goal to the host, e.g. `on`.
    package var preposition: String

    package init(
        _ kind: String, triggers: [Pattern], marks: [Pattern] = [], signs: [Pattern] = [], signState: String? = nil,
        retry: Pattern? = nil, rollback: Pattern? = nil, steps: [Step], goal: String = "done",
        preposition: String = "on"
    ) {
        self.kind = Operation.Kind(rawValue: kind)
        self.triggers = triggers
        self.marks = marks
        self.signs = signs
        self.signState = signState
        self.retry = retry
        self.rollback = rollback
        self.steps = steps
        self.goal = goal
        self.preposition = preposition
    }
}

extension Workflow {
    /// Whether its goal is a state of the server, of which there is one at a time.
    var endsInState: Bool {
        switch steps.last?.proof {
        case .vmState, .taskState, .taskDone: true
        case .request, .event, nil: false
        }
    }

    /// Methods that tell of it.
    var methods: Set<String> { (triggers + marks + signs).reduce(into: []) { $0.formUnion($1.methods) } }

    /// Whether the requests hold what begins it and, where that is not enough, what marks it.
    func isBegun(by requests: [Message]) -> Bool {
        Self.contain(requests, triggers) && (marks.isEmpty || Self.contain(requests, marks))
    }

    /// Whether the requests hold what is seen in it only, or the states are such.
    func isSeen(in requests: [Message], _ states: Set<String>) -> Bool {
        Self.contain(requests, signs) || signState.map(states.contains) == true
    }

    private static func contain(_ requests: [Message], _ patterns: [Pattern]) -> Bool {
        requests.contains { request in patterns.contains { $0.matches(request) } }
    }
}
