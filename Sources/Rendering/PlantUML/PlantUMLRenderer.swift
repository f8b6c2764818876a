import Trace

/// A value: the PlantUML format, one `@startuml` … `@enduml` for each diagram.
///
/// What PlantUML would take too long over is refused.
package struct PlantUMLRenderer: Renderer {
    package var writesLoneMessages: Bool { false }
    private static let name = "a PlantUML file"

    package init() {}

    package func render(_ extract: TraceExtract, to sink: @escaping OutputSink) throws(RenderingFailure) {
        try extract.checkIsDrawn(as: Self.name)
        var writer = PlantUMLWriter(options: extract.options, to: sink)
        var statements = 0
        var isEmpty = true
        extract.diagrams.forEach { entry in
            statements += entry.diagram.events.count
            // What is too much is only counted.
            guard statements <= Limits.plantUMLStatements else { return }
            let script = SequenceScript(entry.diagram, trace: extract.trace, options: extract.options)
            writer.write(script, alike: entry.alikeSentence)
            isEmpty = false
        }
        guard statements <= Limits.plantUMLStatements else {
            throw .tooMuch(statements, "arrows and notes", limit: Limits.plantUMLStatements, format: Self.name)
        }
        if isEmpty { writer.writeNothingFound() }
        writer.flush()
    }
}
