import Trace

/// A machine that says in a few words what a packet carries, for people who open the file in Wireshark.
///
/// A message has many packets, near one another: what was said last of messages is remembered.
struct PacketComments {
    let trace: BusTrace
    private let names: OperationNames
    /// Message → the operations selected that it belongs to, as far as they are named.
    private var operations: [MessageID: [OperationID]] = [:]
    private var said: [MessageID: String] = [:]

    init(_ trace: BusTrace, operations selected: [OperationID]) {
        self.trace = trace
        names = OperationNames(trace.operations)
        for operation in selected {
            for message in trace.operations[operation].messages { operations[message, default: []].append(operation) }
        }
    }

    /// One comment for each message.
    mutating func comments(on messages: some Collection<MessageID>) -> [String] {
        var comments = messages.prefix(Limits.messagesOfPacket).map { remembered($0) }
        if messages.count > comments.count { comments.append("and \(messages.count - comments.count) more messages") }
        return comments
    }

    private mutating func remembered(_ message: MessageID) -> String {
        if let known = said[message] { return known }
        if said.count >= Limits.commentsRemembered { said.removeAll(keepingCapacity: true) }
        let comment = comment(on: message)
        said[message] = comment
        return comment
    }

    private func comment(on id: MessageID) -> String {
        let message = trace.messages[id]
        var text = "\(message.title) \(message.kind.rawValue)"
        let receivers = Set(message.deliveries.compactMap(\.to)).sorted()
        let to =
            receivers.isEmpty
            ? message.place : receivers.prefix(Limits.operationsOfMessage).map(label).joined(separator: ", ")
        text += " \(message.from.map(label) ?? "?") → \(to)"
        if receivers.count > Limits.operationsOfMessage {
            text += " and \(receivers.count - Limits.operationsOfMessage) more"
        }
        let own = operations[id] ?? []
        var names = own.prefix(Limits.operationsOfMessage).map { title(of: trace.operations[$0]) }
        if own.count > names.count { names.append("\(own.count - names.count) more operations") }
        return TerminalText((names.isEmpty ? "" : names.joined(separator: "; ") + ": ") + text).string
    }

    /// E.g. `boot vm-ok req-c63d2dd6-…`.
    func title(of operation: Operation) -> String {
        [operation.kind.rawValue, operation.instances.isEmpty ? nil : names.name(of: operation), operation.requestID]
            .compactMap(\.self).joined(separator: " ")
    }

    private func label(_ participant: ParticipantID) -> String { trace.label(of: participant) ?? "?" }
}

extension Message {
    /// Where it was published to.
    fileprivate var place: String {
        guard let amqp, !amqp.exchange.isEmpty else { return destination }
        return "\(amqp.exchange)/\(amqp.routingKey)"
    }
}
