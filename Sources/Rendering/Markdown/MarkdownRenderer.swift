/// A value: the Markdown format.
package struct MarkdownRenderer: Renderer {
    package var writesLoneMessages: Bool { false }

    package init() {}

    package func render(_ extract: TraceExtract, to sink: @escaping OutputSink) {
        MarkdownReport(extract).write(to: sink)
    }
}
