import Trace

/// A value: what one kind of operation looks like on the bus, as data.
package struct Workflow: Sendable {
    /// A value: which requests are meant.
    package struct Pattern: Sendable {
        /// RPC methods, or object methods like `Instance.save`.
        package var methods: Set<String>
        /// Topic of the routing key, e.g. `compute` for `compute.node1`; any when `nil`.
        package var topic: String?

        package init(_ methods: Set<String>, topic: String? = nil) {
            self.methods = methods
            self.topic = topic
        }

        func matches(_ message: Message) -> Bool {
            switch message.kind {
            case .call, .cast, .fanout: break
            case .reply, .heartbeat, .notification, .opaque: return false
            }
            guard let method = message.method,
                methods.contains(method) || message.objectMethod.map(methods.contains) == true
            else { return false }
            guard let topic else { return true }
            return message.routingKey == topic || message.routingKey.hasPrefix(topic + ".")
                || message.routingKey.hasPrefix(topic + "-alt.")
        }
    }

    /// A value: one step, and what proves that it was done.
    package struct Step: Sendable {
        package enum Proof: Sendable {
            /// A request that somebody took and, if it is a call, answered without failure.
            case request(Pattern)
            /// The instance's task state.
            case taskState(String)
            /// The instance's state, with no task under way.
            case vmState(String)
        }

        package var name: String
        package var proof: Proof
        /// Not every era and configuration has it.
        package var isOptional: Bool

        package init(_ name: String, _ proof: Proof, isOptional: Bool = false) {
            self.name = name
            self.proof = proof
            self.isOptional = isOptional
        }
    }

    package var kind: Operation.Kind
    /// What begins it.
    package var triggers: [Pattern]
    /// What is seen in it only; recognises one that began before the capture.
    package var signs: [Pattern]
    /// State that instances have in it only; recognises it as well.
    package var signState: String?
    package var steps: [Step]
    /// Said when its last step is done, e.g. `active`.
    package var goal: String
    /// Leads from the goal to the host, e.g. `on`.
    package var preposition: String

    package init(
        _ kind: String, triggers: [Pattern], signs: [Pattern] = [], signState: String? = nil, steps: [Step] = [],
        goal: String = "done", preposition: String = "on"
    ) {
        self.kind = Operation.Kind(rawValue: kind)
        self.triggers = triggers
        self.signs = signs
        self.signState = signState
        self.steps = steps
        self.goal = goal
        self.preposition = preposition
    }
}
