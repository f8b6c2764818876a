package import Trace

/// A value: one of the two operations that are compared, and what its capture leaves open.
package struct ComparedSide: Sendable {
    package let operation: Operation
    /// In order of time.
    package let lines: [ComparedLine]
    /// In the order in which the instance took them.
    package let states: [StateSpan]
    /// Connections that carried its messages.
    package let connections: [Connection]
    /// What its messages were captured from.
    package let sources: [CaptureSource]
    /// When each step was reached, in the order of `Operation.steps`.
    let stepsReached: [Timestamp?]

    package init(_ operation: Operation, in trace: BusTrace, includesBackground: Bool = false) {
        self.operation = operation
        lines = LineReader(trace: trace, includesBackground: includesBackground).lines(of: operation)
        let settled = { (message: MessageID) -> Timestamp? in
            guard let item = trace.messages[ifKnown: message] else { return nil }
            let call = trace.calls[ifKnown: item.call]
            return item.kind == .call ? call?.repliedAt : item.deliveries.first?.at
        }
        states = StateSpan.spans(of: operation, settled: settled)
        stepsReached = operation.steps.map { step in
            step.at.map { at in max(at, step.messages.first.flatMap(settled) ?? at) }
        }
        var used = Set<ConnectionID>()
        for id in operation.messages where trace.messages.contains(id) {
            if let connection = trace.messages[id].connection { used.insert(connection) }
            used.formUnion(trace.messages[id].deliveries.map(\.connection))
        }
        connections = trace.capture.connections.filter { used.contains($0.id) }
        sources = trace.capture.sources
    }

    /// From the first message to the last answer.
    package var duration: Nanoseconds { operation.duration }

    /// Whether the capture does not hold its beginning: then nothing is known of what came first.
    package var beganBeforeCapture: Bool { operation.beganUnseen }

    /// Whether it was still under way when the capture ended: then what is not there may have come later.
    package var isOpen: Bool { operation.outcome == .running }

    /// Whether the capture may lack messages in between, so that what is not there may have been sent all the same.
    package var mayLackMessages: Bool {
        sources.contains { $0.kernelDropped ?? 0 > 0 }
            || connections.contains { $0.gaps > 0 || $0.bytesSkipped > 0 || $0.packetsCut > 0 || $0.oneSided }
    }
}

/// A value: a state that an instance took, and for how long.
package struct StateSpan: Sendable, Equatable {
    /// The task state, else the instance's state.
    package var name: String
    package var at: Timestamp
    /// Until the next state; `nil` of the last.
    package var length: Nanoseconds?

    /// States whose save was refused were not taken.
    static func spans(of operation: Operation, settled: (MessageID) -> Timestamp?) -> [StateSpan] {
        var spans: [StateSpan] = []
        for note in operation.states where note.confirmation != .rejected {
            guard let name = note.change.name, name != spans.last?.name else { continue }
            let at = max(note.at, settled(note.message) ?? note.at)
            if let last = spans.indices.last { spans[last].length = max(0, at - spans[last].at) }
            spans.append(StateSpan(name: name, at: at))
        }
        return spans
    }
}
