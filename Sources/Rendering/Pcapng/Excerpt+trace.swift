import Trace

extension Excerpt {
    /// What must be told of a capture beside the packets of a selection, so that both lead to the same verdict.
    ///
    /// Verdicts look at connections of others only where something is wrong with them.
    init(_ trace: BusTrace, _ selection: PacketSelection) {
        self.init()
        let capture = trace.capture
        first = capture.sources.compactMap(\.first).min()
        last = capture.sources.compactMap(\.last).max()
        let dropped = capture.sources.compactMap(\.kernelDropped)
        kernelDropped = dropped.isEmpty ? nil : dropped.reduce(0, +)
        packets = selection.count
        operations = selection.operations.count
        var involved: Set<Int> = []
        for carriage in selection.carriages {
            let message = trace.messages[carriage.message]
            let taken = message.deliveries.map(\.connection) + [message.connection].compactMap(\.self)
            involved.formUnion(taken)
            if message.isTruncated { cutConnections.formUnion(taken) }
            if let time = message.refusedAt, let id = message.uniqueID { refusals[id] = time }
        }
        connections = capture.connections.filter { involved.contains($0.id) || $0.isInTrouble }
        let listed = Set(connections.map(\.id))
        anomalies = capture.anomalies.filter { $0.connection.map(listed.contains) ?? true }
        anomalyCount = capture.anomalyCount - capture.anomalies.count + anomalies.count
        participants = trace.participants
    }
}

extension Connection {
    /// Whether it may be why a message was not seen, or not sent.
    fileprivate var isInTrouble: Bool { gaps > 0 || oneSided || !blocked.isEmpty }
}
