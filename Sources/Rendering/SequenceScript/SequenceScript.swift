import Trace

/// A value: a sequence diagram as statements for a diagram language that lays itself out, such as Mermaid and PlantUML.
///
/// It says what the text diagram says, in the same order and words: a fanout as one arrow to each receiver, calls with
/// the receiver at work until its answer. Texts are broken into lines here, as such languages give an arrow the room that
/// its label takes; escaping is left to the language.
struct SequenceScript {
    let diagram: SequenceDiagram
    private let glyphs: GlyphTable
    private let times: TimeColumn
    private let activations: ActivationSpans

    init(_ diagram: SequenceDiagram, trace: BusTrace, options: DiagramOptions) {
        self.diagram = diagram
        glyphs = options.glyphs
        times = TimeColumn(style: options.time, start: diagram.startedAt, glyphs: glyphs)
        activations = ActivationSpans(diagram.events, trace: trace)
    }

    /// What stands at the top: the verdict, the counts, and what names the operation.
    var summary: [TerminalText] {
        let header = diagram.header
        return wrapped(header.sentence) + lines(of: header.counts.statements)
            + lines(of: header.instances + [header.requestID].compactMap { $0 })
    }

    /// What stands at the bottom: what the capture did not show.
    var notes: [TerminalText] { diagram.notes.flatMap { wrapped("note: \($0)") } }

    /// A sentence in lines that fit across all lanes.
    func wrapped(_ sentence: String) -> [TerminalText] { text(sentence).wrapped(to: cellsAcross) }

    /// Statements on as few lines as they take.
    private func lines(of statements: [String]) -> [TerminalText] {
        var lines: [String] = []
        for statement in statements {
            let joined = (lines.last.map { $0 + glyphs.separator } ?? "") + statement
            if !lines.isEmpty, text(joined).width <= cellsAcross {
                lines[lines.count - 1] = joined
            } else {
                lines.append(statement)
            }
        }
        return lines.flatMap(wrapped)
    }

    private var cellsAcross: Int {
        min(max(diagram.lanes.count * Limits.scriptLaneCells, Limits.scriptLineCells), Limits.scriptAcrossCells)
    }

    func text(_ raw: String) -> TerminalText { glyphs.text(raw) }

    /// What stands above a lane, in lines; never nothing.
    static func heading(of lane: Lane, _ glyphs: GlyphTable) -> [TerminalText] {
        let lines = [lane.title, lane.subtitle].compactMap { $0 }.map { glyphs.text($0) }.filter(\.isVisible)
        return (lines.isEmpty ? [glyphs.text("?")] : lines).flatMap { $0.wrapped(to: Limits.scriptHeadingCells) }
    }

    /// Visits the statements in order.
    func forEach(_ visit: (ScriptStatement) -> Void) {
        var previous: Timestamp?
        for (index, event) in diagram.events.enumerated() {
            let time = times.text(of: event.at, after: previous)
            switch event.content {
            case .arrow(let arrow):
                for statement in arrows(arrow, at: time, activations.at(index)) { visit(.arrow(statement)) }
            case .state(let mark):
                visit(note(mark.text(glyphs), lane: mark.lane, mark.style, time))
            case .giveUp(let giveUp): visit(note(giveUp.text(glyphs), lane: giveUp.lane, .failure, time))
            case .standstill(let standstill):
                let words = [standstill.text, standstill.qualifier].compactMap { $0 }.joined(separator: " ")
                visit(note(glyphs.text(words), lane: standstill.lane, .failure, time))
            case .pause(let length):
                visit(.pause(glyphs.text(glyphs.duration(length))))
                continue
            case .captureEnd: visit(note(glyphs.text("the capture ends here"), lane: nil, .warning, time))
            }
            previous = event.at
        }
    }

    private func note(
        _ text: TerminalText, lane: Int?, _ style: TextStyle, _ time: TerminalText
    ) -> ScriptStatement {
        let isFailure = style == .failure
        let marked = isFailure ? glyphs.text(glyphs.failure + " ") + text : text
        return .note(
            ScriptNote(
                place: lane.map { .lane($0) } ?? .acrossAll, style: style, time: time,
                lines: marked.wrapped(to: Limits.scriptLineCells)))
    }

    /// One arrow, or one to each receiver: the first says all, the others what it is.
    private func arrows(
        _ arrow: SequenceArrow, at time: TerminalText, _ activation: ScriptArrow.Activation
    ) -> [ScriptArrow] {
        let text = ArrowText(arrow, glyphs: glyphs)
        let lines =
            text.label.wrapped(to: Limits.scriptLabelCells)
            + text.remarks.flatMap { $0.wrapped(to: Limits.scriptLineCells) }
        let first = ScriptArrow(
            head: ScriptArrow.Head(arrow.kind), from: arrow.from, to: arrow.to.first ?? arrow.missed,
            isLost: arrow.to.isEmpty && arrow.kind.expectsTaker, isBareAnswer: arrow.isBareAnswer, style: text.style,
            time: time,
            lines: lines,
            detail: text.detail.flatMap { $0.wrapped(to: Limits.scriptLineCells) }, activation: activation)
        let others = arrow.to.dropFirst().map { lane in
            var other = first
            other.to = lane
            other.lines = glyphs.text(arrow.label).wrapped(to: Limits.scriptLabelCells)
            other.detail = []
            other.activation = .none
            return other
        }
        return [first] + others
    }
}

extension ScriptArrow.Head {
    init(_ kind: Message.Kind) {
        switch kind {
        case .call: self = .call
        case .cast, .fanout, .notification, .opaque: self = .cast
        case .reply, .heartbeat: self = .answer
        }
    }
}

extension SequenceArrow {
    fileprivate var isBareAnswer: Bool {
        kind == .reply && answersPrevious && count == 1 && marks.isEmpty && latency != nil && qualifier == nil
    }
}

extension SequenceHeader {
    /// The kind of operation and the instance's name.
    var title: String { ([kind] + [instanceName].compactMap { $0 }).joined(separator: " ") }
}

extension TerminalText {
    /// Whether there is more in it than spaces.
    var isVisible: Bool { string.contains { $0 != " " } }
}
