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
        // Nothing goes out before it is known that it is not too much; what the limit allows is small.
        var document: [UInt8] = []
        try withoutActuallyEscaping({ (chunk: [UInt8]) in document += chunk }) { sink throws(RenderingFailure) in
            try write(extract, to: sink)
        }
        sink(document)
    }

    private func write(_ extract: TraceExtract, to sink: @escaping OutputSink) throws(RenderingFailure) {
        var writer = PlantUMLWriter(options: extract.options, to: sink)
        var extent = DrawingExtent()
        try extract.diagrams.forEach { entry throws(RenderingFailure) in
            try extent.add(entry.diagram, format: Self.name)
            let script = SequenceScript(entry.diagram, trace: extract.trace, options: extract.options)
            writer.write(script, alike: entry.alikeSentence)
        }
        guard writer.textLines <= Limits.plantUMLLines else {
            throw .tooMuch(
                writer.textLines, "lines of text", limit: Limits.plantUMLLines, format: Self.name,
                hasDetail: extract.options.detail != .none)
        }
        if writer.isEmpty { writer.writeNothingFound(extract.nothingFound) }
        writer.flush()
    }
}
