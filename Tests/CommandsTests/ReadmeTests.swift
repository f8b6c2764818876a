import Foundation
import Rendering
import TestSupport
import Testing

@Suite struct `The README` {
    private let readme: String

    init() throws {
        readme = try String(
            contentsOf: ExternalProgram.projectFolder.appending(path: "README.md"), encoding: .utf8)
    }

    /// The cells of the table that begins with that heading.
    private func table(headed heading: String) -> [[String]] {
        let lines = readme.split(separator: "\n", omittingEmptySubsequences: false)
        guard let first = lines.firstIndex(where: { $0.hasPrefix("| \(heading) |") }) else { return [] }
        return lines[(first + 2)...].prefix { $0.hasPrefix("|") }.map { line in
            line.dropFirst().dropLast().split(separator: " | ", omittingEmptySubsequences: false).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
        }
    }

    @Test func `names every format, its files and what it is, in the order of the list`() {
        let rows = table(headed: "format")
        #expect(rows.map { $0[0] } == Formats.all.map { "`\($0.name)`" })
        #expect(rows.map { $0[1] } == Formats.all.map { $0.fileExtensions.map { "`.\($0)`" }.joined(separator: " ") })
        #expect(rows.map { $0[2] } == Formats.all.map(\.summary))
    }
}
