import Trace

/// A value: a format that `export` writes.
package struct Format: Sendable {
    /// As given to `--format`.
    package let name: String
    /// For `--help`.
    package let summary: String
    /// Without the dot; the first is the usual one.
    package let fileExtensions: [String]
    package let renderer: any Renderer
    /// How it is written while a capture goes on; `nil` for formats that need all of it. `isBounded` says whether lines are
    /// cut at the width of the options.
    package var live: (@Sendable (DiagramOptions, _ isBounded: Bool, @escaping OutputSink) -> any LiveRenderer)?
}

/// The list of formats. A new one is a folder beside `Text/` and a row here.
package enum Formats {
    package static let all: [Format] = [
        Format(
            name: "text", summary: "sequence diagrams as text", fileExtensions: ["txt", "text"],
            renderer: TextRenderer(), live: { LiveLines($0, isBounded: $1, to: $2) }),
        Format(
            name: "json", summary: "the trace as one JSON document", fileExtensions: ["json"],
            renderer: JSONRenderer(shape: .document)),
        Format(
            name: "jsonl", summary: "the trace as JSON Lines, one object a line", fileExtensions: ["jsonl", "ndjson"],
            renderer: JSONRenderer(shape: .lines), live: { LiveJSON(to: $2) }),
    ]

    /// The format of that name.
    package static func named(_ name: String) -> Format? {
        all.first { $0.name == name.lowercased() }
    }

    /// The format of a file by its extension.
    package static func forFile(_ path: String) -> Format? {
        let name = path.split(separator: "/").last ?? ""
        guard let dot = name.lastIndex(of: ".") else { return nil }
        let ending = name[name.index(after: dot)...].lowercased()
        return all.first { $0.fileExtensions.contains(ending) }
    }
}

/// A value: the text format.
package struct TextRenderer: Renderer {
    package var writesLoneMessages: Bool { false }

    package init() {}

    package func render(
        _ trace: BusTrace, operations: [Int]?, messages: [Int]?, options: DiagramOptions,
        to sink: @escaping OutputSink
    ) {
        TextReport(trace, operations: operations, options: options).write(to: sink)
    }
}

/// A value: the JSON formats.
package struct JSONRenderer: Renderer {
    package var writesLoneMessages: Bool { true }
    private let shape: TraceJSON.Shape

    package init(shape: TraceJSON.Shape) {
        self.shape = shape
    }

    package func render(
        _ trace: BusTrace, operations: [Int]?, messages: [Int]?, options: DiagramOptions,
        to sink: @escaping OutputSink
    ) {
        TraceJSON(trace, operations: operations, messages: messages).write(shape, to: sink)
    }
}
