import Comparison
import Trace

/// A value: the steps and the states of a comparison as two tables.
struct ComparisonTables {
    let comparison: OperationComparison
    let options: DiagramOptions

    private var glyphs: GlyphTable { options.glyphs }
    private var words: ComparisonWords { ComparisonWords(comparison: comparison, glyphs: glyphs) }

    func write(to output: inout StyledOutput) {
        if !comparison.steps.isEmpty {
            output.endLine()
            writeSteps(to: &output)
        }
        if !comparison.states.isEmpty {
            output.endLine()
            writeStates(to: &output)
        }
    }

    /// When each step was done, and how long after the one before.
    private func writeSteps(to output: inout StyledOutput) {
        let isRoomy = options.cells >= 72
        var columns: [TextTable.Column] = [.init(title: " "), .init(title: "step", shrinksTo: 12)]
        for side in ["GOOD", "BAD"] {
            columns.append(.init(title: side, alignment: .right))
            if isRoomy { columns.append(.init(title: "took", alignment: .right)) }
        }
        columns.append(.init(title: "", isOptional: true))
        var table = TextTable(columns, glyphs: glyphs)
        for step in comparison.steps {
            var cells: [(String, TextStyle)] = [
                (step.standing.mark, step.standing.style), (step.name, step.standing.nameStyle),
            ]
            for (side, took) in [(step.good, step.interval?.good), (step.bad, step.interval?.bad)] {
                cells.append((reached(side), side?.status == .failed ? .failure : .plain))
                if isRoomy { cells.append((took.map(glyphs.duration) ?? "", .faint)) }
            }
            cells.append((relation(step.interval), step.standing.style))
            table.append(cells)
        }
        table.write(to: &output, width: options.cells)
    }

    private func reached(_ side: StepPair.Side?) -> String {
        guard let side else { return "-" }
        if let at = side.at { return glyphs.seconds(at) }
        switch side.status {
        case .pending, .skipped: return "-"
        case .done, .failed, .missing: return side.status.rawValue
        }
    }

    private func writeStates(to output: inout StyledOutput) {
        var table = TextTable(
            [
                .init(title: " "), .init(title: "state", shrinksTo: 12),
                .init(title: "GOOD", alignment: .right), .init(title: "BAD", alignment: .right),
                .init(title: "", isOptional: true),
            ], glyphs: glyphs)
        for state in comparison.states {
            table.append([
                (state.standing.mark, state.standing.style), (state.name, state.standing.nameStyle),
                (length(state.good), .plain), (length(state.bad), .plain),
                (relation(state.length), state.standing.style),
            ])
        }
        table.write(to: &output, width: options.cells)
    }

    /// The last state lasts on.
    private func length(_ span: StateSpan?) -> String {
        guard let span else { return "-" }
        return span.length.map(glyphs.duration) ?? "reached"
    }

    private func relation(_ time: TimePair?) -> String {
        guard let time, time.relation != .alike else { return "" }
        return [words.factor(time), time.relation.rawValue].compactMap(\.self).joined(separator: " ")
    }
}

extension Standing {
    /// What is alike stays calm.
    var nameStyle: TextStyle { isDifference ? style : .plain }
}
