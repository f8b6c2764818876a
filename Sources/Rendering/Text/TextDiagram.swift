import Trace

/// A value: a sequence diagram as text.
///
///     boot  vm-ok  2672332b-…  req-c63d2dd6-…
///     completed: active on compute1 after 8.3 s · 31 messages, 17 calls, all answered
///
///              nova-api        nova-conductor        nova-scheduler
///                 │                   │                     │
///         0.000   ├─ build ──────────▷│                     │
///         0.053   │                   ├─ select ───────────▶│
///         1.292   │                   │◀╌╌╌╌╌╌╌╌╌╌ 1.239 s ╌┤
///                 │                   │                     │
///
/// Same diagram and options, same bytes; no line is wider than `DiagramOptions.width`, none ends in a space.
package struct TextDiagram: Sendable, LineWritable {
    let diagram: SequenceDiagram
    package let options: DiagramOptions
    /// Whether what stands above and beneath the drawing is written: a report says that in its own words.
    var isAlone = true

    package init(_ diagram: SequenceDiagram, options: DiagramOptions = DiagramOptions()) {
        self.diagram = diagram
        self.options = options
    }

    package func write(to output: inout StyledOutput) {
        let glyphs = options.glyphs
        let width = options.cells
        if isAlone { writeHeader(to: &output, glyphs: glyphs, width: width) }
        let times = TimeColumn(style: options.time, start: diagram.startedAt, glyphs: glyphs)
        let timeWidth = times.width(for: diagram.events)
        let (fitted, columns) = ColumnLayout.fitting(
            diagram, width: width, timeWidth: timeWidth, glyphs: glyphs)
        var canvas = DiagramCanvas(columns: columns, lanes: fitted.lanes, glyphs: glyphs)
        if !fitted.lanes.isEmpty {
            if isAlone { output.endLine() }
            writeHeadings(columns, to: &output)
            canvas.draw(DiagramRow(time: times.heading), to: &output)
        }
        var layout = RowLayout(columns: columns, glyphs: glyphs, times: times)
        var (previous, count): (Timestamp?, Int) = (nil, 0)
        for event in fitted.events {
            let rows = layout.rows(for: event, after: previous)
            for row in rows { canvas.draw(row, to: &output) }
            count += rows.count
            if case .pause = event.content { continue }
            previous = event.at
        }
        if !fitted.lanes.isEmpty {
            canvas.draw(DiagramRow(), to: &output)
            if count > Limits.rowsPerScreen { writeHeadings(columns, to: &output) }
        }
        writeNotes(columns, to: &output, glyphs: glyphs, width: width)
    }

    private func writeHeader(to output: inout StyledOutput, glyphs: GlyphTable, width: Int) {
        output.write(fields: diagram.header.identity, separator: "  ", width: width, .strong, glyphs)
        output.write(
            fields: diagram.header.statements, separator: glyphs.separator, width: width,
            TextStyle(outcome: diagram.header.outcome), glyphs)
    }

    /// Headings centred on their lanes, each from the bottom up.
    private func writeHeadings(_ columns: ColumnLayout, to output: inout StyledOutput) {
        let height = columns.headings.map(\.count).max() ?? 0
        for line in 0..<height {
            var column = 0
            for (lane, heading) in columns.headings.enumerated() where line < heading.count {
                let start = max(column, columns.lanes[lane] - (heading[line].width - 1) / 2)
                output.write(String(repeating: " ", count: start - column))
                output.write(heading[line], .strong)
                column = start + heading[line].width
            }
            output.endLine()
        }
    }

    private func writeNotes(_ columns: ColumnLayout, to output: inout StyledOutput, glyphs: GlyphTable, width: Int) {
        let notes = isAlone ? diagram.notes : []
        if !columns.legend.isEmpty || !notes.isEmpty { output.endLine() }
        for text in columns.legend {
            for line in text.wrapped(to: width) { output.line(line) }
        }
        for note in notes {
            for line in glyphs.text("note: \(note)").wrapped(to: width) { output.line(line, .warning) }
        }
    }
}

extension DiagramOptions {
    var glyphs: GlyphTable { ascii ? .ascii : .unicode }

    /// The width in bounds.
    var cells: Int { min(max(width, Limits.minimumWidth), Limits.maximumWidth) }
}

extension TextStyle {
    init(outcome: String) {
        switch outcome {
        case "completed": self = .state
        case "failed", "stuck": self = .failure
        default: self = .warning
        }
    }
}

extension StyledOutput {
    /// Fields on as few lines as they take, none broken that fits on a line of its own.
    mutating func write(
        fields: [String], separator: String, width: Int, _ style: TextStyle, _ glyphs: GlyphTable
    ) {
        var used = 0
        for field in fields.map({ glyphs.text($0) }) {
            let gap = DisplayWidth.of(separator)
            if used > 0, used + gap + field.width <= width {
                write(separator, style)
                write(field, style)
                used += gap + field.width
                continue
            }
            if used > 0 { endLine() }
            let lines = field.wrapped(to: width)
            for (index, text) in lines.enumerated() {
                write(text, style)
                if index < lines.count - 1 { endLine() }
                used = text.width
            }
        }
        endLine()
    }
}
