import Trace

extension BusTrace {
    /// Finds out which of several brokers are one bus: nodes of a cluster, and a proxy with what is behind it, pass
    /// messages on to each other.
    ///
    /// Brokers are told apart only where each has passed messages enough for one to have crossed: else which bus it is
    /// stays unknown.
    mutating func tellBrokersApart() {
        let servers = Array(Set(capture.connections.map(\.server))).sorted()
        guard servers.count > 1 else { return }
        let places = Dictionary(servers.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        var groups = ServerGroups(count: servers.count)
        var names: [String: Int] = [:]
        for connection in capture.connections {
            guard let server = places[connection.server] else { continue }
            // Two connections of one name are one, on both sides of a proxy.
            for name in [connection.connectionName, connection.handshake?.cluster.map { "\u{1F}\($0)" }] {
                guard let name else { continue }
                if let other = names[name] { groups.join(server, other) } else { names[name] = server }
            }
        }
        let serverOfConnection = capture.connections.map { places[$0.server] ?? 0 }
        var passed = [Int](repeating: 0, count: servers.count)
        for message in messages.ids {
            guard let publisher = messages[message].connection?.index,
                serverOfConnection.indices.contains(publisher)
            else { continue }
            for delivery in messages[message].deliveries
            where serverOfConnection.indices.contains(delivery.connection.index) {
                groups.join(serverOfConnection[publisher], serverOfConnection[delivery.connection.index])
                passed[serverOfConnection[publisher]] += 1
            }
        }
        var passedByGroup: [Int: Int] = [:]
        for server in servers.indices { passedByGroup[groups.root(of: server), default: 0] += passed[server] }
        for index in capture.connections.indices {
            let group = groups.root(of: serverOfConnection[index])
            if passedByGroup[group, default: 0] >= Self.enoughToCross { capture.connections[index].bus = group }
        }
    }

    /// Of so many messages one would have crossed from node to node of a cluster: clients choose theirs by chance.
    private static let enoughToCross = 20
}

/// A machine that joins servers: union-find over their places.
private struct ServerGroups {
    private var parents: [Int]

    init(count: Int) {
        parents = Array(0..<count)
    }

    func root(of server: Int) -> Int {
        var root = server
        while parents[root] != root { root = parents[root] }
        return root
    }

    mutating func join(_ one: Int, _ other: Int) {
        let (first, second) = (root(of: one), root(of: other))
        if first != second { parents[max(first, second)] = min(first, second) }
    }
}
