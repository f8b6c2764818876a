import Foundation
import TestSupport
import Testing

/// `Tests/README.md` says what is said in which situation; what it names must be there, and be true.
@Suite struct `The tests' README` {
    /// A value: a row of its table.
    struct Row: Sendable, CustomTestStringConvertible {
        let situation: String
        let said: String
        /// Files of cases, and names of tests.
        let shownBy: [String]

        var testDescription: String { situation }

        var cases: [IncidentCase] { IncidentCase.all.filter { shownBy.contains($0.file) } }

        static let all: [Row] = {
            let file = ExternalProgram.projectFolder.appending(path: "Tests/README.md")
            let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
            let lines = text.split(separator: "\n").drop { $0 != "## What is said when" }.dropFirst()
            let section = lines.prefix { !$0.hasPrefix("## ") }
            return section.filter { $0.hasPrefix("| ") }.dropFirst().map { line in
                let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
                return Row(
                    situation: cells.first ?? "", said: cells.dropFirst().first ?? "",
                    shownBy: (cells.last ?? "").matches(of: #/`([^`]+)`/#).map { String($0.1) })
            }
        }()
    }

    /// The source of all tests.
    private static let sources: String = {
        let folder = ExternalProgram.projectFolder.appending(path: "Tests")
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects ?? []
        return files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
            .compactMap { try? String(contentsOf: $0, encoding: .utf8) }.joined()
    }()

    @Test func `has a row for every case, and for every incident on a live bus`() throws {
        #expect(Row.all.count > 20)
        let shown = Set(Row.all.flatMap(\.shownBy))
        #expect(IncidentCase.all.map(\.file).filter { !shown.contains($0) } == [])
        let folder = ExternalProgram.projectFolder.appending(path: "Tests/LiveTests/Incidents")
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
            let text = try String(contentsOf: file, encoding: .utf8)
            let tests = text.matches(of: #/@Test.*\n? *func `([^`]+)`/#).map { String($0.1) }
            #expect(tests.filter { !shown.contains($0) } == [])
        }
    }

    @Test(arguments: Row.all)
    func `names only tests and cases that there are`(row: Row) {
        #expect(!row.shownBy.isEmpty)
        for name in row.shownBy where !IncidentCase.all.contains(where: { $0.file == name }) {
            #expect(Self.sources.contains("func `\(name)`"), "\(name)")
        }
    }

    @Test(arguments: Row.all.filter { !$0.cases.isEmpty && !$0.isOfSameness })
    func `gives words that are really said`(row: Row) async throws {
        for incident in row.cases {
            var text = ""
            for command in ["list", "explain", "connections"] {
                let result = try await ExternalProgram.novatrace.run([command, "--width", "400", incident.path])
                text += result.output + result.errors
            }
            let parts = row.said.split(separator: "…").map { $0.trimmingCharacters(in: .whitespaces) }
            #expect(parts.filter { !text.contains($0) } == [], "\(incident.file)")
        }
    }
}

extension `The tests' README`.Row {
    /// Whether nothing is to be said but what is said of a capture without trouble.
    fileprivate var isOfSameness: Bool { said.hasPrefix("the same") || said == "nothing" }
}
