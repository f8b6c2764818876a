import Advice
import Comparison
import Diagnosis
import Foundation
import NovatraceCommands
import OpenStack
import Pipeline
import Rendering
import Trace

/// Everything that commands write of a trace, each with what must hold for it.
struct Reports {
    private let trace: BusTrace

    /// Throws what the capture is refused for.
    init(of path: String) throws {
        trace = try TracePipeline.trace(of: [path], detail: .full)
    }

    /// Writes all of them.
    func check() throws {
        for format in Formats.all {
            var options = DiagramOptions()
            options.detail = .full
            var output: [UInt8] = []
            do {
                try format.renderer.render(TraceExtract(trace, options: options)) { output += $0 }
            } catch {
                // Too much for the format, or nothing that it could hold; which is said.
                try Self.check(error.sentence, "refusal")
                continue
            }
            if format.isBinary { continue }
            try Self.check(String(validating: output, as: UTF8.self), format.name)
        }
        for (name, write) in texts {
            var output: [UInt8] = []
            write { output += $0 }
            try Self.check(String(validating: output, as: UTF8.self), name)
        }
    }

    private var texts: [(name: String, write: (@escaping OutputSink) -> Void)] {
        var options = DiagramOptions()
        options.showsBackground = true
        options.expand = true
        options.ascii = true
        options.width = 40
        let notes = trace.troubleNotes + trace.capture.qualityNotes + trace.capture.networkNotes
        let selection = ConnectionSelection(trace)
        let comparison = trace.operations.first.map { first in
            OperationComparison(
                good: ComparedSide(first, in: trace), bad: ComparedSide(trace.operations.last ?? first, in: trace))
        }
        let source = ComparisonSource(path: "a", reason: "b")
        return [
            ("replay", { TextReport(trace, options: options).write(to: $0) }),
            (
                "list",
                { sink in
                    OperationList(trace.operations, virtualHosts: trace.virtualHostsOfOperations, options: options)
                        .write(to: sink)
                    NoteLines(notes, options: options).write(to: sink)
                }
            ),
            (
                "explain",
                { sink in
                    ExplainReport(trace, operations: trace.operations, options: options, advice: Advisor(trace).advice)
                        .write(to: sink)
                }
            ),
            ("troubles", { TroubleReport(trace, options: options).write(to: $0) }),
            ("connections", { ConnectionsReport(trace, selection, options: options).write(to: $0) }),
            ("connections json", { ConnectionsJSON(trace, selection).write(to: $0) }),
            (
                "compare",
                { sink in
                    guard let comparison else { return }
                    ComparisonReport(comparison, good: source, bad: source, options: options).write(to: sink)
                }
            ),
            (
                "compare json",
                { sink in
                    guard let comparison else { return sink(Array("{}".utf8)) }
                    ComparisonJSON(comparison, good: source, bad: source).write(to: sink)
                }
            ),
            ("stats", { StatisticsTable(statistics, options: options).write(to: $0) }),
        ]
    }

    private var statistics: [MethodStatistics] {
        var collector = StatisticsCollector()
        trace.messages.forEach { collector.add($0) }
        trace.calls.forEach { collector.add($0) }
        return collector.rows
    }

    private static func check(_ text: String?, _ name: String) throws {
        guard let text else { throw Violation("\(name) is no UTF-8") }
        let hidden = HiddenCharacters.first(in: text, isTable: name.hasPrefix("csv"))
        try expect(hidden == nil, "\(hidden ?? "") in \(name)")
        if name == "jsonl" {
            for line in text.split(separator: "\n") {
                try expect(StrictJSON.isText(String(line)), "a line of jsonl is no JSON")
            }
        } else if name.hasSuffix("json") {
            try expect(StrictJSON.isText(text), "\(name) is no JSON")
        }
    }
}
