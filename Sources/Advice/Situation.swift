import Diagnosis
import Trace

/// A view of an operation and its diagnosis: what advice needs to know.
struct Situation {
    let operation: Operation
    let diagnosis: Diagnosis
    private let trace: BusTrace

    init(_ operation: Operation, _ diagnosis: Diagnosis, in trace: BusTrace) {
        self.operation = operation
        self.diagnosis = diagnosis
        self.trace = trace
    }

    private var participant: Participant? { trace.participants[ifKnown: diagnosis.participant] }

    /// Who has to act.
    var service: String? { diagnosis.service ?? participant?.service }

    var host: String? { diagnosis.host ?? participant?.host }

    /// ` on compute1`, or nothing where no host was seen.
    var onHost: String { host.map(Self.place) ?? "" }

    /// ` on compute1`; of cinder's `ctl1@ceph` the host, and the backend beside it: it is no user at a host.
    static func place(_ host: String) -> String {
        let parts = host.split(separator: "@", maxSplits: 1)
        return parts.count == 2 ? " on \(parts[0]) (backend \(parts[1]))" : " on \(host)"
    }

    /// Whether the capture does not hold how the operation began, or where it may go on.
    var lacksBeginning: Bool {
        guard let first = operation.steps.first else { return true }
        return first.messages.isEmpty || diagnosis.mayGoOnElsewhere
            || !operation.steps.contains { $0.status == .done }
    }

    /// The last that went wrong with the queue that is waited for, or with the consumers of who has to act.
    var queueTrouble: ConnectionIncident? {
        let own = trace.capture.connections.lazy.flatMap(\.incidents).filter { incident in
            guard [.consumerCancelled, .channelClosed].contains(incident.kind) else { return false }
            if incident.kind == .consumerCancelled, incident.until != nil { return false }
            return incident.subject != nil && incident.subject == diagnosis.awaited
        }
        return own.max { $0.at < $1.at }
    }

    /// Whether the broker lets who has to act publish nothing.
    var isBlocked: Bool {
        guard let id = diagnosis.participant else { return false }
        return trace.capture.connections.contains {
            $0.participant == id && $0.end == nil && ($0.blocked.last.map { $0.until == nil } ?? false)
        }
    }

    /// Whether a service reported an error since it had waited for an answer in vain.
    var tellsOfVainCall: Bool {
        diagnosis.awaited != nil && trace.messages[ifKnown: diagnosis.message]?.kind == .notification
    }

    /// When and why who had asked gave up.
    var expiry: Call.Expiry? {
        trace.messages[ifKnown: diagnosis.message].flatMap { trace.calls[ifKnown: $0.call]?.expiry }
    }

    var pid: Int? { isGone ? nil : participant?.pid }

    /// Whether the process ended all of its connections itself, and with them, most likely, itself, or another came in its
    /// place.
    var isGone: Bool {
        if diagnosis.isReplaced { return true }
        let own = trace.capture.connections.filter { $0.participant != nil && $0.participant == diagnosis.participant }
        return !own.isEmpty && own.allSatisfy { $0.end?.by == .client }
    }

    /// ` (process 4711)`: the number is the one that the process itself knows.
    var processNumber: String { pid.map { " (process \($0))" } ?? "" }

    /// `: on compute1, in the container where one is used`, where a number is told that on the host itself may be another
    /// process's; without a number only the host.
    var scene: String {
        let place = host.map(Self.place) ?? " on its host"
        return pid == nil ? (host == nil ? "" : ":\(place)") : ":\(place), in the container where one is used"
    }

    var instance: String? { operation.instances.first }

    /// What to search logs for.
    var searchWord: String? { operation.requestID ?? instance }

    /// Where the instance's build is or was under way: the service that has to act, else the last compute in the steps.
    var computeHost: String? {
        if service == "nova-compute", let host { return host }
        let computes = operation.steps.flatMap { [$0.to, $0.from] }.compactMap { trace.participants[ifKnown: $0] }
        return computes.last { $0.service == "nova-compute" && $0.host != nil }?.host
    }

    /// Whether the compute has made the instance's directory: a boot does so when it spawns
    /// (nova `virt/libvirt/driver.py`, `spawn`), everything else but a delete finds it.
    var hasInstanceDirectory: Bool {
        if operation.kind == .boot {
            return operation.states.contains {
                $0.change.taskState == .some("spawning") || $0.change.vmState == .some("active")
            }
                || operation.steps.contains { $0.name == "spawning" && ($0.status == .done || $0.status == .failed) }
        }
        return operation.kind.rawValue != "delete" && computeHost != nil
    }

    /// The connections of the capture that carry the operation's messages.
    var connections: [Connection] {
        let all = trace.capture.connections
        let own = operation.messages.compactMap { trace.messages[ifKnown: $0] }.flatMap { message in
            [message.connection].compactMap { $0 } + message.deliveries.map(\.connection)
        }
        return Set(own).sorted().compactMap { all[ifKnown: $0] }
    }

    /// The broker's address without the port, where there is only one.
    var broker: String? {
        let brokers = Set((connections.isEmpty ? trace.capture.connections : connections).map(\.server))
        let addresses = Set(brokers.map { server in String(server[..<(server.lastIndex(of: ":") ?? server.endIndex)]) })
        guard addresses.count == 1, let address = addresses.first, !address.isEmpty else { return nil }
        return address
    }

    /// The virtual host of the message that it stands still at, else that of the operation's connections.
    var virtualHost: String? {
        if let message = trace.messages[ifKnown: diagnosis.message],
            let host = trace.scope(of: message).virtualHost
        {
            return host
        }
        let hosts = Set(connections.compactMap(\.virtualHost))
        return hosts.count == 1 ? hosts.first : nil
    }

    /// ` -p cell1` for rabbitmqctl, which takes `/` where nothing is said.
    var virtualHostOption: String { virtualHost.map(rabbitVirtualHostOption) ?? "" }

    /// ` vhost`: connections are listed over all virtual hosts, so that one has to be looked for in a column.
    var virtualHostColumn: String { virtualHostOption.isEmpty ? "" : " vhost" }

    /// Connections of the operation, or of the capture where it has none.
    var coverage: [Connection] { connections.isEmpty ? trace.capture.connections : connections }
}
