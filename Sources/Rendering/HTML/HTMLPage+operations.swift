import Trace

extension HTMLPage {
    /// The list of operations, then each that is told.
    func writeMain(to html: inout HTMLWriter) {
        guard !listed.isEmpty else {
            html.element("p", "No operation was found in what was captured.")
            return
        }
        writeList(to: &html)
        if drawn.isEmpty {
            html.element("p", ["class": "note"], Self.hint)
        }
        series.forEach { entry in
            OperationSection(page: self, entry: entry).write(to: &html)
        }
    }

    private static let hint =
        "Select with --instance, --request, --method, --service or --problems to have operations told."

    private func writeList(to html: inout HTMLWriter) {
        html.markup("\n")
        html.element("section", ["aria-labelledby": "operations"]) { html in
            html.element("h2", ["id": "operations"], counted(listed.count, "operation"))
            html.element("div", ["class": "scroll"]) { html in
                html.element("table", ["class": "list", "data-sortable": ""]) { html in
                    html.markup("<thead><tr>")
                    for (heading, name) in headings {
                        html.element("th", ["scope": "col", "class": name], heading)
                    }
                    html.markup("</tr></thead>\n<tbody>")
                    for operation in listed { row(of: operation, isTold: drawn.contains(operation.id), to: &html) }
                    html.markup("</tbody>")
                }
            }
        }
        html.markup("\n")
    }

    private var headings: [(String, String?)] {
        [("started (UTC)", nil), ("kind", nil), ("instance", nil), ("request", nil), ("outcome", nil)]
            + (hosts.isEmpty ? [] : [("virtual host", nil)])
            + [("step", nil), ("duration", "number"), ("messages", "number")]
    }

    private func row(of operation: Operation, isTold: Bool, to html: inout HTMLWriter) {
        let length = operation.duration
        html.markup("\n")
        html.element("tr") { html in
            html.element("td", ["class": "time"]) { html in
                html.text("\(operation.startedAt.calendarDate) \(operation.startedAt.clock.dropLast(3))")
            }
            html.element("td") { html in
                if isTold {
                    html.element("a", ["href": "#op\(operation.id)"], operation.kind.rawValue)
                } else {
                    html.text(operation.kind.rawValue)
                }
            }
            html.element("td") { html in
                if let name = operation.instanceName {
                    html.element("b", name)
                    html.markup(" ")
                }
                for instance in operation.instances { html.element("code", instance) }
            }
            html.element("td") { html in
                if let request = operation.requestID { html.element("code", request) }
            }
            html.element("td", ["class": operation.outcome.rawValue]) {
                outcome(of: operation.outcome.rawValue, to: &$0)
            }
            if !hosts.isEmpty { html.element("td", hosts[operation.id] ?? "") }
            html.element("td", operation.stepReached ?? "")
            html.element("td", ["class": "number", "data-value": "\(length)"], glyphs.duration(of: operation))
            html.element("td", ["class": "number"], "\(operation.messages.count)")
        }
    }

    /// An outcome in its colour and with its shape.
    func outcome(of outcome: String, to html: inout HTMLWriter) {
        html.element("span", ["class": "outcome \(outcome)"], outcome)
    }
}
