import Trace

/// A view of what is told of one operation beneath its verdict: steps, states, hosts that were tried, evidence.
struct ExplainSections {
    let operation: Operation
    let trace: BusTrace
    let options: DiagramOptions
    let captureEnd: Timestamp?

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
        guard let first = operation.steps.first, first.status == .skipped else { return [] }
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
                description(of: step), after: "\(mark.text) \(name)  \(stamps[index])", indent: 4, width: width,
                mark.style, glyphs)
        }
    }

    private func padded(_ text: String, _ cells: Int, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - cells))
    }

    private func description(of step: Step) -> String {
        var words: [String] = []
        let ends = [name(step.from), name(step.to)]
        switch (ends[0], ends[1]) {
        case (let from?, let to?): words.append("\(from) \(glyphs.arrow) \(to)")
        case (let from?, nil): words.append(queue(of: step).map { "\(from) \(glyphs.arrow) \($0)" } ?? from)
        case (nil, let to?): words.append("\(glyphs.arrow) \(to)")
        case (nil, nil): break
        }
        switch step.status {
        case .done: break
        case .failed: words.append("failed")
        case .missing: words.append("missing")
        case .pending: words.append(step.at == nil ? "not reached" : "not finished")
        case .skipped: words.append("not seen")
        }
        return words.joined(separator: glyphs.separator)
    }

    /// Where a request went that nobody was seen to take.
    private func queue(of step: Step) -> String? {
        guard let message = step.messages.first.flatMap(message), message.deliveries.isEmpty, message.stateChange == nil
        else { return nil }
        return message.routingKey.isEmpty ? message.exchange : message.routingKey
    }

    private func message(_ id: Int) -> Message? {
        trace.messages.indices.contains(id) ? trace.messages[id] : nil
    }

    private func name(_ participant: Int?) -> String? {
        participant.flatMap { trace.participants.indices.contains($0) ? trace.participants[$0].label : nil }
    }

    // MARK: States

    private func writeStates(to output: inout StyledOutput) {
        let spans = ExplainedState.spans(of: operation, until: captureEnd)
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

    /// What was seen at no time, since it is missing, comes last.
    private func inOrderOfTime(_ evidence: [Diagnosis.Evidence]) -> [Diagnosis.Evidence] {
        evidence.enumerated().sorted { left, right in
            let (first, second) = (left.element.at, right.element.at)
            guard let first, let second, first != second else {
                return first == second ? left.offset < right.offset : first != nil
            }
            return first < second
        }.map(\.element)
    }

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
        let evidence = inOrderOfTime(operation.diagnosis?.evidence ?? [])
        guard !evidence.isEmpty else { return }
        output.section("evidence", glyphs)
        let stamps = stamps(evidence.map(\.at))
        for (piece, stamp) in zip(evidence, stamps) {
            let mark = piece.isMissing ? glyphs.failure : " "
            let packets = piece.message.flatMap(message).flatMap(packets)
            let text = piece.text + (packets.map { " (\($0))" } ?? "")
            output.paragraph(
                text, after: "\(mark) \(stamp)", indent: 4, width: width, piece.isMissing ? .warning : .plain, glyphs)
        }
    }

    /// E.g. `packets 812, 815-818`; with the file where there are several.
    private func packets(of message: Message) -> String? {
        var sources: [Int32] = []
        for packet in message.packets where !sources.contains(packet.source) { sources.append(packet.source) }
        let parts = sources.map { source -> String in
            let numbers = message.packets.filter { $0.source == source }.map(\.number)
            let list = "\(numbers.count == 1 ? "packet" : "packets") \(Self.runs(of: numbers))"
            guard trace.capture.sources.count > 1, trace.capture.sources.indices.contains(Int(source)) else {
                return list
            }
            return "\(list) of \(trace.capture.sources[Int(source)].path)"
        }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    static func runs(of numbers: [Int64]) -> String {
        var runs: [ClosedRange<Int64>] = []
        for number in Set(numbers).sorted() {
            if let last = runs.last, last.upperBound + 1 == number {
                runs[runs.count - 1] = last.lowerBound...number
            } else {
                runs.append(number...number)
            }
        }
        return runs.map { run in
            switch run.upperBound - run.lowerBound {
            case 0: "\(run.lowerBound)"
            case 1: "\(run.lowerBound), \(run.upperBound)"
            default: "\(run.lowerBound)-\(run.upperBound)"
            }
        }.joined(separator: ", ")
    }
}

/// A value: what stands before a step.
private struct StepMark {
    let text: String
    let style: TextStyle

    init(_ status: Step.Status, _ glyphs: GlyphTable) {
        switch status {
        case .done: (text, style) = (glyphs.done, .plain)
        case .failed: (text, style) = (glyphs.failure, .failure)
        case .missing: (text, style) = ("?", .failure)
        case .pending: (text, style) = (glyphs.open, .warning)
        case .skipped: (text, style) = ("-", .faint)
        }
    }
}
