import Foundation
import Rendering
import TestSupport
import Testing

/// What `Programs/draw-mermaid.py` prints.
private struct MermaidDrawings: Decodable {
    struct Drawing: Decodable {
        /// What Mermaid said of a document that it does not draw, else empty.
        let error: String
        let elements: [String: Int]
        let texts: [String]
        let actors: Int
        let messages: Int
        let notes: Int
        let activations: Int

        /// Actors, messages, notes, activations.
        var counts: [Int] { [actors, messages, notes, activations] }

        var diagram: DrawnDiagram { DrawnDiagram(elements: elements, texts: texts) }
    }

    let drawings: [Drawing]
    let console: [String]
    let requests: [String]

    private static let library = ExternalProgram.projectFolder
        .appending(path: ".build/mermaid/package/artoo_mermaid/assets/mermaid.min.js")

    static func areToBeHad() async -> Bool {
        if ExternalProgram.mustBeInstalled { return true }
        let hasLibrary = FileManager.default.fileExists(atPath: library.path(percentEncoded: false))
        let hasBrowser = await ReaderProgram.hasBrowser()
        return hasLibrary && hasBrowser
    }

    static let areMissing: Comment = "the browser or Mermaid is missing: run .ci/setup test"

    static func of(_ paths: [String]) async throws -> MermaidDrawings {
        let arguments = [library.path(percentEncoded: false)] + paths
        return try await ReaderProgram.run("draw-mermaid", arguments, as: MermaidDrawings.self)
    }
}

@Suite(.serialized, .enabled(MermaidDrawings.areMissing) { await MermaidDrawings.areToBeHad() })
struct `Mermaid draws` {
    @Test func `names as they are, whatever they look like`() async throws {
        let scratch = try Scratch()
        let names = ["plain"] + HostileTrace.names + [HostileTrace.long]
        let paths = try written(names.map(HostileTrace.trace), as: "mermaid", to: scratch)
        let drawn = try await MermaidDrawings.of(paths)
        #expect(drawn.console == [])
        #expect(drawn.requests.allSatisfy { $0.hasSuffix("page.html") || $0.hasSuffix("mermaid.min.js") })
        try #require(drawn.drawings.count == names.count)
        let plain = drawn.drawings[0]
        #expect(plain.error == "")
        #expect(plain.counts == [4, 5, 2, 1])
        for (name, drawing) in zip(names, drawn.drawings) {
            #expect(drawing.error == "", "\(name.debugDescription)")
            let shown = DrawnDiagram.letters(TerminalText(name).string)
            // As a participant, its host, the title, an exception and its message, a method of four messages.
            #expect(
                drawing.diagram.letters.ranges(of: shown).count >= 10, "\(name.debugDescription): \(drawing.texts)")
            #expect(drawing.counts == plain.counts, "\(name.debugDescription)")
            if name != HostileTrace.long { #expect(drawing.elements == plain.elements, "\(name.debugDescription)") }
        }
    }

    @Test func `each recording`() async throws {
        let scratch = try Scratch()
        let paths = try await exportedRecordings(as: "mmd", to: scratch)
        let drawings = try await MermaidDrawings.of(paths).drawings
        try #require(drawings.count == paths.count)
        for (path, drawing) in zip(paths, drawings) {
            let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            #expect(drawing.error == "", "\(path)")
            #expect(drawing.actors == lines.count { $0.hasPrefix("    participant") }, "\(path)")
            #expect(drawing.messages == lines.count { $0.prefixMatch(of: #/    p\d+-/#) != nil }, "\(path)")
            #expect(drawing.notes == lines.count { $0.hasPrefix("    Note") }, "\(path)")
            #expect(drawing.activations == lines.count { $0.prefixMatch(of: #/    p\d+-[->x]+\+/#) != nil }, "\(path)")
        }
    }
}
