/// A value: where the name of a queue or exchange means one thing: a virtual host of one cluster of brokers.
///
/// The address of a broker is not part of it: nodes of a cluster share their queues, and a proxy has an address of its
/// own (`Connection.bus`). What is not known may be anything.
package struct QueueScope: Sendable, Hashable {
    package var virtualHost: String?
    /// `cluster_name` of the server properties.
    package var cluster: String?
    /// As `Connection.bus`.
    package var bus: Int?

    package init(virtualHost: String? = nil, cluster: String? = nil, bus: Int? = nil) {
        self.virtualHost = virtualHost
        self.cluster = cluster
        self.bus = bus
    }

    /// Whether nothing speaks against the two being one.
    package func mayBe(_ other: QueueScope) -> Bool {
        Self.agree(virtualHost, other.virtualHost) && Self.agree(cluster, other.cluster) && Self.agree(bus, other.bus)
    }

    private static func agree<Name: Equatable>(_ one: Name?, _ other: Name?) -> Bool {
        one == nil || other == nil || one == other
    }
}

extension Connection {
    package var scope: QueueScope { QueueScope(virtualHost: virtualHost, cluster: handshake?.cluster, bus: bus) }
}

extension CaptureSummary {
    /// The virtual hosts that are known, by name.
    package var virtualHosts: [String] { Set(connections.lazy.compactMap(\.virtualHost)).sorted() }
}

extension BusTrace {
    /// The virtual hosts in which the messages of an operation passed, in the order in which it got there.
    package func virtualHosts(of operation: Operation) -> [String] {
        var hosts: [String] = []
        for id in operation.messages where messages.contains(id) {
            if let host = scope(of: messages[id]).virtualHost, !hosts.contains(host) { hosts.append(host) }
        }
        return hosts
    }

    /// Where a message passed: that of its publish, else of its first delivery.
    package func scope(of message: Message) -> QueueScope {
        capture.connections[ifKnown: message.connection ?? message.deliveries.first?.connection]?.scope ?? QueueScope()
    }
}
