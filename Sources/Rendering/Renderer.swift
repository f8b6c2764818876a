import Trace

/// What writes a trace in one format.
package protocol Renderer: Sendable {
    /// Whether it writes messages that belong to no operation.
    var writesLoneMessages: Bool { get }

    /// Writes UTF-8 to the sink, in chunks; the same input gives the same bytes.
    ///
    /// `operations` are indexes into `BusTrace.operations`, `nil` for all of the trace; `messages` are those that were
    /// selected one by one, in operations or not, `nil` for all of the operations. A format ignores what has no meaning
    /// in it.
    func render(
        _ trace: BusTrace, operations: [Int]?, messages: [Int]?, options: DiagramOptions, to sink: @escaping OutputSink)
}
