import Trace

/// A value: the formats of comma-separated values: a table of calls, a table of messages.
package struct CSVRenderer: Renderer {
    package enum Table: Sendable {
        case calls, messages
    }

    package var writesLoneMessages: Bool { true }
    private let table: Table

    package init(_ table: Table) {
        self.table = table
    }

    package func render(_ extract: TraceExtract, to sink: @escaping OutputSink) {
        let trace = extract.trace
        let selection = extract.operations.map {
            TraceSelection(trace, operations: $0, messages: extract.messages)
        }
        switch table {
        case .calls:
            let calls = trace.calls.lazy.filter { selection?.calls.contains($0.id) ?? true }
            CSVTable<Call>.calls.write(calls, of: trace, to: sink)
        case .messages:
            let messages = trace.messages.lazy.filter { selection?.messages.contains($0.id) ?? true }
            CSVTable<Message>.messages.write(messages, of: trace, to: sink)
        }
    }
}
