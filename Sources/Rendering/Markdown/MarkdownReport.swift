import Trace

/// A value: a report for a ticket or a wiki: what was found, of each operation its verdict, table and diagram, how much of
/// the capture could be read, and how the report was made.
///
///     # boot `vm-ok`: completed
///
///     **completed: active on compute1 after 8.3 s** · 41 messages, 17 calls, all answered
///
///     | operation | boot |
///     …
///
///     ## Diagram
///     ```text
///     …
///
/// Of one operation the sections stand beneath the title, of several beneath a heading each.
struct MarkdownReport {
    private let extract: TraceExtract
    private let trace: BusTrace
    private let options: DiagramOptions
    private let glyphs: GlyphTable

    init(_ extract: TraceExtract) {
        self.extract = extract
        trace = extract.trace
        var options = extract.options
        options.color = false
        self.options = options
        glyphs = options.glyphs
    }

    func write(to sink: @escaping OutputSink) {
        var markdown = MarkdownWriter(to: sink)
        let listed = trace.operations(extract.operations)
        let told = extract.told
        if told.count == 1, listed.count == 1 {
            markdown.heading(1, title(of: SequenceHeader(told[0])))
        } else {
            markdown.heading(1, title(ofSeveral: listed.count))
            if listed.isEmpty { markdown.list(extract.nothingFound.map { Markdown.text(glyphs.text($0).string) }) }
            write(listed, to: &markdown)
        }
        if told.isEmpty, !listed.isEmpty {
            markdown.paragraph("Select with `--instance`, `--request` or `--problems` to have operations told in full.")
        }
        let notes = CaptureReport(trace, options: options).notes
        let sections = MarkdownSections(trace: trace, options: options)
        let isOnly = told.count == 1 && listed.count == 1
        extract.diagrams(told: notes).forEach { entry in
            let level = isOnly ? 2 : 3
            if !isOnly { markdown.heading(2, title(of: entry.diagram.header)) }
            markdown.paragraph(verdict(of: entry.diagram.header))
            sections.write(entry, level: level, to: &markdown)
        }
        writeCoverage(notes, to: &markdown)
        writeMaking(to: &markdown)
        markdown.flush()
    }

    // MARK: Title and list

    private func title(of header: SequenceHeader) -> String {
        let name = header.instanceName ?? header.instances.first ?? header.requestID
        return Markdown.text(header.kind) + (name.map { " " + Markdown.code($0, inTable: false) } ?? "") + ": "
            + Markdown.text(header.outcome)
    }

    private func title(ofSeveral count: Int) -> String {
        if count > 0 || extract.operations != nil { return "\(counted(count, "operation")) on the message bus" }
        return trace.troubleNotes.isEmpty
            ? "No operation on the message bus" : "Trouble with connections, and no operation on the message bus"
    }

    private func verdict(of header: SequenceHeader) -> String {
        let sentence = Markdown.text(glyphs.text(header.sentence).string)
        return (["**\(sentence)**"] + header.counts.statements.map { Markdown.text($0) })
            .joined(separator: glyphs.separator)
    }

    private func write(_ operations: [Operation], to markdown: inout MarkdownWriter) {
        let names = OperationNames(operations)
        let hosts = trace.virtualHostsOfOperations
        markdown.table(
            ["started (UTC)", "kind", "instance", "request", "outcome"] + (hosts.isEmpty ? [] : ["virtual host"])
                + ["step", "duration:", "messages:"],
            operations.map { operation in
                let place = hosts.isEmpty ? [] : [Markdown.code(hosts[operation.id] ?? "")]
                return [
                    "\(operation.startedAt.calendarDate) \(operation.startedAt.clock.dropLast(3))",
                    Markdown.text(operation.kind.rawValue),
                    Markdown.code(operation.instances.isEmpty ? "" : names.name(of: operation)),
                    Markdown.code(operation.requestID ?? ""), Markdown.text(operation.outcome.rawValue),
                ] + place + [
                    Markdown.text(operation.stepReached ?? ""),
                    glyphs.duration(of: operation), String(operation.messages.count),
                ]
            })
    }

    // MARK: Coverage, making

    private func writeCoverage(_ notes: [String], to markdown: inout MarkdownWriter) {
        markdown.heading(2, "Coverage")
        markdown.table(
            ["capture", "link type", "packets:", "bytes:", "from (UTC)", "duration:"],
            trace.capture.sources.map { source in
                [
                    Markdown.code(source.path), Markdown.text(source.linkType), String(source.packets),
                    byteCount(source.bytes), source.first.map { "\($0.calendarDate) \($0.clock.dropLast(3))" } ?? "",
                    zip(source.first, source.last).map { glyphs.duration($1 - $0) } ?? "",
                ]
            })
        let counts = [
            counted(trace.capture.connections.count, "AMQP connection"), counted(trace.messages.count, "message"),
            counted(trace.calls.count, "call"), counted(trace.operations.count, "operation"),
        ].joined(separator: ", ")
        let told = trace.operations.isEmpty && extract.operations == nil ? Set(extract.nothingFound) : []
        let notes = notes.filter { !told.contains($0) }
            .map { Markdown.text(glyphs.text($0).string) }
        markdown.list([counts + " read"] + (notes.isEmpty && told.isEmpty ? ["no gap, nothing skipped"] : notes))
    }

    private func writeMaking(to markdown: inout MarkdownWriter) {
        markdown.heading(2, "How it was made")
        let command = extract.command.isEmpty ? "" : ": " + Markdown.code(extract.command, inTable: false)
        markdown.paragraph("\(Program.name) \(Program.version), from packets of the message bus\(command)")
        markdown.paragraph(
            "Times are UTC. Secrets in what messages carried are redacted unless `--show-secrets` was given.")
    }

    private func zip(_ first: Timestamp?, _ last: Timestamp?) -> (Timestamp, Timestamp)? {
        first.flatMap { first in last.map { (first, $0) } }
    }
}
