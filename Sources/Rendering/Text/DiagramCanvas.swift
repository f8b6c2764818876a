/// A machine that draws rows: puts glyphs into cells and writes the line.
struct DiagramCanvas {
    private struct Cell {
        var character: Character = " "
        var style = TextStyle.plain
        /// Whether the character before it covers this cell too.
        var isCovered = false
    }

    private let columns: ColumnLayout
    private let vacant: [Bool]
    private let glyphs: GlyphTable
    private var cells: [Cell]

    init(columns: ColumnLayout, lanes: [Lane], glyphs: GlyphTable) {
        self.columns = columns
        self.glyphs = glyphs
        vacant = lanes.map(\.isVacant)
        cells = [Cell](repeating: Cell(), count: columns.width)
    }

    mutating func draw(_ row: DiagramRow, to output: inout StyledOutput) {
        for index in cells.indices { cells[index] = Cell() }
        drawLifelines(row.lifelines)
        if let time = row.time { put(time, at: max(0, columns.timeWidth - time.width), .faint) }
        for piece in row.pieces {
            switch piece {
            case .line(let from, let to, let line): draw(line, from: from, to: to)
            case .glyph(let glyph, let column, let style): put(glyphs[glyph], at: column, style)
            case .text(let text, let column, let style): put(text, at: column, style)
            }
        }
        write(to: &output)
    }

    private mutating func drawLifelines(_ lifelines: DiagramRow.Lifelines) {
        if lifelines == .none { return }
        for (lane, column) in columns.lanes.enumerated() {
            let isVacant = vacant.indices.contains(lane) && vacant[lane]
            let glyph: Glyph = lifelines == .paused ? .pausedLifeline : isVacant ? .vacantLifeline : .lifeline
            put(glyphs[glyph], at: column, .faint)
        }
    }

    private mutating func draw(_ line: Glyph, from: Int, to: Int) {
        if from > to { return }
        for column in from...to { put(glyphs[line], at: column, .plain) }
    }

    private mutating func put(_ text: TerminalText, at column: Int, _ style: TextStyle) {
        var column = column
        for character in text.string {
            let width = DisplayWidth.of(character)
            if column + width > cells.count { return }
            put(character, at: column, style)
            for covered in column + 1..<column + max(1, width) where cells.indices.contains(covered) {
                cells[covered] = Cell(style: style, isCovered: true)
            }
            column += width
        }
    }

    private mutating func put(_ character: Character, at column: Int, _ style: TextStyle) {
        guard cells.indices.contains(column) else { return }
        if cells[column].isCovered, column > 0 { cells[column - 1].character = " " }
        cells[column] = Cell(character: character, style: style)
        if column + 1 < cells.count, cells[column + 1].isCovered { cells[column + 1] = Cell() }
    }

    private func write(to output: inout StyledOutput) {
        var (run, style) = ("", TextStyle.plain)
        for cell in cells where !cell.isCovered {
            if cell.style != style, cell.character != " " {
                output.write(run, style)
                run = ""
                style = cell.style
            }
            run.append(cell.character)
        }
        output.write(run, style)
        output.endLine()
    }
}
