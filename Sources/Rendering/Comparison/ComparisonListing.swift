import Comparison
import Diagnosis
import Trace

/// A value: the messages of a comparison, a line each, with their times in both operations; what is alike is folded.
struct ComparisonListing {
    let comparison: OperationComparison
    let options: DiagramOptions

    /// A value: what stands on a line, or on several.
    private enum Row {
        case pair(LinePair)
        /// Lines of one standing that are not listed.
        case fold(Standing, messages: Int)
    }

    private var glyphs: GlyphTable { options.glyphs }
    private var words: ComparisonWords { ComparisonWords(comparison: comparison, glyphs: glyphs) }

    func write(to output: inout StyledOutput) {
        let rows = rows
        if rows.isEmpty { return }
        output.endLine()
        let width = timeWidth
        writeRow(mark: " ", "GOOD", "BAD", width, .faint, to: &output)
        output.line(glyphs.text("message"), .faint)
        var last: (good: Timestamp, bad: Timestamp) = starts
        for row in rows {
            switch row {
            case .fold(let standing, let messages):
                writeRow(mark: standing.mark, "", "", width, standing.style, to: &output)
                for (index, text) in glyphs.text(fold(standing, messages)).wrapped(to: room).enumerated() {
                    if index > 0 { writeRow(mark: " ", "", "", width, .plain, to: &output) }
                    output.line(text, .faint)
                }
            case .pair(let pair):
                write(pair, after: &last, width, to: &output)
            }
        }
        writeLegend(of: rows, to: &output)
    }

    // MARK: Folding

    /// Lines alike that are kept on either side of a difference.
    private static let context = 1
    /// Lines of one operation alone that are listed in a row; of more only the first.
    private static let listedAlone = 8
    private static let firstOfMany = 5

    private var rows: [Row] {
        if options.expand { return comparison.lines.map(Row.pair) }
        var rows: [Row] = []
        var start = 0
        let lines = comparison.lines
        while start < lines.count {
            let standing = lines[start].standing
            let end = lines[start...].firstIndex { $0.standing != standing } ?? lines.count
            rows += folded(Array(lines[start..<end]), isFirst: start == 0, isLast: end == lines.count)
            start = end
        }
        return rows
    }

    private func folded(_ run: [LinePair], isFirst: Bool, isLast: Bool) -> [Row] {
        guard let standing = run.first?.standing else { return [] }
        let (head, tail): (Int, Int)
        switch standing {
        case .alike, .moved: (head, tail) = (isFirst ? 0 : Self.context, isLast ? 0 : Self.context)
        case .missing, .extra, .unknown:
            (head, tail) = run.count <= Self.listedAlone ? (run.count, 0) : (Self.firstOfMany, 0)
        case .slower, .faster, .changed: (head, tail) = (run.count, 0)
        }
        // A fold of one line would take as much room as the line.
        guard run.count > head + tail + 1 else { return run.map(Row.pair) }
        let hidden = run[head..<run.count - tail]
        let messages = hidden.total { $0.line?.messages.count ?? 0 }
        return run[..<head].map(Row.pair) + [.fold(standing, messages: messages)] + run.suffix(tail).map(Row.pair)
    }

    private func fold(_ standing: Standing, _ messages: Int) -> String {
        switch standing {
        case .alike: "\(counted(messages, "message")) alike"
        case .moved: "\(counted(messages, "message")) in another order"
        case .missing: "\(counted(messages, "more message")) only in GOOD (--expand)"
        case .extra: "\(counted(messages, "more message")) only in BAD (--expand)"
        case .unknown: "\(counted(messages, "more message")) beyond the other's capture (--expand)"
        case .slower, .faster, .changed: counted(messages, "message")
        }
    }

    // MARK: Rows

    private var starts: (good: Timestamp, bad: Timestamp) {
        (comparison.good.operation.startedAt, comparison.bad.operation.startedAt)
    }

    /// Cells of a column of times.
    private var timeWidth: Int {
        if options.time == .clock { return 12 }
        let longest = max(comparison.good.duration, comparison.bad.duration, 0)
        return max(8, glyphs.seconds(longest).count)
    }

    /// Cells that are left for what a line says.
    private var room: Int { max(8, options.cells - 2 * timeWidth - 5) }

    private func writeRow(
        mark: String, _ good: String, _ bad: String, _ width: Int, _ style: TextStyle, to output: inout StyledOutput
    ) {
        output.write(mark, style)
        for time in [good, bad] {
            output.write(String(repeating: " ", count: max(0, width - time.count) + 1))
            output.write(time, .faint)
        }
        output.write("  ")
    }

    private func write(
        _ pair: LinePair, after last: inout (good: Timestamp, bad: Timestamp), _ width: Int,
        to output: inout StyledOutput
    ) {
        let good = pair.good.map { time($0.at, since: options.time == .delta ? last.good : starts.good) } ?? ""
        let bad = pair.bad.map { time($0.at, since: options.time == .delta ? last.bad : starts.bad) } ?? ""
        last = (pair.good?.at ?? last.good, pair.bad?.at ?? last.bad)
        var (mark, times) = (pair.standing.mark, (good, bad))
        var lines = description(of: pair, room: room).map { ($0, pair.standing.nameStyle) }
        for note in notes(on: pair) {
            lines += glyphs.text(note).wrapped(to: room - 2).map { (glyphs.text("  ") + $0, .plain) }
        }
        for (line, style) in lines {
            writeRow(mark: mark, times.0, times.1, width, pair.standing.style, to: &output)
            output.line(line, style)
            (mark, times) = (" ", ("", ""))
        }
    }

    private func time(_ at: Timestamp, since start: Timestamp) -> String {
        options.time == .clock ? String(at.clock.dropLast(3)) : glyphs.seconds(at - start)
    }

    /// What it is and between whom, on one line where that fits.
    private func description(of pair: LinePair, room: Int) -> [TerminalText] {
        guard let line = pair.line else { return [] }
        var what = line.title
        if let state = line.state { what += "  \(glyphs[.state]) \(state)" }
        if line.count > 1 { what += " \(glyphs.times)\(line.count)" }
        let receivers = line.to.isEmpty ? "?" : line.to.joined(separator: ", ")
        let route = glyphs.text("\(line.from ?? "?") \(glyphs.arrow) \(receivers)")
        let title = glyphs.text(what)
        let whole = title + glyphs.text("  ") + route
        if whole.width <= room { return [whole] }
        return title.wrapped(to: room) + route.wrapped(to: room - 2).map { glyphs.text("  ") + $0 }
    }

    private func notes(on pair: LinePair) -> [String] {
        guard let good = pair.good, let bad = pair.bad else { return pair.line.map(noteAlone) ?? [] }
        var notes: [String] = []
        if pair.standing == .changed || pair.standing == .unknown {
            notes.append(
                "\(words.phrase(good.ending)) in GOOD\(failureText(good.ending)), \(words.phrase(bad.ending)) in BAD"
                    + failureText(bad.ending))
        }
        if let time = pair.duration, time.relation != .alike {
            notes.append("\(words.durationVerb(good)) after \(words.instead(time)) \(time.relation.rawValue)")
        }
        if let time = pair.gap, time.relation != .alike {
            notes.append("\(words.sent(time)) \(time.relation.rawValue)")
        }
        return notes
    }

    /// What is out of the ordinary with a line that one of them has alone.
    private func noteAlone(_ line: ComparedLine) -> [String] {
        switch line.ending {
        case .taken, .answered: []
        case .notTaken where line.kind == .fanout: []
        case .notTaken: ["\(words.phrase(line.ending)) from \(line.queue)"]
        case .failed, .unanswered, .timedOut, .returned: [words.phrase(line.ending) + failureText(line.ending)]
        }
    }

    private func failureText(_ ending: ComparedLine.Ending) -> String {
        guard case .failed(let failure) = ending, !failure.message.isEmpty else { return "" }
        return " (\(failure.message.trimmingEnd()))"
    }

    /// The marks that occur, each with its meaning.
    private func writeLegend(of rows: [Row], to output: inout StyledOutput) {
        var used: [String: String] = [:]
        for row in rows {
            let standing =
                switch row {
                case .pair(let pair): pair.standing
                case .fold(let standing, _): standing
                }
            if standing != .alike { used[standing.mark] = standing.meaning }
        }
        if used.isEmpty { return }
        output.endLine()
        let legend = used.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: "   ")
        for line in glyphs.text(legend).wrapped(to: options.cells) { output.line(line, .faint) }
    }
}
