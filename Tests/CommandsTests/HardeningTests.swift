import Foundation
import TestSupport
import Testing

/// `Tests/HARDENING.md` says what shows that bad input does no harm; what it names must be there.
@Suite struct `The list of bad input` {
    /// A value: a row of one of its tables.
    struct Row: Sendable, CustomTestStringConvertible {
        let section: String
        let input: String
        /// Names of tests, and of captures that are kept.
        let shownBy: [String]

        var testDescription: String { "\(section): \(input)" }

        static func rows(of text: String) -> [Row] {
            var (section, rows) = ("", [Row]())
            for line in text.split(separator: "\n") {
                if line.hasPrefix("## ") { section = String(line.dropFirst(3)) }
                guard line.hasPrefix("| "), line != "| input | what is expected | shown by |" else { continue }
                let cells = line.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false)
                // Every other piece stands between two backticks.
                let pieces = (cells.count == 3 ? cells[2] : "").split(separator: "`", omittingEmptySubsequences: false)
                let names = stride(from: 1, to: pieces.count - 1, by: 2).map { String(pieces[$0]) }
                rows.append(Row(section: section, input: String(cells[0]), shownBy: names))
            }
            return rows
        }

        static let all = rows(
            of: (try? String(contentsOf: folder.appending(path: "HARDENING.md"), encoding: .utf8)) ?? "")
    }

    static let folder = ExternalProgram.projectFolder.appending(path: "Tests")

    private static let files: [URL] =
        (FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?
        .allObjects ?? []).compactMap { $0 as? URL }

    /// How many tests there are of each name, and of each name behind that of its suite.
    private static let tests: [String: Int] = {
        var tests: [String: Int] = [:]
        for file in files where file.pathExtension == "swift" {
            guard let text = try? String(contentsOf: file, encoding: .utf8) else { continue }
            var (suite, isTest) = ("", false)
            for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
                if line.utf8.isEmpty { isTest = false }
                guard line.utf8.contains(where: { $0 == UInt8(ascii: "@") || $0 == UInt8(ascii: "`") }) else {
                    continue
                }
                if line.contains("@Test") { isTest = true }
                let pieces = line.split(separator: "`", omittingEmptySubsequences: false)
                guard pieces.count > 2 else { continue }
                if pieces[0].hasSuffix("struct ") || pieces[0].hasSuffix("extension ") { suite = String(pieces[1]) }
                guard pieces[0].hasSuffix("func "), isTest else { continue }
                tests[String(pieces[1]), default: 0] += 1
                tests["\(suite) \(pieces[1])", default: 0] += 1
                isTest = false
            }
        }
        return tests
    }()

    private static let captures = Set(
        files.map(\.lastPathComponent).filter { $0.contains(".pcap") }
            .map { $0.hasSuffix(".gz") ? String($0.dropLast(3)) : $0 })

    /// What is wrong with a row, in words.
    private func faults(of row: Row) -> [String] {
        guard !row.shownBy.isEmpty else { return ["nothing shows it"] }
        return row.shownBy.compactMap { name in
            if Self.captures.contains(name) { return nil }
            switch Self.tests[name, default: 0] {
            case 0: return "there is no test '\(name)'"
            case 1: return nil
            default: return "there are several tests '\(name)': name the suite as well"
            }
        }
    }

    @Test func `has its sections, and enough rows in each`() {
        let rows = Dictionary(grouping: Row.all, by: \.section).mapValues(\.count)
        let least = [
            "Framing": 20, "Fields": 12, "Content": 15, "TCP and IP": 28, "Files": 17, "Matching": 14, "Rendering": 19,
            "Secrets": 10, "Load": 5, "Live": 7, "What asks for too much": 13,
        ]
        for (section, count) in least { #expect(rows[section, default: 0] >= count, "\(section)") }
        #expect(Set(rows.keys) == Set(least.keys))
    }

    @Test(arguments: Row.all) func `names a test or a capture in each row, and only such as there are`(row: Row) {
        #expect(faults(of: row) == [])
    }

    @Test func `has a row for every capture that once asked for too much or did harm`() throws {
        let shown = Set(Row.all.flatMap(\.shownBy))
        for kept in ["Demands", "Regressions", "Secrets"] {
            let names = Self.files.filter { $0.deletingLastPathComponent().lastPathComponent == kept }
                .map(\.lastPathComponent).map { $0.hasSuffix(".gz") ? String($0.dropLast(3)) : $0 }
            #expect(!names.isEmpty)
            #expect(names.filter { !shown.contains($0) } == [])
        }
    }

    @Test func `cannot name what is not there`() throws {
        let made = Row.rows(
            of: """
                ## Made up
                | input | what is expected | shown by |
                |---|---|---|
                | a | b | |
                | a | b | no name |
                | a | b | `no test has this name`, `one byte short is need more, not invalid` |
                | a | b | `no-such-file.pcap` |
                | a | b | `a boot that hangs` |
                | a | b | `Mermaid diagrams a boot that hangs`, `lanes-10000.pcap` |
                """)
        #expect(made.count == 6)
        #expect(made.map { faults(of: $0).count } == [1, 1, 1, 1, 1, 0])
    }
}
