import Trace

/// A view of an operation's messages, a row each, and of what the page's script shows of them.
struct MessageTable {
    /// A value: a message as the diagram draws it.
    struct Row {
        let message: Message
        let call: Call?
        let arrow: SequenceArrow
        let from: String?
        /// Lanes that it reached.
        let to: [String]
        /// The lane that it would have reached.
        let missed: String?
        /// What is out of the ordinary, in the words of the diagram.
        let remarks: [String]
        let style: TextStyle
    }

    let page: HTMLPage
    /// The id of the section; those of its rows begin so.
    let anchor: String
    let times: TimeColumn
    private let rows: [Row]
    private let shown: Set<MessageID>

    var trace: BusTrace { page.trace }
    private var glyphs: GlyphTable { page.glyphs }

    /// - Parameter diagram: with an arrow for every message.
    init(_ diagram: SequenceDiagram, page: HTMLPage, anchor: String) {
        self.page = page
        self.anchor = anchor
        times = TimeColumn(style: page.options.time, start: diagram.startedAt, glyphs: page.glyphs)
        let trace = page.trace
        rows = diagram.arrows.flatMap { arrow in
            (arrow.isRetried ? Array(arrow.messages.prefix(1)) : arrow.messages).filter(trace.messages.contains)
                .map { id in
                    Row(arrow, trace.messages[id], in: trace, lanes: diagram.lanes, glyphs: page.glyphs)
                }
        }
        shown = Set(rows.map(\.message.id))
    }

    /// Whether a message has a row.
    func holds(_ message: MessageID) -> Bool { shown.contains(message) }

    func write(to html: inout HTMLWriter) {
        guard !rows.isEmpty else { return }
        let place = "contain-intrinsic-height:auto \(rows.count * 28 + 70)px"
        html.element("div", ["class": "scroll", "style": place], writeTable)
        html.data(["class": "data"]) { json in
            for row in rows {
                json.key("\(row.message.id)")
                json.object { MessageStory(row: row, page: page, start: times.start).write(to: &$0) }
            }
        }
    }

    private func writeTable(to html: inout HTMLWriter) {
        html.element("table", ["class": "messages", "data-sortable": ""]) { html in
            html.element("caption", counted(rows.total { $0.arrow.count }, "message"))
            html.markup("<thead><tr>")
            for (heading, name) in headings {
                html.element("th", ["scope": "col", "class": name], heading)
            }
            html.markup("</tr></thead>\n<tbody>")
            var previous: Timestamp?
            for row in rows {
                write(row, after: previous, to: &html)
                previous = row.at ?? previous
            }
            html.markup("</tbody>")
        }
        html.markup("\n")
    }

    private var headings: [(String, String?)] {
        let time = times.heading?.string ?? (times.style == .delta ? "after" : "seconds")
        return [
            (time, "number"), ("kind", nil), ("from", nil), ("to", nil), ("message", nil),
        ] + (page.hosts.isEmpty ? [] : [("virtual host", nil)]) + [
            ("latency", "number"), ("remark", nil), ("size", "number"), ("packet", "number"),
        ]
    }

    private func write(_ row: Row, after previous: Timestamp?, to html: inout HTMLWriter) {
        let message = row.message
        html.markup("\n")
        html.element(
            "tr",
            [
                "id": "\(anchor)-m\(message.id)", "data-message": "\(message.id)", "data-kind": message.kind.rawValue,
                "class": row.isFailure ? "failure" : row.isProblem ? "warning" : nil,
            ]
        ) { html in
            html.element("td", ["class": "number", "data-value": row.at.map { "\($0 - times.start)" }]) { html in
                if let at = row.at { html.text(times.text(of: at, after: previous)) }
            }
            html.element("td", message.kind.rawValue)
            html.element("td", ["class": Self.width(of: row.from ?? "")], row.from ?? "?")
            html.element("td", ["class": Self.width(of: (row.missed ?? "") + row.to.joined())]) { html in
                receivers(of: row, to: &html)
            }
            html.element("th", ["scope": "row", "class": Self.width(of: row.title)], row.title)
            if !page.hosts.isEmpty { html.element("td", trace.scope(of: message).virtualHost ?? "") }
            html.element("td", ["class": "number", "data-value": row.latency.map { "\($0)" }]) { html in
                if let latency = row.latency { html.text(glyphs.duration(latency)) }
            }
            html.element("td", ["class": "remark"]) { html in
                for (index, remark) in row.remarks.enumerated() {
                    if index > 0 { html.text(glyphs.separator) }
                    html.element("bdi", remark)
                }
            }
            html.element("td", ["class": "number", "data-value": "\(message.bytes)"], byteCount(message.bytes))
            html.element("td", ["class": "number"], message.packets.first.map { "\($0.number)" } ?? "")
        }
    }

    /// Names are not broken unless they are very long.
    private static func width(of name: String) -> String? { name.utf8.count <= 44 ? "whole" : nil }

    /// Up to three by name; the panel lists all.
    private func receivers(of row: Row, to html: inout HTMLWriter) {
        if let missed = row.missed { html.element("s", missed) }
        for (index, name) in row.to.prefix(3).enumerated() {
            if index > 0 { html.markup(", ") }
            html.element("bdi", name)
        }
        if row.to.count > 3 { html.text(" and \(row.to.count - 3) more") }
    }
}

extension MessageTable.Row {
    init(_ arrow: SequenceArrow, _ message: Message, in trace: BusTrace, lanes: [Lane], glyphs: GlyphTable) {
        self.message = message
        self.arrow = arrow
        call = trace.calls[ifKnown: message.call]
        from = arrow.from.map { lanes[$0].name }
        to = arrow.to.map { lanes[$0].name }
        missed = arrow.missed.map { lanes[$0].isVacant ? lanes[$0].title : lanes[$0].name }
        var (words, remarks, style): ([String], [String], TextStyle) = ([], [], .plain)
        for mark in arrow.marks {
            style = ArrowText.graver(style, ArrowText.style(of: mark))
            ArrowText.describe(mark, &words, &remarks, glyphs)
        }
        if message.amqp?.refusedAt != nil {
            words.append("\(glyphs.failure) refused by the broker")
            style = .failure
        }
        if message.kind == .call, let call, let fate = Self.fate(of: call, glyphs) {
            words.append(fate)
            style = .failure
        }
        self.remarks = words + remarks
        self.style = style
    }

    /// What went wrong with a call, beside what its messages tell.
    private static func fate(of call: Call, _ glyphs: GlyphTable) -> String? {
        switch call.outcome {
        case .returned where call.replyFate == .returned: "\(glyphs.failure) its answer was given back"
        case .ok, .orphanReply, .returned: nil
        case .error: "\(glyphs.failure) answered with \(call.error?.className ?? "an error")"
        case .unanswered: "\(glyphs.failure) no answer"
        case .timedOut: "\(glyphs.failure) timed out"
        }
    }

    var isFailure: Bool { style == .failure }
    var isProblem: Bool { style == .failure || style == .warning }

    var at: Timestamp? { message.atCaller }

    var title: String {
        arrow.label + (message.kind == .heartbeat ? " heartbeat" : "") + (arrow.count > 1 ? " ×\(arrow.count)" : "")
    }

    /// Of a request and of its answer, that of the call.
    var latency: Nanoseconds? { message.kind == .call || message.id == call?.reply ? call?.latency : nil }
}
