import Services
package import Trace

/// A machine that collects what the wire tells of each connection and says which process is behind it.
///
/// Two questions are kept apart: which connections are one process (`ProcessGrouping`), and what that process is
/// (`ServiceHint`). The answer is given at the end, or at any time in between, from what was seen until then.
package struct ServiceNaming: Sendable {
    struct Facts: Sendable {
        var address = ""
        var endpoint = ""
        var connectionName: String?
        var evidence: [ServiceHint] = []
        /// What was looked up already, so that a steady stream of messages costs one hash lookup each.
        var examined = ExaminedNames()
        var isInUse = false
        var isClosed = false
        var virtualHost: String?
        private var rest: InPlace<Rest>?

        /// What few connections have.
        private struct Rest {
            var process: ProcessHint?
            var predecessor: ConnectionID?
            var successor: ConnectionID?
        }

        /// Whose it is, on the machine where the capture is taken.
        var process: ProcessHint? {
            get { rest?.value.process }
            set { update { $0.process = newValue } }
        }
        /// The connections of the same name before and after it.
        var predecessor: ConnectionID? {
            get { rest?.value.predecessor }
            set { update { $0.predecessor = newValue } }
        }
        var successor: ConnectionID? {
            get { rest?.value.successor }
            set { update { $0.successor = newValue } }
        }

        init(address: String, endpoint: String) {
            self.address = address
            self.endpoint = endpoint
        }

        private mutating func update(_ body: (inout Rest) -> Void) {
            var changed = rest?.value ?? Rest()
            body(&changed)
            rest = InPlace(changed)
        }
    }

    private(set) var facts = SparseTable<Connection, Facts>()
    /// Of the connections kept, those whose end was not seen.
    private var openCount = 0
    /// oslo.messaging's names of connections end in a uuid: two of one name are one on both sides of a proxy, or the
    /// second replaces the first.
    private var connectionByName: [String: ConnectionID] = [:]
    /// Bytes that the names of those kept take, each as a whole and as what it says of the process.
    private var nameBytes = 0
    /// Names for which there was no room.
    package private(set) var namesLeftOut = 0
    private(set) var grouping = ProcessGrouping()
    /// Process of this machine → a connection of it, while that is kept and open.
    private var connectionByProcess: [ProcessHint: ConnectionID] = [:]
    /// Services that were seen, alone and with their hosts, and the hosts.
    private var seen: Set<String> = []
    package private(set) var hosts: Set<String> = []
    /// Grows with everything that may change the name of a participant.
    package private(set) var changes = 0
    /// The virtual host that was entered first, and whether another one was.
    private var firstVirtualHost: String?
    private(set) var hasSeveralVirtualHosts = false
    /// Connections that are named; what is told of those beyond is not kept.
    private let connections: Int
    /// Bytes that they may take, about.
    private let bytes: Int
    /// Whether connections that ended make room for others.
    private let forgetsClosed: Bool
    private let limit: Int

    package init(
        connections: Int, bytes: Int = .max, forgetsClosed: Bool = false, evidencePerConnection limit: Int
    ) {
        self.connections = connections
        self.bytes = bytes
        self.forgetsClosed = forgetsClosed
        self.limit = limit
    }

    /// Connections that are kept.
    package var count: Int { facts.count }

    /// Processes that said which they are.
    var identities: Int { grouping.identities }

    package func keeps(_ connection: ConnectionID) -> Bool { facts.contains(connection) }

    // MARK: What the wire tells

    /// A connection of the client at `address`, with its port `endpoint`.
    ///
    /// - Returns: whether it is kept: so many open ones are, or so many in all where none is forgotten.
    @discardableResult
    package mutating func opened(_ connection: ConnectionID, address: String, endpoint: String) -> Bool {
        guard !facts.contains(connection) else {
            located(connection, address: address, endpoint: endpoint)
            return true
        }
        guard (forgetsClosed ? openCount : count) < connections,
            count * CorrelationLimits.bytesPerConnection + nameBytes < bytes
        else { return false }
        changes += 1
        grouping.add(connection)
        facts.insert(Facts(address: address, endpoint: endpoint), for: connection)
        openCount += 1
        return true
    }

    /// The client of a connection turned out to be another end than was thought.
    package mutating func located(_ connection: ConnectionID, address: String, endpoint: String) {
        guard let place = facts.place(of: connection) else { return }
        facts[at: place].address = address
        facts[at: place].endpoint = endpoint
    }

    /// The client properties gave a `connection_name`.
    package mutating func named(_ connection: ConnectionID, _ name: String) {
        guard let place = facts.place(of: connection) else { return }
        let former = facts[at: place].connectionName
        let grown = 2 * (name.utf8.count - (former?.utf8.count ?? 0))
        guard grown <= 0 || nameBytes + grown <= bytes / 2 else { return namesLeftOut += 1 }
        nameBytes += grown
        if let former, former != name, connectionByName[former] == connection { connectionByName[former] = nil }
        changes += 1
        facts[at: place].connectionName = name
        guard let identity = ProcessIdentity(connectionName: name, address: facts[at: place].address) else { return }
        if let namesake = connectionByName.updateValue(connection, forKey: name), namesake != connection {
            facts[at: place].predecessor = namesake
            if let other = facts.place(of: namesake) { facts[at: other].successor = connection }
            join(connection, namesake)
            return
        }
        if let service = Catalogue.openStack.service(ofProgram: identity.command) {
            add(ServiceHint(.commandName, service: service, reason: "runs as \(identity.command)"), to: connection)
        }
        grouping.identify(connection, as: identity)
    }

    /// The client asked for a virtual host (`connection.open`).
    package mutating func entered(_ connection: ConnectionID, virtualHost: String) {
        guard let place = facts.place(of: connection) else { return }
        changes += 1
        facts[at: place].virtualHost = virtualHost
        if firstVirtualHost == nil { firstVirtualHost = virtualHost }
        if firstVirtualHost != virtualHost { hasSeveralVirtualHosts = true }
    }

    /// The virtual host of a connection, while there are several; else none need be told apart.
    package func virtualHost(of connection: ConnectionID) -> String? {
        guard hasSeveralVirtualHosts else { return nil }
        return facts.place(of: connection).flatMap { facts[at: $0].virtualHost }
    }

    /// The connection takes messages from `name` (a queue, or the routing key of a delivery).
    package mutating func serves(_ connection: ConnectionID, _ name: String) {
        guard isNew(connection, name) else { return }
        let found = ServiceTopic(name)
        guard let service = found.service, let topic = found.topic else { return }
        let place = found.host.map { topic + "." + $0 } ?? topic
        add(ServiceHint(.topic, service: service, host: found.host, reason: "serves " + place), to: connection)
        if let served = ServedPlace(topic: topic, host: found.host) { grouping.serves(connection, served) }
    }

    /// The connection published a request.
    package mutating func sends(_ connection: ConnectionID, method: String, routingKey: String, exchange: String) {
        guard isNew(connection, method) else { return }
        let topic = routingKey.isEmpty ? exchange : routingKey
        guard let service = Catalogue.openStack.sender(of: method, topic: topic, exchange: exchange) else { return }
        add(ServiceHint(.sender, service: service, reason: "sends " + method), to: connection)
    }

    /// The connection published a notification.
    package mutating func notifies(_ connection: ConnectionID, publisherID: String, eventType: String) {
        used(connection)
        guard isNew(connection, publisherID, eventType),
            let (service, host) = Catalogue.openStack.publisher(publisherID, eventType: eventType)
        else { return }
        add(ServiceHint(.publisher, service: service, host: host, reason: "notifies as " + publisherID), to: connection)
    }

    /// The process said in its own message what it is.
    package mutating func reports(_ connection: ConnectionID, service: String, host: String, method: String) {
        used(connection)
        add(ServiceHint(.selfReport, service: service, host: host, reason: "says so in \(method)"), to: connection)
    }

    /// The table of processes says whose the connection is. A number in it is another one than in a container.
    package mutating func belongs(_ connection: ConnectionID, to process: ProcessHint) {
        guard let place = facts.place(of: connection) else { return }
        changes += 1
        facts[at: place].process = process
        if let service = process.service {
            add(ServiceHint(.process, service: service, reason: "is process \(process.pid)"), to: connection)
        }
        if let other = connectionByProcess[process], isOpen(other) { join(connection, other) }
        connectionByProcess[process] = connection
    }

    /// The connection was used by its client for messages.
    package mutating func used(_ connection: ConnectionID) {
        guard let place = facts.place(of: connection), !facts[at: place].isInUse else { return }
        changes += 1
        facts[at: place].isInUse = true
    }

    /// The connection ended: what it told is kept, what it was asked need not be.
    package mutating func closed(_ connection: ConnectionID) {
        guard let place = facts.place(of: connection), !facts[at: place].isClosed else { return }
        facts[at: place].examined = ExaminedNames()
        facts[at: place].isClosed = true
        openCount -= 1
    }

    /// Two connections are one process's.
    package mutating func join(_ one: ConnectionID, _ other: ConnectionID) {
        guard facts.contains(one), facts.contains(other), !grouping.areCertainlyOne(one, other) else { return }
        changes += 1
        grouping.join(one, other)
    }

    /// The process that the connection is known to be.
    package func identity(of connection: ConnectionID) -> ProcessIdentity? {
        grouping.identity(of: connection)
    }

    /// The roots of the processes that anything names.
    package var namedProcesses: Set<ConnectionID> {
        Set(facts.ids.lazy.filter { !(facts[$0]?.evidence.isEmpty ?? true) }.map { grouping.root(of: $0) })
    }

    /// Makes what is asked of groups quick.
    mutating func flatten() {
        grouping.flatten()
    }

    package func root(of connection: ConnectionID) -> ConnectionID { grouping.root(of: connection) }

    /// The connections that are this one, seen on the other side of a proxy; nearly always none.
    package func legs(of connection: ConnectionID) -> (ConnectionID?, ConnectionID?)? {
        guard let place = facts.place(of: connection) else { return nil }
        guard facts[at: place].predecessor != nil || facts[at: place].successor != nil, !facts[at: place].isClosed
        else { return nil }
        let before = facts[at: place].predecessor.flatMap { isOpen($0) ? $0 : nil }
        let after = facts[at: place].successor.flatMap { isOpen($0) ? $0 : nil }
        return before == nil && after == nil ? nil : (before, after)
    }

    /// Whether two connections are one, seen on both sides of a proxy.
    package func areLegs(_ one: ConnectionID, _ other: ConnectionID) -> Bool {
        guard one != other, let legs = legs(of: one) else { return false }
        return legs.0 == other || legs.1 == other
    }

    private func isOpen(_ connection: ConnectionID) -> Bool {
        facts.place(of: connection).map { !facts[at: $0].isClosed } ?? false
    }

    package func connectionName(of connection: ConnectionID) -> String? {
        facts.place(of: connection).flatMap { facts[at: $0].connectionName }
    }

    package func areOneProcess(_ one: ConnectionID, _ other: ConnectionID) -> Bool {
        grouping.root(of: one) == grouping.root(of: other)
    }

    /// Whether two connections are certainly of different processes: both said which, and not the same one.
    package func areDifferentProcesses(_ one: ConnectionID, _ other: ConnectionID) -> Bool {
        guard !areOneProcess(one, other), let first = identity(of: one), let second = identity(of: other) else {
            return false
        }
        // The address of one process may differ on the two sides of a proxy.
        return first.pid != second.pid || first.command != second.command
    }

    /// Whether anything tells whose the connection is.
    package func isKnown(_ connection: ConnectionID) -> Bool {
        identity(of: connection) != nil || facts[connection]?.evidence.isEmpty == false
    }

    /// Whether it is the first time that a connection is seen with `key`, as far as is remembered.
    private mutating func isNew(_ connection: ConnectionID, _ key: String, _ second: String? = nil) -> Bool {
        guard let place = facts.place(of: connection) else { return false }
        facts[at: place].isInUse = true
        return facts[at: place].examined.insert(key, second, limit: limit)
    }

    private mutating func add(_ evidence: ServiceHint, to connection: ConnectionID) {
        guard let place = facts.place(of: connection), facts[at: place].evidence.add(evidence, limit: limit) else {
            return
        }
        changes += 1
        guard seen.count < CorrelationLimits.servicesSeen else { return }
        seen.insert(evidence.service)
        guard let host = evidence.host, !host.isEmpty else { return }
        hosts.insert(host)
        seen.insert(evidence.service + "@" + host)
    }

    /// Whether a process of that service was seen, on that host where one is given.
    package func hasSeen(service: String, host: String?) -> Bool {
        seen.contains(host.map { "\(service)@\($0)" } ?? service)
    }

    // MARK: Forgetting

    /// Connections that ended, oldest first, as many as are kept beyond the limit.
    func oldestClosed(where isWanted: (ConnectionID) -> Bool) -> [ConnectionID] {
        var found: [ConnectionID] = []
        for connection in facts.ids.sorted() where found.count < count - connections {
            if !isOpen(connection), isWanted(connection) { found.append(connection) }
        }
        return found
    }

    /// Forgets connections; what each told of its process passes to another one of the process.
    mutating func forget(_ forgotten: [ConnectionID]) -> ForgottenConnections {
        changes += 1
        let result = grouping.forget(forgotten)
        for connection in forgotten {
            guard let gone = facts.remove(connection) else { continue }
            if !gone.isClosed { openCount -= 1 }
            if let name = gone.connectionName {
                nameBytes -= 2 * name.utf8.count
                if connectionByName[name] == connection { connectionByName[name] = nil }
            }
            if let process = gone.process, connectionByProcess[process] == connection {
                connectionByProcess[process] = nil
            }
            guard let heir = result.standIn(for: connection), let place = facts.place(of: heir) else { continue }
            facts[at: place].isInUse = facts[at: place].isInUse || gone.isInUse
            if facts[at: place].process == nil, let process = gone.process { facts[at: place].process = process }
            for evidence in gone.evidence { facts[at: place].evidence.add(evidence, limit: limit) }
        }
        return result
    }
}
