import Trace

/// A value: the `svg` format: the diagrams of the operations beneath each other in one document.
package struct SVGRenderer: Renderer {
    package var writesLoneMessages: Bool { false }

    /// Chromium without a graphics card opens 10,000 within three seconds and scrolls them at 40 frames a second; of
    /// 20,000 it shows less than 20 frames a second and stops for a third of one in between.
    package static let mostMessages = 10_000
    /// A drawing's head weighs as much as those of five messages.
    package static let mostOperations = 1000

    package init() {}

    package func render(_ extract: TraceExtract, to sink: @escaping OutputSink) throws(RenderingFailure) {
        let drawings = try drawings(of: extract)
        var xml = XMLWriter(to: sink)
        if drawings.count == 1, let drawing = drawings.first {
            SVGPainter(drawing).write(as: .document, to: &xml)
        } else {
            write(drawings, nothing: drawings.isEmpty ? extract.nothingFound : [], extract.options, to: &xml)
        }
        xml.flush()
    }

    /// The heights must be known before the first byte; there are not more drawings than the limit allows.
    private func drawings(of extract: TraceExtract) throws(RenderingFailure) -> [SVGDrawing] {
        try extract.checkIsDrawn(as: "svg")
        let series = extract.diagrams
        if series.operations.count > Self.mostOperations {
            throw .tooMuch(series.operations.count, "operations", limit: Self.mostOperations, format: "svg")
        }
        var (drawings, count): ([SVGDrawing], Int) = ([], series.messageCount)
        if count <= Self.mostMessages {
            count = 0
            var extent = DrawingExtent()
            try series.forEach { entry throws(RenderingFailure) in
                try extent.add(entry.diagram, format: "svg")
                count += entry.diagram.header.counts.messages
                if count > Self.mostMessages {
                    drawings = []
                } else {
                    drawings.append(
                        SVGDrawing(entry.diagram, options: extract.options, remark: entry.alikeSentence))
                }
            }
        }
        if count > Self.mostMessages {
            throw .tooMuch(count, "messages", limit: Self.mostMessages, format: "svg")
        }
        return drawings
    }

    /// - Parameter nothing: what is said where there are no drawings.
    private func write(
        _ drawings: [SVGDrawing], nothing: [String], _ options: DiagramOptions, to xml: inout XMLWriter
    ) {
        let empty = "no operation to draw"
        let lines = nothing.flatMap { options.glyphs.text($0).wrapped(to: Limits.emptyNoteCells) }
        let longest = lines.map(\.width).max() ?? 0
        let width = drawings.map(\.width).max() ?? max(Int(SVGColumns.smallestWidth), 48 + longest * 9)
        let height = drawings.isEmpty ? 44 + 20 * max(1, lines.count) : drawings.total(of: \.height)
        xml.declaration()
        xml.open(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "width": String(width), "height": String(height),
                "viewBox": "0 0 \(width) \(height)", "class": "sq", "role": "img",
                "aria-labelledby": "sequences-title", "xml:space": "preserve",
            ])
        let title = drawings.isEmpty ? empty : counted(drawings.count, "sequence diagram")
        xml.leaf("title", title, ["id": "sequences-title"])
        xml.leaf("style", SVGDrawing.styleSheet)
        xml.empty("rect", ["class": "sq-page", "width": String(width), "height": String(height)])
        for (index, line) in lines.enumerated() where drawings.isEmpty {
            xml.leaf("text", line.string, ["class": "sq-note", "x": "24", "y": String(36 + 20 * index)])
        }
        var top = 0
        for (index, drawing) in drawings.enumerated() {
            let prefix = "sequence-\(index + 1)"
            xml.open(
                "g",
                [
                    "transform": "translate(0 \(top))", "role": "group",
                    "aria-labelledby": "\(prefix)-title \(prefix)-desc",
                ])
            let painter = SVGPainter(drawing)
            painter.writeTitle(prefix: prefix, to: &xml)
            painter.writeContent(to: &xml)
            xml.close("g")
            top += drawing.height
        }
        xml.close("svg")
    }
}
