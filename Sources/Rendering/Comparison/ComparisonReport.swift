package import Comparison
import Trace

/// A value: a comparison as text: the result in a sentence, what was compared, where they part, then steps, states and
/// messages that differ.
///
/// ```
/// they part after select_destinations: answered in GOOD, failed with NoValidHost in BAD
///
/// GOOD  boot-ok.pcap · vm-ok · …
/// BAD   boot-novalidhost.pcap · vm-huge · …
///
///    step                      GOOD    took     BAD    took
/// =  request taken            0.005    5 ms   0.004    4 ms
/// !  host selected            1.292           failed
///
///      GOOD      BAD  message
/// =   0.000    0.000  schedule_and_build_instances  nova-api → nova-conductor
/// !   0.053    0.015  select_destinations  nova-conductor → nova-scheduler
///                     answered in GOOD, failed with NoValidHost in BAD: No valid host was found.
/// -   1.558           build_and_run_instance  nova-conductor → nova-compute
/// ```
package struct ComparisonReport: Sendable, LineWritable {
    let comparison: OperationComparison
    let good: ComparisonSource
    let bad: ComparisonSource
    package let options: DiagramOptions

    package init(
        _ comparison: OperationComparison, good: ComparisonSource, bad: ComparisonSource,
        options: DiagramOptions = DiagramOptions()
    ) {
        self.comparison = comparison
        self.good = good
        self.bad = bad
        self.options = options
    }

    private var words: ComparisonWords { ComparisonWords(comparison: comparison, glyphs: options.glyphs) }

    package func write(to output: inout StyledOutput) {
        write(words.conclusion, comparison.agrees ? .state : .strong, to: &output)
        output.endLine()
        write(comparison.good, good, called: "GOOD", to: &output)
        write(comparison.bad, bad, called: "BAD", to: &output)
        for note in words.notes { write("note: \(note)", .warning, to: &output) }
        if comparison.agrees, !options.expand { return }
        writePackets(to: &output)
        ComparisonTables(comparison: comparison, options: options).write(to: &output)
        ComparisonListing(comparison: comparison, options: options).write(to: &output)
    }

    private func write(
        _ side: ComparedSide, _ source: ComparisonSource, called name: String, to output: inout StyledOutput
    ) {
        let operation = side.operation
        let identity =
            [source.path, operation.instanceName].compactMap(\.self) + operation.instances.prefix(1)
            + ["\(operation.startedAt.calendarDate) \(operation.startedAt.clock.dropLast(3)) UTC"]
        let sentence =
            SequenceHeader(
                kind: operation.kind.rawValue, instanceName: nil, instances: [], requestID: nil,
                outcome: operation.outcome.rawValue, verdict: operation.verdict
            ).statements.first ?? operation.outcome.rawValue
        let glyphs = options.glyphs
        write(
            [
                (identity.joined(separator: glyphs.separator), .plain),
                (sentence, TextStyle(outcome: operation.outcome.rawValue)),
                ("\(source.reason), \(glyphs.duration(side.duration)), \(counted(count(side), "message"))", .faint),
            ], labelled: name, to: &output)
    }

    private static let labelWidth = 6

    private func count(_ side: ComparedSide) -> Int { side.lines.total { $0.messages.count } }

    /// When and in which packets that stands at which they part.
    private func writePackets(to output: inout StyledOutput) {
        guard let parting = comparison.parting else { return }
        output.endLine()
        for (name, side, line) in [("GOOD", comparison.good, parting.good), ("BAD", comparison.bad, parting.bad)] {
            guard let line else { continue }
            let offset = options.glyphs.seconds(line.at - side.operation.startedAt)
            let statement = "\(words.name(line)) after \(offset) s, \(line.at.clock) UTC\(Self.place(of: line.packets))"
            write([(statement, .plain)], labelled: name, to: &output)
        }
    }

    /// `, packets 10246-10250, 10253`: numbers that follow each other as one range.
    private static func place(of packets: [PacketReference]) -> String {
        var runs: [ClosedRange<Int64>] = []
        for number in Set(packets.map(\.number)).sorted() {
            if let last = runs.last, last.upperBound == number - 1 {
                runs[runs.count - 1] = last.lowerBound...number
            } else {
                runs.append(number...number)
            }
        }
        if runs.isEmpty { return "" }
        let text = runs.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
        return ", packet\(packets.count == 1 ? "" : "s") \(text.joined(separator: ", "))"
    }

    /// Texts in lines behind a label that stands on the first.
    private func write(
        _ texts: [(String, TextStyle)], labelled name: String, to output: inout StyledOutput
    ) {
        var label = name
        for (text, style) in texts {
            for line in options.glyphs.text(text).wrapped(to: options.cells - Self.labelWidth) {
                output.write(label + String(repeating: " ", count: Self.labelWidth - label.count), .strong)
                output.line(line, style)
                label = ""
            }
        }
    }

    private func write(_ text: String, _ style: TextStyle, to output: inout StyledOutput) {
        for line in options.glyphs.text(text).wrapped(to: options.cells) { output.line(line, style) }
    }
}

extension Standing {
    /// One ASCII character each, the same in every character set.
    var mark: String {
        switch self {
        case .alike: "="
        case .slower, .faster: "~"
        case .changed: "!"
        case .moved: "^"
        case .missing: "-"
        case .extra: "+"
        case .unknown: "?"
        }
    }

    var style: TextStyle {
        switch self {
        case .alike, .moved, .unknown: .faint
        case .slower, .faster: .warning
        case .changed, .missing: .failure
        case .extra: .answer
        }
    }

    /// For the legend.
    var meaning: String {
        switch self {
        case .alike: "alike"
        case .slower, .faster: "slower or faster"
        case .changed: "ends otherwise"
        case .moved: "in another order"
        case .missing: "only in GOOD"
        case .extra: "only in BAD"
        case .unknown: "beyond the other's capture"
        }
    }
}
