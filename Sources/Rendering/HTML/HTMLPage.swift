import Trace

/// A view of a trace as a page: what stands above and beneath its operations.
struct HTMLPage {
    let trace: BusTrace
    let extract: TraceExtract
    /// How diagrams look: what messages carried stands in the panel, not in them.
    let options: DiagramOptions
    /// The operations in the list.
    let listed: [Operation]
    let series: DiagramSeries
    /// Makes a diagram with an arrow for every message.
    let expanded: SequenceBuilder
    /// The operations that have a diagram.
    let drawn: Set<OperationID>
    /// Of each operation the virtual host that it got to; empty where there is one at most.
    let hosts: [OperationID: String]

    var glyphs: GlyphTable { options.glyphs }

    init(_ extract: TraceExtract, drawn: Set<OperationID>) {
        self.extract = extract
        self.drawn = drawn
        trace = extract.trace
        var options = extract.options
        options.detail = .none
        self.options = options
        series = DiagramSeries(
            trace, operations: extract.operations, options: options, told: CaptureReport(trace, options: options).notes)
        options.expand = true
        expanded = SequenceBuilder(trace, options: options)
        hosts = trace.virtualHostsOfOperations
        listed = trace.operations(extract.operations)
    }

    func write(to html: inout HTMLWriter) {
        html.markup("<!doctype html>\n")
        html.element("html", ["lang": "en"]) { html in
            html.element("head", writeHead)
            html.markup("\n")
            html.element("body") { html in
                writeHeader(to: &html)
                html.element("main", writeMain)
                html.element("footer", writeFooter)
                html.markup(Self.panel)
                html.markup("<script>\n")
                html.markup(PageScript.text)
                html.markup("</script>\n")
            }
        }
        html.markup("\n")
    }

    // MARK: Head

    private func writeHead(to html: inout HTMLWriter) {
        html.markup(
            """

            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
            script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="referrer" content="no-referrer">
            <link rel="icon" href="data:,">

            """)
        html.element("title", title)
        html.markup("\n<style>\n")
        html.markup(PageStyle.text)
        html.markup("</style>\n<style>\n")
        html.embed { sink in sink(Array(SVGDrawing.styleSheet.utf8)) }
        html.markup("</style>\n")
    }

    private var title: String {
        guard listed.count == 1, let operation = listed.first else {
            return "\(counted(listed.count, "operation")) on the message bus"
        }
        return ([operation.kind.rawValue, operation.instanceName ?? operation.instances.first].compactMap { $0 })
            .joined(separator: " ") + ": \(operation.outcome.rawValue)"
    }

    // MARK: Header

    private func writeHeader(to html: inout HTMLWriter) {
        html.markup("\n")
        html.element("header") { html in
            html.element("h1", "Operations on the message bus")
            html.element("ul", ["class": "facts"]) { html in
                let report = CaptureReport(trace, options: options)
                for source in trace.capture.sources {
                    html.element("li") { fields(report.statements(on: source, glyphs), to: &$0) }
                }
                html.element("li") { fields(counts, to: &$0) }
                for note in report.notes { html.element("li", ["class": "note"], "note: \(note)") }
            }
            html.markup(
                """
                <noscript><p class="note">Filters, sorting and the contents of messages need JavaScript; \
                this page's script asks for nothing from outside.</p></noscript>
                """)
        }
        html.markup("\n")
        if !drawn.isEmpty { writeFilter(to: &html) }
    }

    private var counts: [String] {
        [
            counted(trace.capture.connections.count, "AMQP connection"), counted(trace.messages.count, "message"),
            counted(trace.calls.count, "call"), counted(trace.operations.count, "operation"),
        ]
    }

    /// Each in an element of its own: the direction in which one is written does not reach the next.
    func fields(_ fields: [String], to html: inout HTMLWriter) {
        for (index, field) in fields.enumerated() {
            if index > 0 { html.text(glyphs.separator) }
            html.element("bdi", field)
        }
    }

    /// For the script to show: without it there is nothing to filter with.
    private func writeFilter(to html: inout HTMLWriter) {
        html.markup(
            """
            <form id="filters" role="search" hidden>
            <label for="filter">Filter messages</label>
            <input id="filter" type="search" autocomplete="off" spellcheck="false" \
            placeholder="method, service, error" aria-keyshortcuts="/">
            <label for="kind">Kind</label>
            <select id="kind"><option value="">all</option>
            """)
        for kind in Message.Kind.allCases { html.element("option", ["value": kind.rawValue], kind.rawValue) }
        html.markup(
            """
            </select>
            <label><input id="problems" type="checkbox"> only problems</label>
            <output id="count" for="filter kind problems"></output>
            </form>

            """)
    }

    // MARK: Footer

    private func writeFooter(to html: inout HTMLWriter) {
        html.element("p") { html in
            html.text("Made by \(Program.name) \(Program.version)")
            if !extract.command.isEmpty {
                html.markup(" with ")
                html.element("code", extract.command)
            }
            html.markup(". Passwords, tokens and keys ")
            html.text("are replaced by *** unless --show-secrets was given.")
        }
        html.markup(
            """
            <p class="keys"><kbd>/</kbd> filter, <kbd>&uarr;</kbd> <kbd>&darr;</kbd> next message or arrow, \
            <kbd>Enter</kbd> show it, <kbd>&larr;</kbd> <kbd>&rarr;</kbd> step through messages, \
            <kbd>Esc</kbd> close.</p>
            """)
    }

    private static let panel: StaticString = """

        <aside id="panel" role="dialog" aria-labelledby="panel-title" tabindex="-1" hidden></aside>

        """
}
