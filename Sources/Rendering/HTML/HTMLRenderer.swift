package import Trace

/// A value: the html format: one page with everything in it, for a ticket.
///
/// The operations, each with its verdict, steps, states, evidence, its diagram and a table of its messages. A script of
/// the page filters and sorts the tables and shows a message; it asks for nothing from outside, and without it
/// everything but the messages' contents is there still.
package struct HTMLRenderer: Renderer {
    /// Messages of a page that a browser opens, filters and scrolls without delay.
    package static let messageLimit = 5000
    /// Bytes of what messages carried, in all.
    package static let contentLimit = 64 << 20

    package var writesLoneMessages: Bool { false }

    package init() {}

    /// The messages that the page shows.
    ///
    /// - Throws: `RenderingFailure` where they are more than a page can hold.
    package func messages(of extract: TraceExtract) throws(RenderingFailure) -> Set<MessageID> {
        try drawn(of: extract).messages
    }

    /// What has a diagram of its own: those that went the same way as another have none.
    private func drawn(
        of extract: TraceExtract
    ) throws(RenderingFailure) -> (messages: Set<MessageID>, operations: Set<OperationID>) {
        let count = extract.operations?.count ?? extract.trace.operations.count
        guard count <= Limits.htmlOperations else {
            throw .tooMuch(count, "operations", limit: Limits.htmlOperations, format: "html")
        }
        var (messages, operations) = (Set<MessageID>(), Set<OperationID>())
        var extent = DrawingExtent()
        try extract.diagrams.forEach { entry throws(RenderingFailure) in
            try extent.add(entry.diagram, format: "html")
            messages.formUnion(entry.diagram.arrows.flatMap(\.messages))
            if !entry.isShared { operations.insert(entry.operation.id) }
        }
        guard messages.count <= Self.messageLimit else {
            throw .tooMuch(messages.count, "messages", limit: Self.messageLimit, format: "html")
        }
        return (messages, operations)
    }

    package func render(_ extract: TraceExtract, to sink: @escaping OutputSink) throws(RenderingFailure) {
        let drawn = try drawn(of: extract)
        let page = HTMLPage(extract, drawn: drawn.operations)
        var html = HTMLWriter(to: sink, ascii: extract.options.ascii)
        page.write(to: &html)
        html.flush()
    }
}
