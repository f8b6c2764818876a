package import Trace

/// A value: what a renderer is given: a trace, what of it was selected, and how it is to look.
package struct TraceExtract: Sendable {
    package var trace: BusTrace
    /// `nil` for all of the trace.
    package let operations: [OperationID]?
    /// Those that were selected one by one, in operations or not; `nil` for all of the operations.
    package let messages: [MessageID]?
    /// A format takes of these what has a meaning in it.
    package let options: DiagramOptions
    /// The command line that made it, without where it was written to; empty where there was none.
    package let command: String

    package init(
        _ trace: BusTrace, operations: [OperationID]? = nil, messages: [MessageID]? = nil,
        options: DiagramOptions = DiagramOptions(), command: String = ""
    ) {
        self.trace = trace
        self.operations = operations
        self.messages = messages
        self.options = options
        self.command = command
    }

    /// The operations that are told in full, see `BusTrace.operationsToTell`.
    package var told: [Operation] { trace.operationsToTell(operations) }

    /// What is said where there is no operation to tell: that, and what went wrong with connections, a sentence each.
    var nothingFound: [String] {
        if operations != nil { return ["no operation matches"] }
        return [trace.withReason("no operation found")] + trace.troubleNotes + trace.capture.network.lossNotes
    }

    /// The diagrams of the operations that are told.
    package var diagrams: DiagramSeries { DiagramSeries(trace, operations: operations, options: options) }

    /// The same, beside what is told of the whole capture.
    package func diagrams(told: [String]) -> DiagramSeries {
        DiagramSeries(trace, operations: operations, options: options, told: told)
    }
}

extension BusTrace {
    /// The operations that are listed: those selected, else all, which are not copied.
    ///
    /// - Parameter selection: `nil` for no selection.
    package func operations(_ selection: [OperationID]?) -> [Operation] {
        selection?.compactMap { operations[ifKnown: $0] } ?? operations
    }

    /// The operations that are told in full: those selected; else the boots, else every one unless they are more than
    /// `Limits.drawnOperations`.
    ///
    /// - Parameter selection: `nil` for no selection.
    package func operationsToTell(_ selection: [OperationID]?) -> [Operation] {
        if selection != nil { return operations(selection) }
        let boots = operations.filter { $0.kind == .boot }
        if !boots.isEmpty { return boots }
        return operations.count > Limits.drawnOperations ? [] : operations
    }
}
