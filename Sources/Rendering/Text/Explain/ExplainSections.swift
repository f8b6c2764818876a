import Trace

/// A view of what is told of one operation beneath its verdict: steps, states, hosts that were tried, evidence.
struct ExplainSections {
    let operation: Operation
    let trace: BusTrace
    let options: DiagramOptions

    private var glyphs: GlyphTable { options.glyphs }
    private var width: Int { options.cells }
    private var times: TimeColumn { TimeColumn(style: options.time, start: operation.startedAt, glyphs: glyphs) }

    func write(to output: inout StyledOutput) {
        writeSteps(to: &output)
        writeStates(to: &output)
        writeReschedules(to: &output)
        writeEvidence(to: &output)
    }

    /// What the capture cannot know of the operation's beginning.
    var notes: [String] {
        guard operation.beganUnseen else { return [] }
        return ["the capture does not hold the beginning of this \(operation.kind.rawValue)"]
    }

    /// The times of the lines of a section, right-aligned, blank where a line has none.
    private func stamps(_ moments: [Timestamp?]) -> [String] {
        var previous: Timestamp?
        let stamps = moments.map { moment -> String in
            guard let moment else { return "" }
            defer { previous = moment }
            return times.text(of: moment, after: previous).string
        }
        let width = stamps.map(\.count).max() ?? 0
        return stamps.map { String(repeating: " ", count: width - $0.count) + $0 }
    }

    // MARK: Steps

    private func writeSteps(to output: inout StyledOutput) {
        guard !operation.steps.isEmpty else { return }
        output.section("steps", glyphs)
        let names = operation.steps.map { glyphs.text($0.name) }
        let nameWidth = names.map(\.width).max() ?? 0
        let stamps = stamps(operation.steps.map(\.at))
        for (index, step) in operation.steps.enumerated() {
            let mark = StepMark(step.status, glyphs)
            let name = padded(names[index].string, names[index].width, nameWidth)
            output.paragraph(
                trace.words(on: step, glyphs), after: "\(mark.text) \(name)  \(stamps[index])", indent: 4, width: width,
                mark.style, glyphs)
        }
    }

    private func padded(_ text: String, _ cells: Int, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - cells))
    }

    // MARK: States

    private func writeStates(to output: inout StyledOutput) {
        let spans = ExplainedState.spans(of: operation, in: trace)
        guard !spans.isEmpty else { return }
        output.section("states", glyphs)
        let labelWidth = spans.map { glyphs.text($0.label).width }.max() ?? 0
        let stamps = stamps(spans.map(\.at))
        for (span, stamp) in zip(spans, stamps) {
            let label = glyphs.text(span.label)
            output.paragraph(
                span.remark(glyphs), after: "\(stamp)  \(padded(label.string, label.width, labelWidth))", indent: 4,
                width: width, span.style, glyphs)
        }
    }

    // MARK: Reschedules and evidence

    private func writeReschedules(to output: inout StyledOutput) {
        let reschedules = operation.diagnosis?.reschedules ?? []
        guard !reschedules.isEmpty else { return }
        output.section("hosts tried", glyphs)
        let stamps = stamps(reschedules.map(\.at))
        for (reschedule, stamp) in zip(reschedules, stamps) {
            let hosts = [reschedule.from ?? "a host", reschedule.to].compactMap { $0 }
            let words = [hosts.joined(separator: " \(glyphs.arrow) "), reschedule.reason].compactMap { $0 }
            output.paragraph(
                words.joined(separator: ": "), after: stamp, indent: 4, width: width, .plain, glyphs)
        }
    }

    private func writeEvidence(to output: inout StyledOutput) {
        let evidence = operation.diagnosis?.evidenceInOrder ?? []
        guard !evidence.isEmpty else { return }
        output.section("evidence", glyphs)
        let stamps = stamps(evidence.map(\.at))
        for (piece, stamp) in zip(evidence, stamps) {
            let mark = piece.isMissing ? glyphs.failure : " "
            output.paragraph(
                trace.words(on: piece), after: "\(mark) \(stamp)", indent: 4, width: width,
                piece.isMissing ? .warning : .plain, glyphs)
        }
    }
}
