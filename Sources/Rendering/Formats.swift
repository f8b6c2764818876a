package import Trace

/// A value: a format that `export` writes.
package struct Format: Sendable {
    /// As given to `--format`.
    package let name: String
    /// For `--help`.
    package let summary: String
    /// Without the dot, of one part or several; the first is the usual one.
    package let fileExtensions: [String]
    package let renderer: any Renderer
    /// Whether it is no text, so that it does not belong on a terminal.
    package var isBinary = false
    /// What is to be said on standard error when it is written; one sentence without the full stop.
    package var warning: (@Sendable (TraceExtract) -> String)?
    /// The messages whose contents it shows without being asked for; `nil` for a format that shows none by itself.
    /// Refuses what the renderer refuses, before the contents are read.
    package var shownContents: (@Sendable (TraceExtract) throws(RenderingFailure) -> Set<MessageID>)?
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
            name: "markdown", summary: "a report with tables and diagrams, for tickets and wikis",
            fileExtensions: ["md", "markdown"], renderer: MarkdownRenderer()),
        Format(
            name: "mermaid", summary: "a Mermaid sequence diagram, for wikis and tickets",
            fileExtensions: ["mmd", "mermaid"], renderer: MermaidRenderer()),
        Format(
            name: "plantuml", summary: "PlantUML sequence diagrams", fileExtensions: ["puml", "plantuml", "pu"],
            renderer: PlantUMLRenderer()),
        Format(
            name: "svg", summary: "sequence diagrams as one picture, for reading and printing", fileExtensions: ["svg"],
            renderer: SVGRenderer()),
        Format(
            name: "html", summary: "one page with diagrams, messages and contents, for a browser",
            fileExtensions: ["html", "htm"], renderer: HTMLRenderer(),
            shownContents: { extract throws(RenderingFailure) in try HTMLRenderer().messages(of: extract) }),
        Format(
            name: "json", summary: "the trace as one JSON document", fileExtensions: ["json"],
            renderer: JSONRenderer(shape: .document)),
        Format(
            name: "jsonl", summary: "the trace as JSON Lines, one object a line", fileExtensions: ["jsonl", "ndjson"],
            renderer: JSONRenderer(shape: .lines), live: { LiveJSON(to: $2) }),
        Format(
            name: "csv", summary: "a table of the calls, for a spreadsheet", fileExtensions: ["csv", "calls.csv"],
            renderer: CSVRenderer(.calls)),
        Format(
            name: "csv-messages", summary: "a table of the messages, for a spreadsheet",
            fileExtensions: ["messages.csv"], renderer: CSVRenderer(.messages)),
        Format(
            name: "pcapng", summary: "the packets of the selected operations, as they were captured",
            fileExtensions: ["pcapng"], renderer: PcapngRenderer(), isBinary: true,
            warning: { PcapngRenderer.warning(for: $0) }),
    ]

    /// The format of that name.
    package static func named(_ name: String) -> Format? {
        all.first { $0.name == name.lowercased() }
    }

    /// The format of a file by the longest of the extensions that its name ends in.
    package static func forFile(_ path: String) -> Format? {
        let name = path.split(separator: "/").last?.lowercased() ?? ""
        func length(_ format: Format) -> Int {
            format.fileExtensions.filter { name.hasSuffix("." + $0) }.map(\.count).max() ?? 0
        }
        return all.max { length($0) < length($1) }.flatMap { length($0) > 0 ? $0 : nil }
    }
}
