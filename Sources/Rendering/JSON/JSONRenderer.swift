/// A value: the JSON formats.
package struct JSONRenderer: Renderer {
    package var writesLoneMessages: Bool { true }
    private let shape: TraceJSON.Shape

    package init(shape: TraceJSON.Shape) {
        self.shape = shape
    }

    package func render(_ extract: TraceExtract, to sink: @escaping OutputSink) {
        TraceJSON(extract.trace, operations: extract.operations, messages: extract.messages).write(shape, to: sink)
    }
}
