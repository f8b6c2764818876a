import Trace

/// A value: notes below a result, each from the left edge; nothing for none.
package struct NoteLines: Sendable, LineWritable {
    package let notes: [String]
    /// Whether nothing stands above them.
    let isFirst: Bool
    package let options: DiagramOptions

    package init(_ notes: [String], isFirst: Bool = false, options: DiagramOptions) {
        self.notes = notes
        self.isFirst = isFirst
        self.options = options
    }

    package func write(to output: inout StyledOutput) {
        if !notes.isEmpty, !isFirst { output.endLine() }
        for note in notes { output.paragraph("note: \(note)", width: options.cells, .warning, options.glyphs) }
    }
}
