/// A value, shared by reference: what only few messages say, so that the others pay a pointer for it.
package final class MessageFacts: Sendable {
    /// Task states one of which the instance must have for a save to happen; `nil` in it for none.
    package let expectedTaskStates: [String?]?
    /// Uuids of neutron ports that the message is about.
    package let portIDs: [String]
    /// Those of them that a layer-2 agent says are plugged.
    package let upPortIDs: [String]
    /// How often, where and why a build was tried before.
    package let retry: BuildRetry?
    /// Whether a rebuild is to be done on another host, as the instance's own is down.
    package let isEvacuation: Bool
    /// In an answer to `select_destinations` the hosts, one for each instance.
    package let selectedHosts: [String]
    /// What went wrong, where a service reports that it did.
    package let fault: ReportedFault?
    /// Of a message that is not oslo.messaging's, or not readable, what its body is, e.g. `not JSON: text/plain`.
    package let content: String?
    /// What the instances after the first are called, where the message holds it.
    package let otherNames: [InstanceName]

    /// - Returns: `nil` where there is nothing to say.
    package init?(
        expectedTaskStates: [String?]? = nil, portIDs: [String] = [], upPortIDs: [String] = [],
        retry: BuildRetry? = nil, isEvacuation: Bool = false, selectedHosts: [String] = [],
        fault: ReportedFault? = nil, content: String? = nil, otherNames: [InstanceName] = []
    ) {
        let isEmpty =
            expectedTaskStates == nil && portIDs.isEmpty && retry == nil && selectedHosts.isEmpty && fault == nil
            && content == nil && otherNames.isEmpty && !isEvacuation
        if isEmpty { return nil }
        self.expectedTaskStates = expectedTaskStates
        self.portIDs = portIDs
        self.upPortIDs = upPortIDs
        self.retry = retry
        self.isEvacuation = isEvacuation
        self.selectedHosts = selectedHosts
        self.fault = fault
        self.content = content
        self.otherNames = otherNames
    }
}

/// A value: the `retry` of a build's filter properties (nova scheduler/utils.py).
package struct BuildRetry: Sendable, Hashable {
    /// Counted from 1, the one under way included.
    package var attempts: Int?
    /// The hosts tried.
    package var hosts: [String]
    /// The last host's exception, redacted and bounded.
    package var reason: String?

    package init(attempts: Int?, hosts: [String], reason: String?) {
        self.attempts = attempts
        self.hosts = hosts
        self.reason = reason
    }
}

/// A value: an exception that ended a service's own work, as it tells the conductor, which keeps it, or whom it may
/// concern, redacted and bounded: the instance's fault (nova objects/instance_fault.py), the end of an action's event
/// (objects/instance_action.py, `exc_val`), a notification's `fault`, `reason` or `message`.
package struct ReportedFault: Sendable, Hashable {
    /// E.g. `VirtualInterfaceCreateException`; versioned notifications alone tell it.
    package var className: String?
    package var message: String

    package init(className: String? = nil, message: String) {
        self.className = className
        self.message = message
    }
}
