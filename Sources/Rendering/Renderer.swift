import Trace

/// What writes a trace in one format.
package protocol Renderer: Sendable {
    /// Writes UTF-8 to the sink, in chunks; the same input gives the same bytes.
    ///
    /// `operations` are indexes into `BusTrace.operations`, `nil` for all of the trace; a format without a terminal
    /// ignores those of the options that have no meaning in it.
    func render(_ trace: BusTrace, operations: [Int]?, options: DiagramOptions, to sink: @escaping OutputSink)
}
