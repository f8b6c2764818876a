import Trace

/// A value: a sequence diagram laid out as a picture; `write` draws it.
///
/// Above stand the operation's identity, its verdict and a mark of its outcome, then the lanes with their headings; at the
/// left an axis with the time of each row and the bands of the instance's states. Each message is a `<g class="sq-arrow">`
/// with `data-messages`, the indexes into `BusTrace.messages` with spaces between them, and a `<title>`.
/// Lengths are CSS px; same diagram and options, same bytes.
package struct SVGDrawing: Sendable {
    /// How it is written.
    package enum Form: Sendable, Equatable {
        /// A document of its own with its style sheet.
        case document
        /// An `<svg>` element for a page that holds `styleSheet` once; ids begin with the prefix, which is to be a name.
        case element(prefix: String)
    }

    let diagram: SequenceDiagram
    let header: SVGHeader
    let footer: SVGFooter
    let columns: SVGColumns
    let times: TimeColumn
    let glyphs: GlyphTable
    let rows: [SVGRow]
    let bands: [StateBand]
    let bars: [ActivationBar]
    /// Of the lifelines.
    let lanesTop: Double
    let lanesBottom: Double
    /// Whether the headings stand beneath the lanes too.
    let isLong: Bool

    package let width: Int
    package let height: Int

    /// - Parameter remark: a sentence beneath it, e.g. `DiagramSeries.Entry.alikeSentence`.
    package init(_ diagram: SequenceDiagram, options: DiagramOptions = DiagramOptions(), remark: String? = nil) {
        self.diagram = diagram
        glyphs = options.glyphs
        times = TimeColumn(style: options.time, start: diagram.startedAt, glyphs: glyphs)
        let hasBands = Self.hasBands(diagram)
        columns = SVGColumns(diagram, times: times, hasBands: hasBands, glyphs: glyphs)
        header = SVGHeader(diagram.header, columns: columns, glyphs: glyphs, top: SVGColumns.margin)
        let hasLanes = !diagram.lanes.isEmpty || !diagram.events.isEmpty
        lanesTop = header.bottom + columns.headingHeight
        var layout = SVGRowLayout(
            columns: columns, glyphs: glyphs, times: times, hasBands: hasBands,
            activations: Activations(diagram.events), top: lanesTop + 14)
        for (index, event) in diagram.events.enumerated() {
            let next = diagram.events.count - index
            if index > 0, index % SVGRowLayout.rowsPerHeading == 0, next > SVGRowLayout.rowsPerHeading / 4 {
                layout.repeatHeadings()
            }
            layout.add(event, index: index)
        }
        layout.finish()
        rows = layout.rows
        bands = layout.bands
        bars = layout.stack.bars
        isLong = rows.count > SVGRowLayout.rowsPerHeading
        lanesBottom = hasLanes ? layout.y : header.bottom
        let below = hasLanes ? lanesBottom + (isLong ? columns.headingHeight : 0) : lanesBottom
        footer = SVGFooter(
            [remark].compactMap { $0 } + diagram.notes.map { "note: \($0)" }, columns: columns, glyphs: glyphs,
            top: below)
        width = Int(saturating: columns.width.rounded(.up))
        height = Int(saturating: (footer.bottom + SVGColumns.margin).rounded(.up))
    }

    /// States follow one another where they are one instance's.
    private static func hasBands(_ diagram: SequenceDiagram) -> Bool {
        var instances = Set<String?>()
        for event in diagram.events {
            guard case .state(let mark) = event.content, mark.confirmation != .rejected else { continue }
            instances.insert(mark.instance)
        }
        return instances.count == 1
    }

    /// For the pages that hold drawings, without the `<style>` tags.
    package static var styleSheet: String { SVGStyleSheet.text }

    package func write(as form: Form = .document, to sink: @escaping OutputSink) {
        var writer = XMLWriter(to: sink)
        SVGPainter(self).write(as: form, to: &writer)
        writer.flush()
    }
}
