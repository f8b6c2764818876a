package import Comparison
import Trace

/// A value: a comparison as JSON (`novatrace.comparison/1`), one document.
///
/// The contract is that of the trace's JSON: snake_case, times in RFC 3339 UTC, lengths in seconds, absent means unknown,
/// unknown keys may be added. Ids (`m17`, `op1`) are those that `export` gives for the same file. The schema stands beside
/// this file.
package struct ComparisonJSON: Sendable {
    let comparison: OperationComparison
    let good: ComparisonSource
    let bad: ComparisonSource

    package init(_ comparison: OperationComparison, good: ComparisonSource, bad: ComparisonSource) {
        self.comparison = comparison
        self.good = good
        self.bad = bad
    }

    private var words: ComparisonWords { ComparisonWords(comparison: comparison, glyphs: .unicode) }

    package func write(to sink: @escaping OutputSink) {
        var json = JSONWriter(to: sink, pretty: true)
        json.object(document)
        json.endLine()
        json.flush()
    }

    static let schema = "novatrace.comparison/1"

    private func document(_ json: inout JSONWriter) {
        json.member("schema", Self.schema)
        json.member("verdict", words.conclusion)
        json.member("agree", comparison.agrees)
        json.key("tolerance")
        json.object { json in
            json.member("factor", decimal: comparison.tolerance.factor)
            json.member("slack", seconds: comparison.tolerance.slack)
        }
        json.key("good")
        json.object { members(of: comparison.good, good, &$0) }
        json.key("bad")
        json.object { members(of: comparison.bad, bad, &$0) }
        json.member("notes", words.notes)
        if let parting = comparison.parting {
            json.key("parting")
            json.object { members(of: parting, &$0) }
        }
        json.member("duration", comparison.duration)
        json.member("missing", comparison.missing)
        json.member("extra", comparison.extra)
        for standing in [Standing.slower, .faster, .changed, .moved] {
            json.key(standing.rawValue)
            json.integer(comparison.lines.count { $0.standing == standing })
        }
        json.array("steps", comparison.steps, members)
        json.array("states", comparison.states, members)
        json.array("lines", comparison.lines, members)
    }

    private func members(of side: ComparedSide, _ source: ComparisonSource, _ json: inout JSONWriter) {
        let operation = side.operation
        json.member("file", source.path)
        json.member("chosen_as", source.reason)
        json.member("operation", id: "op", operation.id)
        json.member("kind", operation.kind.rawValue)
        json.member("request_id", operation.requestID)
        json.member("instances", operation.instances)
        json.member("instance_name", operation.instanceName)
        json.member("outcome", operation.outcome.rawValue)
        json.member("verdict", operation.verdict)
        json.member("started_at", operation.startedAt)
        json.member("ended_at", operation.endedAt)
        json.member("messages", side.lines.total { $0.messages.count })
        json.member("began_before_capture", side.beganBeforeCapture)
        json.member("open_at_capture_end", side.isOpen)
        json.member("may_lack_messages", side.mayLackMessages)
    }

    private func members(of parting: Parting, _ json: inout JSONWriter) {
        if let after = parting.after?.line {
            json.key("after")
            json.object { nameMembers(of: after, &$0) }
        }
        json.member("ending_only", parting.isEnding)
        if let consequence = parting.consequence {
            json.key("never")
            json.object { nameMembers(of: consequence, &$0) }
        }
        json.member("elsewhere", parting.isElsewhere)
        for (key, side, line) in [("good", comparison.good, parting.good), ("bad", comparison.bad, parting.bad)] {
            guard let line else { continue }
            json.key(key)
            json.object { json in
                nameMembers(of: line, &json)
                occurrenceMembers(of: line, since: side.operation.startedAt, &json)
            }
        }
    }

    private func members(of step: StepPair, _ json: inout JSONWriter) {
        json.member("name", step.name)
        json.member("standing", step.standing.rawValue)
        for (key, side) in [("good", step.good), ("bad", step.bad)] {
            guard let side else { continue }
            json.key(key)
            json.object { json in
                json.member("status", side.status.rawValue)
                json.member("after", seconds: side.at)
            }
        }
        json.member("interval", step.interval)
    }

    private func members(of state: StatePair, _ json: inout JSONWriter) {
        json.member("name", state.name)
        json.member("standing", state.standing.rawValue)
        for (key, side, span) in [("good", comparison.good, state.good), ("bad", comparison.bad, state.bad)] {
            guard let span else { continue }
            json.key(key)
            json.object { json in
                json.member("at", span.at)
                json.member("after", seconds: span.at - side.operation.startedAt)
                json.member("length", seconds: span.length)
            }
        }
        json.member("length", state.length)
    }

    private func members(of pair: LinePair, _ json: inout JSONWriter) {
        json.member("standing", pair.standing.rawValue)
        if pair.isMoved { json.member("moved", true) }
        if let line = pair.line { nameMembers(of: line, &json) }
        for (key, side, line) in [("good", comparison.good, pair.good), ("bad", comparison.bad, pair.bad)] {
            guard let line else { continue }
            json.key(key)
            json.object { occurrenceMembers(of: line, since: side.operation.startedAt, &$0) }
        }
        json.member("duration", pair.duration)
        json.member("gap", pair.gap)
    }

    /// What both have in common.
    private func nameMembers(of line: ComparedLine, _ json: inout JSONWriter) {
        json.member("kind", line.kind.rawValue)
        json.member("title", line.title)
        json.member("state", line.state)
        json.member("from", line.from)
        json.member("to", line.to)
    }

    /// What became of it in one of them.
    private func occurrenceMembers(of line: ComparedLine, since start: Timestamp, _ json: inout JSONWriter) {
        json.member("at", line.at)
        json.member("after", seconds: line.at - start)
        json.member("duration", seconds: line.duration)
        json.member("count", line.count)
        json.member("ending", line.ending.name)
        if case .failed(let failure) = line.ending {
            json.key("error")
            json.object { json in
                json.member("class", failure.className)
                json.member("module", failure.module)
                json.member("message", failure.message)
            }
        }
        json.member("queue", line.queue)
        json.member("messages", ids: "m", line.messages)
        json.key("packets")
        json.row { json in
            for packet in line.packets { json.integer(Int(packet.number)) }
        }
    }
}

extension ComparedLine.Ending {
    fileprivate var name: String {
        switch self {
        case .taken: "taken"
        case .notTaken: "not_taken"
        case .answered: "answered"
        case .failed: "failed"
        case .unanswered: "unanswered"
        case .timedOut: "timed_out"
        case .returned: "returned"
        }
    }
}

extension JSONWriter {
    /// A number with at most three decimals; billionths of it are written as nanoseconds are.
    fileprivate mutating func member(_ name: StaticString, decimal value: Double?) {
        guard let value, value < 9e9 else { return }
        member(name, seconds: .milliseconds(Int64(saturating: value * 1000)))
    }

    fileprivate mutating func member(_ name: StaticString, _ pair: TimePair?) {
        guard let pair else { return }
        key(name)
        object { json in
            json.member("good", seconds: pair.good)
            json.member("bad", seconds: pair.bad)
            json.member("relation", pair.relation.rawValue)
            json.member("factor", decimal: pair.factor)
        }
    }

    fileprivate mutating func array<Element>(
        _ name: StaticString, _ elements: [Element], _ members: (Element, inout JSONWriter) -> Void
    ) {
        key(name)
        array { json in
            for element in elements { json.object { members(element, &$0) } }
        }
    }
}
