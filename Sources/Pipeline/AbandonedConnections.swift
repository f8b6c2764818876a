import Trace

/// A machine that tells connections whose process was killed from those that end with a process that stops in order.
///
/// The kernel ends the connections of a process that is gone by FIN. A service that stops in order says
/// `connection.close` where it consumes, and leaves what else it has to the kernel as well, a while later: its FINs are
/// no trouble. Nor is that of a stranger on whose connection no message passed: so looks who checks the broker's health.
///
/// Where the capture lacks what was said last on a connection, that may have been its close. And a connection whose
/// process is not known may be of any that closes another one from the same host.
struct AbandonedConnections {
    /// Participant → when it closed a connection of its own last.
    private var closings: [ParticipantID: Timestamp] = [:]
    /// Host → when anybody but who looks after the broker closed a connection from there last.
    private var closingsFrom: [String: Timestamp] = [:]
    /// Participant → when it was seen last on a connection with holes that was not seen to end.
    private var vanished: [ParticipantID: Timestamp] = [:]
    /// How long a service takes to stop (oslo.service, `graceful_shutdown_timeout`).
    private static let stopping: Nanoseconds = .seconds(60)

    /// Takes a connection that ended, in order of the ends.
    ///
    /// - Returns: whether it was abandoned.
    mutating func takes(_ connection: Connection, of participant: Participant?) -> Bool {
        guard let end = connection.end, end.by == .client || end.mayHaveBeenClosed else { return false }
        if end.isRegular || end.mayHaveBeenClosed {
            noteClosing(of: connection, participant, at: end.at)
            return false
        }
        // Where bytes are missing, its `connection.close` may be among them.
        guard end.kind == .finished, connection.bytesMissing == 0, connection.gaps == 0 else { return false }
        return Self.isServing(connection, participant) && !mayStop(connection, participant, at: end.at)
    }

    /// Whether the process may be one that stops in order.
    private func mayStop(_ connection: Connection, _ participant: Participant?, at time: Timestamp) -> Bool {
        if let id = participant?.id {
            if let closed = closings[id], time - closed <= Self.stopping { return true }
            if let seen = vanished[id], seen <= time { return true }
        }
        guard participant?.service == nil, let closed = closingsFrom[connection.clientHost] else { return false }
        return time - closed <= Self.stopping
    }

    private mutating func noteClosing(of connection: Connection, _ participant: Participant?, at time: Timestamp) {
        if let id = participant?.id, closings.count < PipelineLimits.closings { closings[id] = time }
        // Who looks whether the broker is there does so quickly.
        let isServing = connection.midstream || Self.isServing(connection, participant)
        if isServing, closingsFrom.count < PipelineLimits.closings {
            closingsFrom[connection.clientHost] = time
        }
    }

    private static func isServing(_ connection: Connection, _ participant: Participant?) -> Bool {
        participant?.service != nil || connection.messagesSent > 0 || connection.messagesReceived > 0
    }

    /// Marks those among all connections of a capture; `participants` are who their participants are.
    static func mark(_ connections: inout [Connection], participants: [Participant]) {
        var machine = AbandonedConnections()
        for connection in connections where connection.end == nil && connection.gaps > 0 {
            guard let id = connection.participant, let seen = connection.lastSeen else { continue }
            machine.vanished[id] = min(machine.vanished[id] ?? seen, seen)
        }
        let ended = connections.indices.filter { connections[$0].end != nil }
        let order = ended.sorted {
            (connections[$0].end?.at ?? Timestamp(nanoseconds: 0), $0)
                < (connections[$1].end?.at ?? Timestamp(nanoseconds: 0), $1)
        }
        for index in order {
            let participant = participants[ifKnown: connections[index].participant]
            connections[index].isAbandoned = machine.takes(connections[index], of: participant)
        }
    }
}

extension Connection {
    /// The client without its port.
    fileprivate var clientHost: String { String(client[..<(client.lastIndex(of: ":") ?? client.endIndex)]) }

    /// When either end was seen last.
    fileprivate var lastSeen: Timestamp? { [lastSeenClient, lastSeenServer].compactMap(\.self).max() }
}
