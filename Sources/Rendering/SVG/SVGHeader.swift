/// A value: what stands above the lanes of a drawing, and beneath them.
struct SVGHeader: Sendable {
    private(set) var texts: [PlacedText] = []
    /// Where the mark of the outcome stands: its centre.
    let mark: (x: Double, y: Double)
    private(set) var bottom: Double
    let style: TextStyle

    init(_ header: SequenceHeader, columns: SVGColumns, glyphs: GlyphTable, top: Double) {
        let indent = SVGColumns.margin + 32
        let room = columns.right - indent
        style = TextStyle(outcome: header.outcome)
        mark = (SVGColumns.margin + 11, top + 15)
        bottom = top
        let ids = header.instances + [header.requestID].compactMap { $0 }
        let name = header.instanceName ?? ids.first
        add([header.kind, name].compactMap { $0 }, " ", .title, indent, room, glyphs)
        bottom += 2
        add([header.sentence], "", .verdict, indent, room, glyphs)
        bottom += 2
        add(ids, glyphs.separator, .identity, indent, room, glyphs)
        add(header.counts.statements, glyphs.separator, .counts, indent, room, glyphs)
        bottom += 22
    }

    private mutating func add(
        _ fields: [String], _ separator: String, _ style: SVGTextStyle, _ x: Double, _ room: Double,
        _ glyphs: GlyphTable
    ) {
        let fields = fields.map { glyphs.text($0).string }
        for line in style.font.lines(of: fields, joinedBy: separator, within: room) {
            bottom += style.leading
            texts.append(PlacedText(x: x, y: bottom - 4, text: line, style: style))
        }
    }
}

/// A value: the sentences beneath a drawing.
struct SVGFooter: Sendable {
    private(set) var texts: [PlacedText] = []
    private(set) var bottom: Double

    init(_ sentences: [String], columns: SVGColumns, glyphs: GlyphTable, top: Double) {
        bottom = top + (sentences.isEmpty ? 0 : 14)
        let style = SVGTextStyle.note
        for sentence in sentences {
            let room = columns.right - SVGColumns.margin
            for line in style.font.lines(of: glyphs.text(sentence).string, within: room) {
                bottom += style.leading
                texts.append(PlacedText(x: SVGColumns.margin, y: bottom - 3, text: line, style: style))
            }
        }
    }
}
