/// A value: a line of a diagram as numbers: what stands from where to where.
struct DiagramRow {
    enum Lifelines {
        case drawn, paused, none
    }

    /// A piece of a row; later ones stand on top of earlier ones.
    enum Piece {
        /// Cells `from...to` of a line, which passes over the lifelines on its way.
        case line(from: Int, to: Int, Glyph)
        case glyph(Glyph, at: Int, TextStyle)
        case text(TerminalText, at: Int, TextStyle)
    }

    var time: TerminalText?
    var lifelines = Lifelines.drawn
    var pieces: [Piece] = []
}
