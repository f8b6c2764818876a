import Trace

/// A value: the Mermaid format, a `sequenceDiagram` as Mermaid 11 draws it in wikis, on GitHub and on GitLab.
///
/// A Mermaid document is one diagram: several operations stand below each other in it, on common lanes, each begun by a
/// note across all of them. More than Mermaid draws is refused.
package struct MermaidRenderer: Renderer {
    package var writesLoneMessages: Bool { false }
    private static let name = "a Mermaid diagram"

    package init() {}

    package func render(_ extract: TraceExtract, to sink: @escaping OutputSink) throws(RenderingFailure) {
        try extract.checkIsDrawn(as: Self.name)
        let entries = try entries(of: extract)
        var lanes = SharedLanes(extract.trace)
        for entry in entries { lanes.add(entry.diagram) }
        if entries.count > 1 { lanes.arrange() }

        var writer = MermaidWriter(lanes.lanes, options: extract.options)
        let isSingle = entries.count == 1
        writer.begin(isSingle ? entries[0].diagram.header.title : counted(entries.count, "operation"))
        if entries.isEmpty {
            for sentence in extract.nothingFound {
                writer.note(extract.options.glyphs.text(sentence).wrapped(to: Limits.emptyNoteCells))
            }
        }
        for (entry, places) in zip(entries, lanes.places) {
            let script = SequenceScript(entry.diagram, trace: extract.trace, options: extract.options)
            writer.write(script, lanes: places, isTitled: isSingle)
            if let alike = entry.alikeSentence { writer.note(script.wrapped(alike)) }
        }
        guard writer.characters <= Limits.mermaidCharacters else {
            throw .tooMuch(
                writer.characters, "characters of text", limit: Limits.mermaidCharacters, format: Self.name,
                hasDetail: extract.options.detail != .none)
        }
        sink(Array(writer.text.utf8))
    }

    /// All diagrams: the lanes of the last one stand above the first.
    private func entries(of extract: TraceExtract) throws(RenderingFailure) -> [DiagramSeries.Entry] {
        var (entries, statements): ([DiagramSeries.Entry], Int) = ([], 0)
        var extent = DrawingExtent()
        try extract.diagrams.forEach { entry throws(RenderingFailure) in
            try extent.add(entry.diagram, format: Self.name)
            statements += entry.diagram.events.count + 1
            if statements <= Limits.mermaidStatements { entries.append(entry) }
        }
        guard statements <= Limits.mermaidStatements else {
            throw .tooMuch(statements, "arrows and notes", limit: Limits.mermaidStatements, format: Self.name)
        }
        return entries
    }
}
