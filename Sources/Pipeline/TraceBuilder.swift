import Correlation
import Trace
import Workflows

/// A machine that gathers finished messages and calls into a trace that is kept whole.
package struct TraceBuilder: Sendable {
    private var messages: [Message] = []
    private var calls: [Call] = []

    package init() {}

    package mutating func add(_ finished: Correlator.Finished) {
        switch finished {
        case .message(let message): messages.append(message)
        case .call(let call): calls.append(call)
        }
    }

    /// The trace: in order of time, ids as indexes, participants in place of connections, operations found.
    package consuming func trace(capture: CaptureSummary, naming: ServiceNaming) -> BusTrace {
        var trace = BusTrace()
        let (participants, ofConnection) = naming.participants()
        trace.capture = capture
        trace.participants = participants
        for index in trace.capture.connections.indices {
            trace.capture.connections[index].participant = ofConnection[index]
            trace.capture.connections[index].connectionName = naming.connectionName(of: index)
        }
        renumber()
        trace.messages = messages
        trace.calls = calls
        for index in trace.messages.indices {
            trace.messages[index].from = trace.messages[index].connection.flatMap { ofConnection[$0] }
            if let connection = trace.messages[index].connection, connection >= trace.capture.connections.count {
                trace.messages[index].connection = nil
            }
            for delivery in trace.messages[index].deliveries.indices {
                let connection = trace.messages[index].deliveries[delivery].connection
                trace.messages[index].deliveries[delivery].to = ofConnection[connection]
            }
        }
        for index in trace.calls.indices {
            trace.calls[index].from = trace.calls[index].callerConnection.flatMap { ofConnection[$0] }
            trace.calls[index].to = trace.calls[index].serverConnection.flatMap { ofConnection[$0] }
        }
        trace.operations = OperationFinder(trace).operations()
        for operation in trace.operations.reversed() {
            for message in operation.messages { trace.messages[message].operation = operation.id }
        }
        return trace
    }

    /// Messages are handed on in the order in which their last byte came; ids follow the time of the first.
    private mutating func renumber() {
        let messageOrder = messages.indices.sorted { (messages[$0].time, $0) < (messages[$1].time, $1) }
        let callOrder = calls.indices.sorted { (calls[$0].time, $0) < (calls[$1].time, $1) }
        let messageIDs = Self.newIDs(messageOrder.map { messages[$0].id })
        let callIDs = Self.newIDs(callOrder.map { calls[$0].id })
        messages = messageOrder.map { messages[$0] }
        calls = callOrder.map { calls[$0] }
        for id in messages.indices {
            messages[id].id = id
            messages[id].call = messages[id].call.flatMap { callIDs[$0] }
        }
        for id in calls.indices {
            calls[id].id = id
            calls[id].request = calls[id].request.flatMap { messageIDs[$0] }
            calls[id].reply = calls[id].reply.flatMap { messageIDs[$0] }
        }
    }

    private static func newIDs(_ oldIDs: [Int]) -> [Int: Int] {
        Dictionary(oldIDs.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }
}

extension Message {
    fileprivate var time: Timestamp { at ?? Timestamp(nanoseconds: .min) }
}

extension Call {
    fileprivate var time: Timestamp { requestedAt ?? repliedAt ?? Timestamp(nanoseconds: .min) }
}
