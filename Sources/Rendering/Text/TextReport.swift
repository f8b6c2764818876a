package import Trace

/// A value: what `replay` prints: the capture, the operations found in it, and their diagrams.
///
/// Without a selection the diagrams are those of the boots, else of every operation; of more than
/// `Limits.drawnOperations` other operations only the list is given.
package struct TextReport: Sendable, LineWritable {
    let trace: BusTrace
    /// `nil` for no selection.
    let selection: [OperationID]?
    package let options: DiagramOptions

    package init(_ trace: BusTrace, operations: [OperationID]? = nil, options: DiagramOptions = DiagramOptions()) {
        self.trace = trace
        selection = operations
        self.options = options
    }

    package func write(to output: inout StyledOutput) {
        let report = CaptureReport(trace, options: options)
        let notes = report.notes
        report.write(notes, to: &output)
        let listed = trace.operations(selection)
        output.endLine()
        guard !listed.isEmpty else {
            let nothing = selection == nil ? trace.withReason("no operation found") : "no operation matches"
            output.line(options.glyphs.text(nothing), .warning)
            return
        }
        OperationList(listed, virtualHosts: trace.virtualHostsOfOperations, options: options).write(to: &output)
        let drawn = trace.operationsToTell(selection)
        if drawn.isEmpty {
            output.endLine()
            let hint = "select with --instance, --request, --method, --service or --problems to see diagrams"
            for line in options.glyphs.text(hint).wrapped(to: options.cells) { output.line(line) }
        }
        DiagramSeries(trace, operations: selection, options: options, told: notes).forEach { entry in
            output.endLine()
            TextDiagram(entry.diagram, options: options).write(to: &output)
            guard let sentence = entry.alikeSentence else { return }
            output.endLine()
            for line in options.glyphs.text(sentence).wrapped(to: options.cells) { output.line(line) }
        }
    }
}

/// A value: what was captured and how much of it could be read.
package struct CaptureReport: Sendable, LineWritable {
    let trace: BusTrace
    package let options: DiagramOptions

    package init(_ trace: BusTrace, options: DiagramOptions = DiagramOptions()) {
        self.trace = trace
        self.options = options
    }

    package func write(to output: inout StyledOutput) { write(notes, to: &output) }

    /// - Parameter notes: those of the property, which take a pass over all connections.
    func write(_ notes: [String], to output: inout StyledOutput) {
        let glyphs = options.glyphs
        for source in trace.capture.sources {
            output.write(
                fields: statements(on: source, glyphs), separator: glyphs.separator, width: options.cells, .plain,
                glyphs)
        }
        output.write(
            fields: [
                counted(trace.capture.connections.count, "AMQP connection"), counted(trace.messages.count, "message"),
                counted(trace.calls.count, "call"), counted(trace.operations.count, "operation"),
            ], separator: glyphs.separator, width: options.cells, .plain, glyphs)
        for others in [otherMessages, cutMessages].compactMap(\.self) {
            for line in glyphs.text(others).wrapped(to: options.cells) { output.line(line) }
        }
        for note in notes {
            for line in glyphs.text("note: \(note)").wrapped(to: options.cells) { output.line(line, .warning) }
        }
    }

    /// What is not oslo.messaging's, as other applications on the same broker are, by what it is.
    private var otherMessages: String? {
        var counts: [String: Int] = [:]
        for message in trace.messages where message.kind == .opaque && !message.isTruncated {
            counts[message.facts?.content ?? "not readable", default: 0] += 1
        }
        guard !counts.isEmpty else { return nil }
        let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let kinds = sorted.prefix(Limits.otherContents).map { "\($0.value) \(options.glyphs.times) \($0.key)" }
        let rest = sorted.count > Limits.otherContents ? ["and others"] : []
        return "\(counted(counts.values.total { $0 }, "message")) not of oslo.messaging: "
            + (kinds + rest).joined(separator: "; ")
    }

    /// Whose they are is not known: the capture holds too little of them.
    private var cutMessages: String? {
        let count = trace.messages.count { $0.kind == .opaque && $0.isTruncated }
        guard count > 0 else { return nil }
        let reason =
            trace.capture.cutSentence == nil
            ? "the capture holds \(count == 1 ? "its" : "their") beginning at most"
            : "cut by the capture, -s 0 keeps \(count == 1 ? "it" : "them") whole"
        return "\(counted(count, "message")) not read: \(reason)"
    }

    func statements(on source: CaptureSource, _ glyphs: GlyphTable) -> [String] {
        var statements = [source.path, source.linkType, counted(source.packets, "packet"), byteCount(source.bytes)]
        if let first = source.first, let last = source.last {
            statements.append("\(first.calendarDate) \(first.clock.dropLast(3)) UTC")
            statements.append(glyphs.duration(last - first))
        }
        return statements
    }

    var notes: [String] {
        let capture = trace.capture
        var notes = CoverageNotes(connections: capture.connections, of: capture).sentences + capture.clockNotes
        notes += trace.troubleNotes + [trace.virtualHostNote].compactMap(\.self) + capture.network.notes
        notes += capture.excerptNotes
        for (name, count) in capture.otherProtocols.sorted(by: { $0.key < $1.key }) {
            let protocolName = name == "unknown" ? "an unknown protocol" : name
            notes.append("\(counted(count, "connection")) of \(protocolName) not read")
        }
        if capture.unreadCount > 0 {
            notes.append(
                "\(counted(capture.unreadCount, "frame or message", plural: "frames or messages")) could not be read, or not "
                    + "wholly (novatrace export --format json lists them under anomalies)")
        }
        return notes
    }
}
