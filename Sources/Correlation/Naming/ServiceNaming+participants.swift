package import Trace

/// What follows from what the wire told: who is behind the connections.
extension ServiceNaming {
    /// The processes behind the connections, in the order of their first connection, and which connection is whose.
    package func participants() -> (participants: [Participant], ofConnection: [ConnectionID: ParticipantID]) {
        var order: [ConnectionID] = []
        var members: [ConnectionID: [ConnectionID]] = [:]
        for connection in facts.ids.sorted() {
            let root = grouping.root(of: connection)
            if members[root] == nil { order.append(root) }
            members[root, default: []].append(connection)
        }
        let known = order.compactMap { root in
            members[root].flatMap { group in group.contains(where: isKnownFor) ? (root: root, group: group) : nil }
        }
        let merging = AddressMerging(known.map { addressGroup($0.root, $0.group) })
        var participants: [Participant] = []
        var owner: [ConnectionID: ParticipantID] = [:]
        let led = Dictionary(grouping: known.indices, by: { merging.leader[$0] })
        for (index, process) in known.enumerated() {
            guard let own = led[index] else { continue }
            let group = own.flatMap { known[$0].group }
            let root = own.first { grouping.identity(of: known[$0].root) != nil }.map { known[$0].root }
            var participant = participant(
                id: ParticipantID(participants.count), root: root ?? process.root, group: group)
            if participant.host == nil, let host = merging.hosts[index] { participant.host = host }
            participants.append(participant)
            for connection in group { owner[connection] = participant.id }
        }
        Self.label(&participants)
        tellVirtualHostsApart(&participants, order.compactMap { members[$0] }.filter { $0.contains(where: isKnownFor) })
        return (participants, owner)
    }

    private func addressGroup(_ root: ConnectionID, _ group: [ConnectionID]) -> AddressMerging.Group {
        let evidence = group.flatMap { facts[$0]?.evidence ?? [] }
        let service = Self.service(by: evidence)
        let own = evidence.filter { $0.service == service }.sorted { $0.strength > $1.strength }
        return AddressMerging.Group(
            addresses: Set(group.compactMap { facts[$0]?.address }), service: service,
            host: own.lazy.compactMap(\.host).first, identity: grouping.identity(of: root))
    }

    /// Whether the connection did or told anything.
    private func isKnownFor(_ connection: ConnectionID) -> Bool {
        facts[connection].map { $0.isInUse || !$0.evidence.isEmpty } ?? false
    }

    private func participant(id: ParticipantID, root: ConnectionID, group: [ConnectionID]) -> Participant {
        let identity = grouping.identity(of: root)
        let evidence = group.flatMap { facts[$0]?.evidence ?? [] }
        let process = group.lazy.compactMap { facts[$0]?.process }.first
        let pid = identity?.pid ?? process?.pid
        guard let service = Self.service(by: evidence) else {
            if let identity {
                return Participant(
                    id: id, pid: pid, label: "\(identity.command):\(identity.pid)", learnedFrom: ["connection_name"])
            }
            let own = process.map { "\($0.name):\($0.pid)" }
            return Participant(
                id: id, pid: pid, label: own ?? facts[root]?.endpoint ?? "",
                learnedFrom: [own == nil ? "address" : "process table"])
        }
        let own = evidence.filter { $0.service == service }.sorted { $0.strength > $1.strength }
        var reasons: [String] = []
        for reason in own.map(\.reason) where !reasons.contains(reason) { reasons.append(reason) }
        return Participant(
            id: id, service: service, host: own.lazy.compactMap(\.host).first, pid: pid, label: service,
            learnedFrom: Array(reasons.prefix(8)))
    }

    /// The service that the strongest evidence names; among several the one named most often, then the first by name.
    private static func service(by evidence: [ServiceHint]) -> String? {
        guard let strongest = evidence.map(\.strength).max() else { return nil }
        var counts: [String: Int] = [:]
        for item in evidence where item.strength == strongest { counts[item.service, default: 0] += 1 }
        return counts.min { ($1.value, $0.key) < ($0.value, $1.key) }?.key
    }

    /// Services that run on many hosts, or that were seen on several, get their host on the label.
    private static func label(_ participants: inout [Participant]) {
        var hosts: [String: Set<String>] = [:]
        for participant in participants {
            if let service = participant.service, let host = participant.host {
                hosts[service, default: []].insert(host)
            }
        }
        for index in participants.indices {
            guard let service = participants[index].service, let host = participants[index].host else { continue }
            if runsOnManyHosts(service) || hosts[service, default: []].count > 1 {
                participants[index].label = "\(service)@\(host)"
            }
        }
    }

    /// Services of one name that serve different virtual hosts, as a conductor of each cell, get theirs on the label.
    private func tellVirtualHostsApart(_ participants: inout [Participant], _ groups: [[ConnectionID]]) {
        guard hasSeveralVirtualHosts else { return }
        let homes = groups.map(virtualHost)
        var hostsByLabel: [String: Set<String>] = [:]
        for (index, participant) in participants.enumerated() where participant.service != nil {
            if let home = homes[index] { hostsByLabel[participant.label, default: []].insert(home) }
        }
        for index in participants.indices where hostsByLabel[participants[index].label, default: []].count > 1 {
            guard let home = homes[index], participants[index].service != nil else { continue }
            participants[index].virtualHost = home
        }
        for index in participants.indices {
            guard let home = participants[index].virtualHost else { continue }
            participants[index].label += " (\(home))"
        }
    }

    /// That of the connections on which the process serves a topic, else of all its connections; `nil` for several.
    private func virtualHost(of group: [ConnectionID]) -> String? {
        let serving = group.filter { facts[$0]?.evidence.contains { $0.strength == .topic } ?? false }
        let hosts = Set((serving.isEmpty ? group : serving).compactMap { facts[$0]?.virtualHost })
        return hosts.count == 1 ? hosts.first : nil
    }

    private static func runsOnManyHosts(_ service: String) -> Bool {
        service == "nova-compute" || service == "nova-network" || service == "cinder-volume"
            || service.hasSuffix("-agent")
    }
}
