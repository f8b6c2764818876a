import Trace

/// A machine that writes PlantUML sequence diagrams, statement by statement.
///
/// PlantUML, "Sequence Diagram": `->` is a call, `->>` a cast, `-->` an answer, `->x` what nobody took, `?->` and `->?`
/// a short arrow from or to somebody unknown. Colours are those of print: readable on white.
struct PlantUMLWriter {
    private enum Color {
        static let failure = "#B3261E"
        static let warning = "#8A5A00"
        static let faint = "#808080"
    }

    /// PlantUML's default of 2020 draws all lines in a red in which failures would not be seen.
    private static let settings = [
        "skinparam shadowing false",
        "skinparam sequenceMessageAlign direction",
        "skinparam sequenceArrowColor #333333",
        "skinparam sequenceLifeLineBorderColor #888888",
        "skinparam sequenceParticipantBorderColor #888888",
        "skinparam sequenceParticipantBackgroundColor #F3F3F3",
        "skinparam noteBorderColor #B8B8B8",
        "skinparam noteBackgroundColor #FFFBE6",
        "skinparam legendBorderColor #B8B8B8",
        "skinparam legendBackgroundColor #FFFFFF",
    ]

    private var output: ChunkedOutput
    private let glyphs: GlyphTable
    private(set) var isEmpty = true
    /// Lines of text on arrows and notes; when they are too many nothing more is written, only counted.
    private(set) var textLines = 0

    init(options: DiagramOptions, to sink: @escaping OutputSink) {
        output = ChunkedOutput(to: sink)
        glyphs = options.glyphs
    }

    mutating func flush() { output.flush() }

    mutating func write(_ script: SequenceScript, alike: String?) {
        begin()
        if script.diagram.events.count > Limits.plantUMLPictureStatements {
            line("' Draw it as SVG (plantuml -tsvg): a PNG picture is cut at 4096 pixels.")
        }
        let title = PlantUMLText.escaped(script.text(script.diagram.header.title))
        let summary = script.summary.map { "<size:12>\(PlantUMLText.escaped($0))</size>" }
        line("title " + ([title] + summary).joined(separator: "\\n"))
        if script.diagram.events.count <= Limits.rowsPerScreen { line("hide footbox") }
        participants(script.diagram.lanes)
        script.forEach { statement in
            switch statement {
            case .arrow(let arrow): write(arrow, lanes: script.diagram.lanes.count)
            case .note(let note): write(note, lanes: script.diagram.lanes.count)
            case .pause(let length): line("... \(PlantUMLText.escaped(length)) ...")
            }
        }
        let notes = script.notes + (alike.map(script.wrapped) ?? [])
        if !notes.isEmpty {
            line("legend left")
            // In a tag, as a line that reads `end legend` would be the end.
            for note in notes { line("<size:12>\(PlantUMLText.escaped(note))</size>") }
            line("end legend")
        }
        end()
    }

    /// A diagram that says that there is none.
    mutating func writeNothingFound(_ sentences: [String]) {
        begin()
        participants([])
        for sentence in sentences {
            line("note over p1")
            for text in glyphs.text(sentence).wrapped(to: Limits.emptyNoteCells) { line(PlantUMLText.escaped(text)) }
            line("end note")
        }
        end()
    }

    private mutating func begin() {
        if !isEmpty { line("") }
        isEmpty = false
        line("@startuml")
        for setting in Self.settings { line(setting) }
    }

    private mutating func end() { line("@enduml") }

    private mutating func participants(_ lanes: [Lane]) {
        for (lane, heading) in lanes.map({ SequenceScript.heading(of: $0, glyphs) }).enumerated() {
            line("participant \"\(joined(heading))\" as \(name(lane))")
        }
        if lanes.isEmpty { line("participant \"nobody\" as p1") }
    }

    private mutating func write(_ arrow: ScriptArrow, lanes: Int) {
        let from = arrow.from.map(name)
        let to = arrow.to.map(name)
        var label = self.label(
            arrow.lines, arrow.time, arrow.style, detail: arrow.detail, isPadded: arrow.activation == .ends)
        if from == nil { label = "? \(label)" }
        guard from != nil || to != nil else { return line("note over \(across(lanes)): \(label)") }
        line("\(from.map { $0 + " " } ?? "?")\(Self.sign(of: arrow))\(to.map { " " + $0 } ?? "?"): \(label)")
        switch arrow.activation {
        case .none: break
        case .begins: line("activate \(to ?? "p1")")
        case .ends: line("deactivate \(from ?? "p1")")
        }
    }

    private mutating func write(_ note: ScriptNote, lanes: Int) {
        let place =
            switch note.place {
            case .lane(let lane): name(lane)
            case .acrossAll: across(lanes)
            }
        let (shape, color) =
            switch note.style {
            case .state: ("rnote", " #E8F3EA")
            case .failure: ("rnote", " #FBE9E7")
            default: ("note", "")
            }
        line("\(shape) over \(place)\(color): \(label(note.lines, note.time, note.style))")
    }

    /// Lines of text, each between spaces where the bar of a lane at work would touch it.
    private mutating func label(
        _ lines: [TerminalText], _ time: TerminalText?, _ style: TextStyle, detail: [TerminalText] = [],
        isPadded: Bool = false
    ) -> String {
        textLines += lines.count + detail.count
        let color: String? =
            switch style {
            case .failure: Color.failure
            case .warning: Color.warning
            default: nil
            }
        var label = lines.map { line in
            let text = PlantUMLText.escaped(line)
            return color.map { "<color:\($0)>\(text)</color>" } ?? text
        }
        label += detail.map(small)
        if let time, let first = label.first { label[0] = "\(small(time))  \(first)" }
        if isPadded { label = label.map { "<U+00A0>\($0)<U+00A0>" } }
        return label.joined(separator: "\\n")
    }

    private func small(_ text: TerminalText) -> String {
        "<size:10><color:\(Color.faint)>\(PlantUMLText.escaped(text))</color></size>"
    }

    private static func sign(of arrow: ScriptArrow) -> String {
        let color = arrow.isLost || arrow.style == .failure ? "[\(Color.failure)]" : ""
        let line = arrow.head == .answer ? "-\(color)-" : "-\(color)"
        return line + (arrow.isLost ? ">x" : arrow.head == .cast ? ">>" : ">")
    }

    private func joined(_ lines: [TerminalText]) -> String {
        lines.map(PlantUMLText.escaped).joined(separator: "\\n")
    }

    private func across(_ lanes: Int) -> String { lanes > 1 ? "\(name(0)), \(name(lanes - 1))" : name(0) }

    private func name(_ lane: Int) -> String { "p\(lane + 1)" }

    private mutating func line(_ line: String) {
        if textLines > Limits.plantUMLLines { return }
        output.write(line)
        output.write(byte: 0x0A)
    }
}
