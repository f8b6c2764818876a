/// What a cell of a diagram shows, in no character set.
enum Glyph: Int, CaseIterable {
    case lifeline, pausedLifeline, vacantLifeline
    case line, dashes, branch
    case tailRight, tailLeft
    case callRight, callLeft, castRight, castLeft, answerRight, answerLeft
    case loopTop, loopBottom
    case lost, unknown, state, failed
}

/// A value: the characters and words that a diagram is drawn with.
struct GlyphTable: Sendable {
    private let characters: [Character]
    /// Between two statements on a line, spaces included.
    let separator: String
    /// Before a count, e.g. `×3`.
    let times: String
    /// Microseconds.
    let microseconds: String
    let ellipsis: String
    let arrow: String
    let failure: String
    /// Before a step that was done, and before one that was not reached.
    let done: String
    let open: String
    let isASCII: Bool

    subscript(glyph: Glyph) -> Character { characters[glyph.rawValue] }

    func text(_ raw: String) -> TerminalText { TerminalText(raw, ascii: isASCII) }

    static let unicode = GlyphTable(
        characters: Glyph.allCases.map { characters(of: $0).unicode }, separator: " · ", times: "×",
        microseconds: "µs", ellipsis: "…", arrow: "→", failure: "✗", done: "✓", open: "·", isASCII: false)

    static let ascii = GlyphTable(
        characters: Glyph.allCases.map { characters(of: $0).ascii }, separator: ", ", times: "x",
        microseconds: "us", ellipsis: "...", arrow: "->", failure: "x", done: "+", open: ".", isASCII: true)

    private static func characters(of glyph: Glyph) -> (unicode: Character, ascii: Character) {
        switch glyph {
        case .lifeline: ("│", "|")
        case .pausedLifeline: ("┊", ":")
        case .vacantLifeline: ("┊", ":")
        case .line: ("─", "-")
        case .dashes: ("╌", ".")
        case .branch: ("┼", "|")
        case .tailRight: ("├", "|")
        case .tailLeft: ("┤", "|")
        case .callRight: ("▶", ">")
        case .callLeft: ("◀", "<")
        case .castRight: ("▷", ")")
        case .castLeft: ("◁", "(")
        case .answerRight: ("▶", ">")
        case .answerLeft: ("◀", "<")
        case .loopTop: ("╮", ".")
        case .loopBottom: ("╯", "'")
        case .lost: ("✗", "x")
        case .unknown: ("?", "?")
        case .state: ("●", "*")
        case .failed: ("✗", "x")
        }
    }
}
