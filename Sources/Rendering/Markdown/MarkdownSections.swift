import Advice
import Trace

/// A view of what a report says of one operation beneath its verdict.
struct MarkdownSections {
    let trace: BusTrace
    let options: DiagramOptions

    private var glyphs: GlyphTable { options.glyphs }

    /// Calls that are listed as the slowest, at most.
    private static let slowest = 5

    func write(_ entry: DiagramSeries.Entry, level: Int, to markdown: inout MarkdownWriter) {
        let operation = entry.isShared ? entry.operation : trace.operations[entry.operation.id]
        writeTable(of: operation, to: &markdown)
        if !entry.isShared {
            writeSteps(of: operation, level, to: &markdown)
            writeStates(of: operation, level, to: &markdown)
            writeEvidence(of: operation, level, to: &markdown)
        }
        writeDiagram(entry, level, to: &markdown)
        writeSlowest(of: operation, level, to: &markdown)
        writeFailures(of: operation, level, to: &markdown)
        let notes = entry.diagram.notes + [entry.alikeSentence].compactMap { $0 }
        markdown.list(notes.map { Markdown.text(glyphs.text($0).string) })
    }

    private func moment(_ time: Timestamp) -> String { "\(time.calendarDate) \(time.clock.dropLast(3))" }

    private func since(_ start: Timestamp, _ time: Timestamp?) -> String {
        time.map { glyphs.seconds($0 - start) } ?? ""
    }

    // MARK: What it is

    private func writeTable(of operation: Operation, to markdown: inout MarkdownWriter) {
        var rows = [["operation", Markdown.text(operation.kind.rawValue)]]
        if let name = operation.instanceName { rows.append(["instance", Markdown.code(name)]) }
        for uuid in operation.instances { rows.append(["uuid", Markdown.code(uuid)]) }
        if let request = operation.requestID { rows.append(["request", Markdown.code(request)]) }
        if trace.capture.virtualHosts.count > 1 {
            let hosts = trace.virtualHosts(of: operation)
            if !hosts.isEmpty {
                rows.append(["virtual host", hosts.map { Markdown.code($0) }.joined(separator: ", ")])
            }
        }
        rows.append(["started", "\(moment(operation.startedAt)) UTC"])
        rows.append(["duration", glyphs.duration(of: operation)])
        rows.append(["outcome", Markdown.text(operation.outcome.rawValue)])
        if let step = operation.stepReached { rows.append(["step reached", Markdown.text(step)]) }
        if let diagnosis = operation.diagnosis, operation.outcome != .completed {
            rows.append(["cause", Markdown.text(diagnosis.cause.rawValue)])
            let who = [diagnosis.service, diagnosis.host].compactMap { $0 }
            if !who.isEmpty { rows.append(["must act", Markdown.code(who.joined(separator: " on "))]) }
        }
        markdown.table(["", ""], rows)
    }

    private func writeSteps(of operation: Operation, _ level: Int, to markdown: inout MarkdownWriter) {
        guard !operation.steps.isEmpty else { return }
        markdown.heading(level, "Steps")
        markdown.table(
            ["", "step", "at:", ""],
            operation.steps.map { step in
                [
                    Markdown.text(StepMark(step.status, glyphs).text), Markdown.text(step.name),
                    since(operation.startedAt, step.at),
                    Markdown.text(glyphs.text(trace.words(on: step, glyphs)).string),
                ]
            })
    }

    private func writeStates(of operation: Operation, _ level: Int, to markdown: inout MarkdownWriter) {
        let spans = ExplainedState.spans(of: operation, in: trace)
        guard !spans.isEmpty else { return }
        markdown.heading(level, "States")
        markdown.table(
            ["state", "at:", ""],
            spans.map {
                [Markdown.text($0.label), since(operation.startedAt, $0.at), Markdown.text($0.remark(glyphs))]
            })
    }

    private func writeEvidence(of operation: Operation, _ level: Int, to markdown: inout MarkdownWriter) {
        guard operation.outcome != .completed else { return }
        let evidence = operation.diagnosis?.evidenceInOrder ?? []
        if !evidence.isEmpty {
            markdown.heading(level, "Evidence")
            markdown.table(
                ["at:", ""],
                evidence.map { piece in
                    let mark = piece.isMissing ? glyphs.failure + " " : ""
                    return [
                        since(operation.startedAt, piece.at),
                        Markdown.text(glyphs.text(mark + trace.words(on: piece)).string),
                    ]
                })
        }
        let advice = Advisor(trace).advice(on: operation)
        guard !advice.isEmpty else { return }
        markdown.heading(level, "Look at next")
        markdown.list(
            advice.map { piece in
                Markdown.text(glyphs.text(piece.text).string)
                    + (piece.command.map { ": " + Markdown.code($0, inTable: false) } ?? "")
            })
    }

    // MARK: The diagram

    private func writeDiagram(_ entry: DiagramSeries.Entry, _ level: Int, to markdown: inout MarkdownWriter) {
        markdown.heading(level, "Diagram")
        var drawing: [UInt8] = []
        var text = TextDiagram(entry.diagram, options: options)
        text.isAlone = false
        withoutActuallyEscaping({ (chunk: [UInt8]) in drawing += chunk }) { text.write(to: $0) }
        markdown.fence("text", longestRun: Markdown.longestRunOfBackticks(in: drawing)) {
            $0.write(bytes: drawing[...])
        }
    }

    // MARK: Calls

    private func calls(of operation: Operation) -> [Call] {
        operation.messages.compactMap { id in
            guard let call = trace.calls[ifKnown: trace.messages[id].call], call.request == id else { return nil }
            return call
        }
    }

    private func writeSlowest(of operation: Operation, _ level: Int, to markdown: inout MarkdownWriter) {
        let timed = calls(of: operation).compactMap { call in call.latency.map { (call, $0) } }
        let slowest = timed.sorted { ($1.1, $0.0.id) < ($0.1, $1.0.id) }.prefix(Self.slowest)
        guard !slowest.isEmpty else { return }
        markdown.heading(level, "Slowest calls")
        markdown.table(
            ["call", "from", "to", "at:", "latency:", "in the broker:", "in the service:"],
            slowest.map { call, latency in
                [
                    Markdown.code(call.title), Markdown.code(trace.label(of: call.from) ?? ""),
                    Markdown.code(trace.label(of: call.to) ?? ""), since(operation.startedAt, call.requestedAt),
                    glyphs.duration(latency), call.brokerTime.map(glyphs.duration) ?? "",
                    call.serviceTime.map(glyphs.duration) ?? "",
                ]
            })
    }

    /// Failures with their class and message, what was given back, what nobody answered, and what services report
    /// beside that.
    private func writeFailures(of operation: Operation, _ level: Int, to markdown: inout MarkdownWriter) {
        let failed = calls(of: operation).filter(\.isProblem).map(row(of:))
        let returned = givenBack(in: operation).map(row(of:))
        let untaken = operation.messages.map { trace.messages[$0] }.filter { $0.kind == .cast && $0.isUntaken }
        let reported = reports(in: operation).map(row(of:))
        let rows = (failed + returned + untaken.map(row(of:)) + reported).sorted { $0.at < $1.at }
        guard !rows.isEmpty else { return }
        markdown.heading(level, "Failures")
        markdown.table(
            ["at:", "message", "from", "to", "what", "packets"],
            rows.map { row in
                [
                    since(operation.startedAt, row.at), Markdown.code(row.title), Markdown.code(row.from ?? ""),
                    Markdown.code(row.to ?? ""), row.what, row.packets ?? "",
                ]
            })
    }

    /// The first messages that tell of each exception, where no answer does.
    private func reports(in operation: Operation) -> [Message] {
        var told = Set(calls(of: operation).compactMap { $0.error?.message.trimmingEnd() })
        return operation.messages.map { trace.messages[$0] }.filter { message in
            message.facts?.fault.map { told.insert($0.message.trimmingEnd()).inserted } ?? false
        }
    }

    /// What the broker gave back but requests of calls, which are told of with their calls; of one answer the first
    /// attempt, and none where the call tells of it.
    private func givenBack(in operation: Operation) -> [Message] {
        var told = Set(calls(of: operation).filter { $0.isProblem && $0.replyFate == .returned }.map(\.id))
        return operation.messages.map { trace.messages[$0] }.filter { message in
            guard message.returned != nil, message.kind != .call else { return false }
            guard message.kind == .reply, let call = message.call else { return true }
            return told.insert(call).inserted
        }
    }

    private static let untaken = "no delivery seen"

    private typealias Failure = (
        at: Timestamp, title: String, from: String?, to: String?, what: String, packets: String?
    )

    private func row(of call: Call) -> Failure {
        var what: String
        switch call.outcome {
        case .error:
            let failure = call.error
            what =
                Markdown.code(failure?.className ?? "?")
                + (failure.map { $0.message.isEmpty ? "" : ": " + Markdown.text($0.message.trimmingEnd()) } ?? "")
        case .timedOut: what = "timed out"
        case .unanswered:
            let isUntaken = call.request.map { trace.messages[$0].isUntaken } ?? false
            what = isUntaken ? Self.untaken : "not answered before the capture ended"
        case .returned:
            let returned = call.request.flatMap { trace.messages[$0].returned }
            what = "given back by the broker: " + Markdown.text(returned.map { "\($0.code) \($0.text)" } ?? "")
        case .ok, .orphanReply: what = ""
        }
        what = lostAnswer(of: call) ?? what
        let message = (call.outcome == .error ? call.reply : nil) ?? call.request
        return (
            call.requestedAt ?? call.repliedAt ?? Timestamp(nanoseconds: 0), call.title, trace.label(of: call.from),
            trace.label(of: call.to), what, message.flatMap { trace.packetWords(of: trace.messages[$0]) }
        )
    }

    /// What became of an answer that the caller did not get, or too late.
    private func lostAnswer(of call: Call) -> String? {
        switch call.replyFate {
        case .late: return "timed out; the answer came too late"
        case .misdelivered: return "its answer went to another process than the one that had asked"
        case .undelivered: return "its answer was not delivered"
        case .returned:
            let times = call.replyAttempts > 1 ? " \(call.replyAttempts) times" : ""
            let reason = call.reply.flatMap { trace.messages[$0].returned }.map { ": \($0.code) \($0.text)" } ?? ""
            return "its answer was given back by the broker\(times)" + Markdown.text(reason)
        case .delivered, nil: return nil
        }
    }

    private func row(of message: Message) -> Failure {
        let returned = message.returned.map { "given back by the broker: " + Markdown.text("\($0.code) \($0.text)") }
        let reported = message.facts?.fault.map { Markdown.text($0.words) }
        return (
            message.at ?? Timestamp(nanoseconds: 0), message.title, trace.label(of: message.from),
            message.queue, returned ?? reported ?? Self.untaken, trace.packetWords(of: message)
        )
    }
}
