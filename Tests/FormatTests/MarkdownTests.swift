import Foundation
import TestSupport
import Testing

/// Markdown as GitHub's own parser reads it.
private enum MarkdownReader {
    static let program = ExternalProgram.installed("cmark-gfm")

    static var isAvailable: Bool { program != nil || ExternalProgram.mustBeInstalled }

    static func html(_ markdown: String) async throws -> String {
        let program = try #require(program, "cmark-gfm is missing")
        let result = try await program.run(
            ["--unsafe", "-e", "table", "-e", "strikethrough", "-e", "autolink"], input: Array(markdown.utf8))
        #expect(result.status == 0)
        return result.output
    }
}

@Suite(.enabled(if: MarkdownReader.isAvailable, "cmark-gfm is missing (Debian: cmark-gfm)"))
struct `A report in Markdown` {
    private func export(_ capture: String, _ options: [String] = []) async throws -> String {
        let result = try await ExternalProgram.novatrace.run(["export", capture, "--format", "markdown"] + options)
        #expect(result.status == 0, "\(result.errors)")
        return result.output
    }

    @Test func `is read by GitHub's parser as headings, tables and one fence`() async throws {
        let html = try await MarkdownReader.html(try await export("captures/boot-novalidhost.pcap"))
        #expect(html.contains("<h1>boot <code>vm-huge</code>: failed</h1>"))
        for heading in [
            "Steps", "States", "Evidence", "Look at next", "Diagram", "Slowest calls", "Failures", "Coverage",
            "How it was made",
        ] { #expect(html.contains("<h2>\(heading)</h2>"), "\(heading)") }
        #expect(html.components(separatedBy: "<pre").count == 2)
        #expect(html.components(separatedBy: "<table>").count == 8)
        #expect(html.contains("<code>NoValidHost</code>: No valid host was found."))
        #expect(html.contains("<code>novatrace export captures/boot-novalidhost.pcap --format markdown</code>"))
    }

    @Test func `names what nobody took among the failures`() async throws {
        let scratch = try Scratch()
        let capture = try scratch.write("hostile.pcap", HostileBoot.pcap())
        let html = try await MarkdownReader.html(try await export(capture))
        let rows = html.components(separatedBy: "<tr>").filter { $0.contains("<td>no delivery seen</td>") }
        #expect(rows.count == HostileBoot.names.indices.count { $0 % 3 == 2 })
    }

    @Test func `of several operations lists them and tells each`() async throws {
        let html = try await MarkdownReader.html(
            try await export("captures/lifecycle.pcap", ["--since", "+0s"]))
        #expect(html.contains("operations on the message bus</h1>"))
        #expect(html.components(separatedBy: "<h2>").count > 10)
    }

    @Test func `holds the names of a hostile capture as text, and nothing that they say`() async throws {
        let scratch = try Scratch()
        let capture = try scratch.write("hostile.pcap", HostileBoot.pcap())
        let html = try await MarkdownReader.html(try await export(capture))
        for tag in ["<script", "<img", "<a ", "<strong>bold", "<em>", "<del>", "</svg", "<ol"] {
            #expect(!html.contains(tag), "\(tag)")
        }
        let text = html.replacing(/<[^>]*>/, with: "").replacing("&lt;", with: "<").replacing("&gt;", with: ">")
            .replacing("&quot;", with: "\"").replacing("&amp;", with: "&")
        for (index, name) in HostileBoot.names.enumerated() where index % 3 == 1 {
            let visible = name.trimmingCharacters(in: .whitespaces)
            guard visible.unicodeScalars.allSatisfy({ $0.isASCII && $0.value >= 0x20 }) else { continue }
            #expect(text.contains(visible), "\(name)")
        }
        let rows = html.components(separatedBy: "<tr>")
        #expect(rows.allSatisfy { $0.components(separatedBy: "<td").count <= 9 })
    }
}
