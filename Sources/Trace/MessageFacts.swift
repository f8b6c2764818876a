/// A value, shared by reference: what only few messages say, so that the others pay a pointer for it.
package final class MessageFacts: Sendable {
    /// Task states one of which the instance must have for a save to happen; `nil` in it for none.
    package let expectedTaskStates: [String?]?
    /// Uuids of neutron ports that the message is about.
    package let portIDs: [String]
    /// How often, where and why a build was tried before.
    package let retry: BuildRetry?
    /// In an answer to `select_destinations` the hosts, one for each instance.
    package let selectedHosts: [String]

    /// - Returns: `nil` where there is nothing to say.
    package init?(
        expectedTaskStates: [String?]? = nil, portIDs: [String] = [], retry: BuildRetry? = nil,
        selectedHosts: [String] = []
    ) {
        guard expectedTaskStates != nil || !portIDs.isEmpty || retry != nil || !selectedHosts.isEmpty else {
            return nil
        }
        self.expectedTaskStates = expectedTaskStates
        self.portIDs = portIDs
        self.retry = retry
        self.selectedHosts = selectedHosts
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
