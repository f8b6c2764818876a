import Trace

/// A machine that tells connections whose process was killed from those that end with a process that stops in order.
///
/// The kernel ends the connections of a process that is gone by FIN. A service that stops in order says
/// `connection.close` where it consumes, and leaves what else it has to the kernel as well, a while later: its FINs are
/// no trouble. Nor is that of a stranger on whose connection no message passed: so looks who checks the broker's health.
struct AbandonedConnections {
    /// Participant → when it closed a connection of its own last.
    private var closings: [Int: Timestamp] = [:]
    /// Of more the closings are not known.
    private static let participantsAtMost = 65_536
    /// How long a service takes to stop (oslo.service, `graceful_shutdown_timeout`).
    private static let stopping: Nanoseconds = .seconds(60)

    /// Takes a connection that ended, in order of the ends.
    ///
    /// - Returns: whether it was abandoned.
    mutating func takes(_ connection: Connection, of participant: Participant?) -> Bool {
        guard let end = connection.end, end.by == .client else { return false }
        if end.isRegular || end.mayHaveBeenClosed {
            if let id = participant?.id, closings.count < Self.participantsAtMost { closings[id] = end.at }
            return false
        }
        // Where bytes are missing, its `connection.close` may be among them.
        guard end.kind == .finished, connection.bytesMissing == 0, connection.gaps == 0 else { return false }
        guard participant?.service != nil || connection.messagesSent > 0 || connection.messagesReceived > 0 else {
            return false
        }
        guard let closed = participant.flatMap({ closings[$0.id] }) else { return true }
        return end.at - closed > Self.stopping
    }

    /// Marks those among all connections of a capture; `participants` are who their participants are.
    static func mark(_ connections: inout [Connection], participants: [Participant]) {
        var machine = AbandonedConnections()
        let ended = connections.indices.filter { connections[$0].end != nil }
        let order = ended.sorted {
            (connections[$0].end?.at ?? Timestamp(nanoseconds: 0), $0)
                < (connections[$1].end?.at ?? Timestamp(nanoseconds: 0), $1)
        }
        for index in order {
            let participant = connections[index].participant.flatMap {
                participants.indices.contains($0) ? participants[$0] : nil
            }
            connections[index].isAbandoned = machine.takes(connections[index], of: participant)
        }
    }
}
