import Correlation
import Trace

/// A machine that counts which connections the messages and calls of a retained trace refer to, and knows which requests
/// are kept.
struct RetainedReferences: Sendable {
    /// Connection → how often.
    private var counts: [ConnectionID: Int] = [:]
    /// Call → its request, where that is kept; of several the last.
    private var requests: [CallID: MessageID] = [:]
    /// Id of the message that was added last.
    private var lastMessage: MessageID = -1

    func contain(_ connection: ConnectionID) -> Bool { counts[connection] != nil }

    mutating func add(_ message: Message) {
        lastMessage = max(lastMessage, message.id)
        if message.kind == .call, let call = message.call { requests[call] = message.id }
        if let connection = message.connection { add(connection) }
        for delivery in message.deliveries { add(delivery.connection) }
        for aside in message.asides { add(aside.delivery.connection) }
    }

    /// - Returns: the call that goes with the message.
    mutating func remove(_ message: Message) -> CallID? {
        if let connection = message.connection { remove(connection) }
        for delivery in message.deliveries { remove(delivery.connection) }
        for aside in message.asides { remove(aside.delivery.connection) }
        guard let call = message.call, requests[call] == message.id else { return nil }
        requests[call] = nil
        return call
    }

    mutating func add(_ call: Call) {
        if let connection = call.callerConnection { add(connection) }
        if let connection = call.serverConnection { add(connection) }
    }

    mutating func remove(_ call: Call) {
        if let connection = call.callerConnection { remove(connection) }
        if let connection = call.serverConnection { remove(connection) }
    }

    /// Whether the request of a call was added and let go again.
    func isLetGo(request: MessageID, of call: CallID) -> Bool {
        request <= lastMessage && requests[call] == nil
    }

    private mutating func add(_ connection: ConnectionID) {
        counts[connection, default: 0] += 1
    }

    private mutating func remove(_ connection: ConnectionID) {
        guard let count = counts[connection] else { return }
        counts[connection] = count > 1 ? count - 1 : nil
    }
}
