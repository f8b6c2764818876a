import Trace

/// A view of an operation on the page: its verdict, what that rests on, its diagram and its messages.
struct OperationSection {
    let page: HTMLPage
    let entry: DiagramSeries.Entry
    let messages: MessageTable

    private var glyphs: GlyphTable { page.glyphs }
    private var header: SequenceHeader { entry.diagram.header }
    private let sections: ExplainSections

    init(page: HTMLPage, entry: DiagramSeries.Entry) {
        self.page = page
        self.entry = entry
        sections = ExplainSections(operation: entry.operation, trace: page.trace, options: page.options)
        messages = MessageTable(
            page.expanded.diagram(of: entry.operation, isPart: entry.isShared), page: page,
            anchor: Self.anchor(of: entry))
    }

    private static func anchor(of entry: DiagramSeries.Entry) -> String {
        "op\(entry.operation.id)" + (entry.isShared ? "-shared" : "")
    }

    func write(to html: inout HTMLWriter) {
        html.element("section", ["class": "operation", "id": messages.anchor]) { html in
            html.markup("\n")
            writeTitle(to: &html)
            html.element("div", ["class": "columns"]) { html in
                // What several operations share is a part of each: steps and states are theirs.
                if !entry.isShared {
                    writeSteps(to: &html)
                    writeStates(to: &html)
                    writeReschedules(to: &html)
                    writeEvidence(to: &html)
                }
            }
            writeNotes(to: &html)
            writeDiagram(to: &html)
            messages.write(to: &html)
        }
        html.markup("\n")
    }

    private func writeTitle(to html: inout HTMLWriter) {
        html.element("h2") { html in
            html.text(header.kind)
            html.markup(" ")
            html.element("bdi", header.instanceName ?? header.instances.first ?? "")
            html.markup(" ")
            page.outcome(of: header.outcome, to: &html)
        }
        html.element("p", ["class": "verdict"], header.sentence)
        html.element("p", ["class": "ids"]) { html in
            let ids = header.instances + [header.requestID].compactMap { $0 }
            for (index, id) in ids.enumerated() {
                if index > 0 { html.text(glyphs.separator) }
                html.element("code", id)
            }
            for statement in header.counts.statements {
                html.text(glyphs.separator)
                html.text(statement)
            }
        }
        html.markup("\n")
    }

    // MARK: Lists

    /// A line of a list: a mark, a time, what there is to say, and the message that shows it.
    private struct Line {
        var mark = ""
        var style: StaticString = ""
        var at: Timestamp?
        var name: String?
        var text: String
        var message: MessageID?
    }

    private func list(_ title: StaticString, _ lines: [Line], to html: inout HTMLWriter) {
        guard !lines.isEmpty else { return }
        html.element("div") { html in
            html.element("h3") { $0.markup(title) }
            html.element("table", ["class": "told"]) { html in
                var previous: Timestamp?
                for line in lines {
                    html.element("tr", ["class": line.style.description]) { html in
                        html.element("td", line.mark)
                        html.element("td", ["class": "number"]) { html in
                            guard let at = line.at else { return }
                            stamp(at, after: previous, message: line.message, to: &html)
                            previous = at
                        }
                        if let name = line.name { html.element("th", ["scope": "row"], name) }
                        html.element("td", line.text)
                    }
                }
            }
        }
        html.markup("\n")
    }

    /// The time, which leads to the message where that is in the table.
    private func stamp(_ at: Timestamp, after previous: Timestamp?, message: MessageID?, to html: inout HTMLWriter) {
        let time = messages.times.text(of: at, after: previous)
        guard let message, messages.holds(message) else { return html.text(time) }
        html.element("a", ["href": "#\(messages.anchor)-m\(message)"]) { $0.text(time) }
    }

    private func writeSteps(to html: inout HTMLWriter) {
        let lines = entry.operation.steps.map { step in
            Line(
                mark: StepMark(step.status, glyphs).text, style: Self.style(of: step.status), at: step.at,
                name: step.name, text: page.trace.words(on: step, glyphs), message: step.messages.first)
        }
        list("Steps", lines, to: &html)
    }

    private static func style(of status: Step.Status) -> StaticString {
        switch status {
        case .done: "done"
        case .failed, .missing: "failure"
        case .pending, .skipped: "open"
        }
    }

    private func writeStates(to html: inout HTMLWriter) {
        let spans = ExplainedState.spans(of: entry.operation, in: page.trace)
        let lines = spans.map { span in
            Line(
                style: span.confirmation == .rejected ? "failure" : span.isOpen ? "warning" : "", at: span.at,
                name: span.label, text: span.remark(glyphs))
        }
        list("States", lines, to: &html)
    }

    private func writeReschedules(to html: inout HTMLWriter) {
        let lines = (entry.operation.diagnosis?.reschedules ?? []).map { reschedule in
            let hosts = [reschedule.from ?? "a host", reschedule.to].compactMap { $0 }
            let words = [hosts.joined(separator: " \(glyphs.arrow) "), reschedule.reason].compactMap { $0 }
            return Line(at: reschedule.at, text: words.joined(separator: ": "))
        }
        list("Hosts tried", lines, to: &html)
    }

    private func writeEvidence(to html: inout HTMLWriter) {
        let lines = (entry.operation.diagnosis?.evidenceInOrder ?? []).map { piece in
            let message = page.trace.messages[ifKnown: piece.message]?.id
            return Line(
                mark: piece.isMissing ? glyphs.failure : "", style: piece.isMissing ? "warning" : "", at: piece.at,
                text: page.trace.words(on: piece), message: message)
        }
        list("Evidence", lines, to: &html)
    }

    private func writeNotes(to html: inout HTMLWriter) {
        let notes =
            (entry.isShared ? [] : sections.notes) + entry.diagram.notes
            + [entry.alikeSentence].compactMap { $0 }
        guard !notes.isEmpty else { return }
        html.element("ul", ["class": "facts"]) { html in
            for note in notes { html.element("li", ["class": "note"], "note: \(note)") }
        }
        html.markup("\n")
    }

    /// The drawing without its own header and notes, which the section has as text.
    private func writeDiagram(to html: inout HTMLWriter) {
        var diagram = entry.diagram
        diagram.notes = []
        let drawing = SVGDrawing(diagram, options: page.options)
        let crop = Int(drawing.header.bottom) * 100_000 / max(1, drawing.width)
        let place = "contain-intrinsic-height:auto \(drawing.height)px"
        html.element("div", ["class": "diagram", "style": place]) { html in
            let style = "width:\(drawing.width)px;--crop:-\(crop / 1000).\(padded(crop % 1000))%"
            html.element("div", ["class": "drawing", "style": style]) { html in
                html.embed { drawing.write(as: .element(prefix: "\(messages.anchor)-diagram"), to: $0) }
            }
        }
        html.markup("\n")
    }

    private func padded(_ thousandths: Int) -> String {
        String("00\(thousandths)".suffix(3))
    }
}
