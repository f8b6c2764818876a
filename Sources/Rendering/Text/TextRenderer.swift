/// A value: the text format.
package struct TextRenderer: Renderer {
    package var writesLoneMessages: Bool { false }

    package init() {}

    package func render(_ extract: TraceExtract, to sink: @escaping OutputSink) {
        TextReport(extract.trace, operations: extract.operations, options: extract.options).write(to: sink)
    }
}
