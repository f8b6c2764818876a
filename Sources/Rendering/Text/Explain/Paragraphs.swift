extension StyledOutput {
    /// Fewer cells than this are no room for a text beside its head.
    private static let leastRoom = 20

    /// A blank line and the title of a section.
    mutating func section(_ title: String, _ glyphs: GlyphTable) {
        endLine()
        write("  ")
        line(glyphs.text(title), .faint)
    }

    /// Text on as many lines as it takes.
    mutating func paragraph(
        _ text: String, indent: Int = 0, width: Int, _ style: TextStyle, _ glyphs: GlyphTable
    ) {
        for line in glyphs.text(text).wrapped(to: width - indent) {
            write(String(repeating: " ", count: indent))
            self.line(line, style)
        }
    }

    /// Text beside its head, wrapped there; beneath it where there is no room beside it.
    ///
    /// - Parameter headWidth: cells of the widest head, where heads are not of one width already: so the texts of several
    ///   stand in a column.
    mutating func paragraph(
        _ text: String, after head: String, headWidth: Int = 0, indent: Int = 0, width: Int, _ style: TextStyle,
        _ glyphs: GlyphTable
    ) {
        let heading = glyphs.text(head)
        let column = indent + max(headWidth, heading.width) + 2
        guard !text.isEmpty else { return paragraph(head, indent: indent, width: width, style, glyphs) }
        guard width - column >= Self.leastRoom || column + glyphs.text(text).width <= width else {
            paragraph(head, indent: indent, width: width, style, glyphs)
            return paragraph(text, indent: indent + 2, width: width, style, glyphs)
        }
        for (index, line) in glyphs.text(text).wrapped(to: width - column).enumerated() {
            write(String(repeating: " ", count: indent))
            if index == 0 { write(heading, style) }
            write(String(repeating: " ", count: column - indent - (index == 0 ? heading.width : 0)))
            self.line(line, style)
        }
    }
}
