/// A value: one thing on the wire that tells which service, and perhaps which host, a process is.
package struct ServiceHint: Sendable, Hashable {
    /// How far it can be trusted; the strongest evidence of a process names it.
    package enum Strength: Int, Sendable, Comparable {
        /// What the table of processes says that runs there, on the machine where the capture is taken.
        case process
        /// `argv[0]` in `connection_name`, when it is the name of a service.
        case commandName
        /// `publisher_id` of a notification.
        case publisher
        /// A method that only this service sends.
        case sender
        /// The process says in its own message who it is, e.g. `report_state`.
        case selfReport
        /// A topic that it serves.
        case topic

        package static func < (left: Strength, right: Strength) -> Bool { left.rawValue < right.rawValue }
    }

    package var strength: Strength
    package var service: String
    package var host: String?
    /// For `learned_from`, e.g. `serves compute.compute1`.
    package var reason: String

    package init(_ strength: Strength, service: String, host: String? = nil, reason: String) {
        self.strength = strength
        self.service = service
        self.host = host
        self.reason = reason
    }
}

extension [ServiceHint] {
    /// Adds what is new; beyond the limit in place of what is weaker, if anything is.
    ///
    /// - Returns: whether it was added.
    @discardableResult
    mutating func add(_ evidence: ServiceHint, limit: Int) -> Bool {
        guard !contains(evidence) else { return false }
        if count >= limit {
            guard let weakest = indices.min(by: { self[$0].strength < self[$1].strength }),
                self[weakest].strength < evidence.strength
            else { return false }
            remove(at: weakest)
        }
        append(evidence)
        return true
    }
}

/// A value: what this machine's table of processes says of a connection's client.
package struct ProcessHint: Sendable, Hashable {
    package var pid: Int
    /// As the kernel calls it, at most 15 bytes.
    package var name: String
    /// The OpenStack service that it runs as, where its command line tells.
    package var service: String?

    package init(pid: Int, name: String, arguments: [String]) {
        self.pid = pid
        self.name = name
        service = CommandLine.service(name: name, arguments: arguments)
    }
}
