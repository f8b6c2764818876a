/// A value: what is known of a state: nothing, that there is none, or which.
package enum Known<Value: Sendable & Hashable>: Sendable, Hashable {
    case unknown
    /// On the wire as `null`.
    case none
    case some(Value)

    package var value: Value? {
        if case .some(let value) = self { value } else { nil }
    }

    package var isKnown: Bool { if case .unknown = self { false } else { true } }
}

/// A value: the instance states that a message sets.
package struct StateChange: Sendable, Hashable {
    /// Uuid.
    package var instance: String
    /// E.g. `building`, `active`.
    package var vmState: Known<String>
    /// E.g. `networking`, `spawning`; `.none` when nothing is under way.
    package var taskState: Known<String>
    /// Name as in nova's `InstancePowerState`, e.g. `running`.
    package var powerState: Known<String>
    /// The compute host the instance is on, where the message says it.
    package var host: String?

    package init(
        instance: String, vmState: Known<String> = .unknown, taskState: Known<String> = .unknown,
        powerState: Known<String> = .unknown, host: String? = nil
    ) {
        self.instance = instance
        self.vmState = vmState
        self.taskState = taskState
        self.powerState = powerState
        self.host = host
    }
}
