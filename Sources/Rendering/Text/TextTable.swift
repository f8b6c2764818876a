import Trace

/// A value: rows of aligned columns; one column may give way where the width does not suffice.
struct TextTable {
    enum Alignment {
        case left, right
    }

    struct Column {
        var title: String
        var alignment = Alignment.left
        /// Cells below which the column is not shortened; `nil` where it never is.
        var shrinksTo: Int?
        /// Whether a prefix says enough, as of an id.
        var keepsHead = false
        /// Whether it may go when nothing else makes the table fit; what goes is said below the table.
        var isOptional = false
        /// Whether it goes before the other optional ones, of which the last goes first.
        var goesFirst = false
    }

    struct Cell {
        var text: TerminalText
        var style = TextStyle.plain
    }

    private let columns: [Column]
    private let glyphs: GlyphTable
    private var rows: [[Cell]] = []
    /// Lines that stand below a row, by its index, over all columns.
    private var notes: [Int: Cell] = [:]
    /// Cells of a line below a row, where rows may be wider.
    var noteWidth = Int.max

    init(_ columns: [Column], glyphs: GlyphTable) {
        self.columns = columns
        self.glyphs = glyphs
    }

    /// Adds a row of as many cells as there are columns.
    mutating func append(_ cells: [(String, TextStyle)]) {
        rows.append(cells.map { Cell(text: glyphs.text($0.0), style: $0.1) })
    }

    /// Adds a line below the last row, wrapped to the width.
    mutating func append(note: String, style: TextStyle) {
        notes[rows.count - 1] = Cell(text: glyphs.text(note), style: style)
    }

    func write(to output: inout StyledOutput, width: Int) {
        let widths = fittedWidths(in: width)
        write(columns.map { Cell(text: glyphs.text($0.title), style: .faint) }, widths, to: &output)
        for (index, row) in rows.enumerated() {
            write(row, widths, to: &output)
            guard let note = notes[index] else { continue }
            for line in note.text.wrapped(to: min(width, noteWidth) - 2) {
                output.write("  ")
                output.line(line, note.style)
            }
        }
        let gone = columns.indices.filter { widths[$0] == 0 && !columns[$0].title.isEmpty }
        guard !gone.isEmpty, !rows.isEmpty else { return }
        let titles = gone.map { columns[$0].title }.joined(separator: ", ")
        for line in glyphs.text("no room for: \(titles)").wrapped(to: width) { output.line(line, .faint) }
    }

    private static let gap = 2

    /// Cells of each column; a column that goes has none.
    private func fittedWidths(in width: Int) -> [Int] {
        var widths = columns.map { DisplayWidth.of($0.title) }
        for row in rows {
            for (index, cell) in row.enumerated() where index < widths.count {
                widths[index] = max(widths[index], cell.text.width)
            }
        }
        var excess = widths.total { $0 } + Self.gap * (widths.count - 1) - width
        while excess > 0 {
            let candidates = columns.indices.filter { widths[$0] > columns[$0].shrinksTo ?? .max }
            guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
            let step = min(excess, max(1, (widths[widest] - (columns[widest].shrinksTo ?? 0)) / 2))
            widths[widest] -= step
            excess -= step
        }
        let order = columns.indices.filter { columns[$0].goesFirst } + columns.indices.reversed()
        for index in order where excess > 0 && columns[index].isOptional && widths[index] > 0 {
            excess -= widths[index] + Self.gap
            widths[index] = 0
        }
        return widths
    }

    private func write(_ cells: [Cell], _ widths: [Int], to output: inout StyledOutput) {
        for (index, cell) in cells.enumerated() where index < widths.count && widths[index] > 0 {
            let text = cell.text.shortened(
                to: widths[index], ellipsis: glyphs.ellipsis, keepingHead: columns[index].keepsHead)
            let padding = String(repeating: " ", count: widths[index] - min(widths[index], text.width))
            if index > 0 { output.write("  ") }
            if columns[index].alignment == .right { output.write(padding) }
            output.write(text, cell.style)
            if columns[index].alignment == .left { output.write(padding) }
        }
        output.endLine()
    }
}
