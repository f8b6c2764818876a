import Trace

extension BusTrace {
    /// Gives connections of which the capture does not hold the opening the virtual host of those that messages went to
    /// or came from: a broker passes a message on within one virtual host.
    ///
    /// Where a shovel or a federation carries messages from one to another, what follows contradicts itself, and the
    /// virtual host stays unknown.
    mutating func inferVirtualHosts() {
        let known = capture.connections.map(\.virtualHost)
        guard known.contains(where: { $0 != nil }), known.contains(where: { $0 == nil }) else { return }
        var hosts = known
        var contradicted: Set<Int> = []
        // What is learned of a publisher tells of the others that take from it.
        for _ in 0..<2 {
            for message in messages.ids {
                pass(message, hosts: &hosts, known: known, contradicted: &contradicted)
            }
        }
        for index in capture.connections.indices where known[index] == nil && !contradicted.contains(index) {
            capture.connections[index].virtualHost = hosts[index]
        }
    }

    private func pass(
        _ message: MessageID, hosts: inout [String?], known: [String?], contradicted: inout Set<Int>
    ) {
        guard let publisher = messages[message].connection?.index, hosts.indices.contains(publisher) else { return }
        for delivery in messages[message].deliveries {
            let taker = delivery.connection.index
            guard hosts.indices.contains(taker), hosts[publisher] != hosts[taker] else { continue }
            switch (hosts[publisher], hosts[taker]) {
            case (let host?, nil): hosts[taker] = host
            case (nil, let host?): hosts[publisher] = host
            default:
                for connection in [publisher, taker] where known[connection] == nil {
                    contradicted.insert(connection)
                }
            }
        }
    }
}
