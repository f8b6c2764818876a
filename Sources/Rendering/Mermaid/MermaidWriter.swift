import Trace

/// A machine that writes a Mermaid sequence diagram, statement by statement.
///
/// Mermaid 11, "Sequence diagrams": `->>` is a call, `-)` a cast, `-->>` an answer, `-x` and `--x` what failed or was not
/// taken, `+` and `-` behind an arrow begin and end the bar of a lane at work. An arrow has two lanes there: what came
/// from nobody known, or went to nobody in particular, is a note on the lane that is known. A `rect` marks failures, in a
/// colour that lets a light and a dark page through.
struct MermaidWriter {
    /// No longer kept once it is longer than Mermaid draws; `characters` goes on.
    private(set) var text = ""
    /// UTF-16 code units, as Mermaid counts them.
    private(set) var characters = 0
    private let lanes: [Lane]
    private let glyphs: GlyphTable
    private var isInFailure = false

    init(_ lanes: [Lane], options: DiagramOptions) {
        self.lanes = lanes
        glyphs = options.glyphs
    }

    mutating func begin(_ title: String) {
        line("sequenceDiagram", indent: 0)
        line("title \(MermaidText.escaped(glyphs.text(title)))")
        for (lane, heading) in lanes.map({ SequenceScript.heading(of: $0, glyphs) }).enumerated() {
            line("participant \(name(lane)) as \(MermaidText.escaped(heading))")
        }
        if lanes.isEmpty { line("participant p1 as \(glyphs.text("nobody").string)") }
    }

    /// Writes the statements of a diagram, whose lanes stand at those places and whose title stands at the top or not.
    mutating func write(_ script: SequenceScript, lanes places: [Int], isTitled: Bool) {
        note((isTitled ? [] : script.wrapped(script.diagram.header.title)) + script.summary)
        script.forEach { statement in
            markFailure(statement.style == .failure)
            switch statement {
            case .arrow(let arrow): write(arrow, places)
            case .note(let note): write(note, places)
            case .pause(let length): self.note([glyphs.text("nothing for ") + length])
            }
        }
        markFailure(false)
        if !script.notes.isEmpty { note(script.notes) }
    }

    private mutating func markFailure(_ isFailure: Bool) {
        if isFailure == isInFailure { return }
        isInFailure = isFailure
        line(isFailure ? "rect rgba(220, 60, 50, 0.12)" : "end")
    }

    /// A note across all lanes.
    mutating func note(_ lines: [TerminalText]) {
        let across = lanes.count > 1 ? "\(name(0)),\(name(lanes.count - 1))" : name(0)
        line("Note over \(across): \(MermaidText.escaped(lines))")
    }

    private mutating func write(_ arrow: ScriptArrow, _ places: [Int]) {
        let from = arrow.from.map { places[$0] }
        let to = arrow.to.map { places[$0] }
        guard let from, let to else { return write(stub: arrow, on: from ?? to) }
        let label = arrow.isBareAnswer ? joined(glyphs.text("after "), arrow.lines) : arrow.lines
        let lines = timed(label, arrow.time) + arrow.detail
        let activation =
            switch arrow.activation {
            case .none: ""
            case .begins: "+"
            case .ends: "-"
            }
        line("\(name(from))\(Self.sign(of: arrow))\(activation)\(name(to)): \(MermaidText.escaped(lines))")
    }

    /// An arrow of which one end is not known, or neither.
    private mutating func write(stub arrow: ScriptArrow, on lane: Int?) {
        let sign = arrow.from == nil ? "? \(glyphs.arrow) " : "\(glyphs.arrow) "
        let lines = timed(joined(glyphs.text(sign), arrow.lines), arrow.time) + arrow.detail
        guard let lane else { return note(lines) }
        line("Note over \(name(lane)): \(MermaidText.escaped(lines))")
    }

    private mutating func write(_ note: ScriptNote, _ places: [Int]) {
        let isState = note.style == .state
        let marked = isState ? joined(glyphs.text("\(glyphs[.state]) "), note.lines) : note.lines
        let lines = note.time.map { timed(marked, $0) } ?? marked
        switch note.place {
        case .acrossAll: self.note(lines)
        case .lane(let lane): line("Note over \(name(places[lane])): \(MermaidText.escaped(lines))")
        }
    }

    private func timed(_ lines: [TerminalText], _ time: TerminalText) -> [TerminalText] {
        joined(time + glyphs.text(glyphs.separator), lines)
    }

    private func joined(_ start: TerminalText, _ lines: [TerminalText]) -> [TerminalText] {
        guard let first = lines.first else { return [start] }
        return [start + first] + lines.dropFirst()
    }

    private static func sign(of arrow: ScriptArrow) -> StaticString {
        let isFailure = arrow.isLost || arrow.style == .failure
        switch arrow.head {
        case .call: return isFailure ? "-x" : "->>"
        case .cast: return isFailure ? "-x" : "-)"
        case .answer: return isFailure ? "--x" : "-->>"
        }
    }

    private func name(_ lane: Int) -> String { "p\(lane + 1)" }

    private mutating func line(_ line: String, indent: Int = 4) {
        let whole = String(repeating: " ", count: indent) + line + "\n"
        characters += whole.utf16.count
        if characters <= Limits.mermaidCharacters { text += whole } else { text = "" }
    }
}
