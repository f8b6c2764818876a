import Foundation
import TestSupport
import Testing

@Suite struct `Comma-separated values` {
    static let python = ExternalProgram.installed("python3")
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func table(_ capture: String, _ format: String, _ options: [String] = []) async throws -> [[String]] {
        let path = scratch.path("table.csv")
        let result = try await ExternalProgram.novatrace.run(
            ["export", capture, "--format", format, "-o", path] + options)
        #expect(result.status == 0, "\(result.errors)")
        return try await ReaderProgram.run("read-csv", [path], as: [[String]].self)
    }

    private func json(_ capture: String) async throws -> [String: Any] {
        let result = try await ExternalProgram.novatrace.run(["export", capture, "--format", "json"])
        return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    }

    @Test(arguments: ["boot-ok", "boot-novalidhost", "lifecycle"])
    func `hold every call of the JSON, with its outcome and latency`(recording: String) async throws {
        let rows = try await table("captures/\(recording).pcap", "csv")
        let calls = try #require(try await json("captures/\(recording).pcap")["calls"] as? [[String: Any]])
        let header = try #require(rows.first)
        #expect(rows.dropFirst().allSatisfy { $0.count == header.count })
        let columns = Dictionary(uniqueKeysWithValues: zip(header, header.indices))
        #expect(rows.count == calls.count + 1)
        for (row, call) in zip(rows.dropFirst(), calls) {
            #expect(row[try #require(columns["id"])] == call["id"] as? String)
            #expect(row[try #require(columns["outcome"])] == call["outcome"] as? String)
            let latency = Double(row[try #require(columns["latency"])])
            let expected = call["latency"] as? Double
            #expect(latency == nil && expected == nil || abs((latency ?? -1) - (expected ?? -2)) < 0.000_001)
        }
    }

    @Test(arguments: ["boot-ok", "lifecycle"])
    func `hold every message of the JSON, and its packets`(recording: String) async throws {
        let rows = try await table("captures/\(recording).pcap", "csv-messages")
        let messages = try #require(try await json("captures/\(recording).pcap")["messages"] as? [[String: Any]])
        let header = try #require(rows.first)
        let columns = Dictionary(uniqueKeysWithValues: zip(header, header.indices))
        #expect(rows.count == messages.count + 1)
        for (row, message) in zip(rows.dropFirst(), messages) {
            #expect(row[try #require(columns["unique_id"])] == message["unique_id"] as? String ?? "")
            #expect(row[try #require(columns["kind"])] == message["kind"] as? String)
            let packets = Set(message["packets"] as? [Int] ?? [])
            let numbers = row[try #require(columns["packets"])].split(separator: ", ").flatMap { run in
                let ends = run.split(separator: "-").compactMap { Int($0) }
                return Array((ends.first ?? 0)...(ends.last ?? 0))
            }
            #expect(Set(numbers) == packets)
        }
    }

    @Test(arguments: ["csv", "csv-messages"])
    func `have the columns that their description names`(format: String) async throws {
        let file = ExternalProgram.projectFolder.appending(path: "Sources/Rendering/CSV/novatrace.csv-metadata.json")
        let metadata = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
        let tables = try #require(metadata?["tables"] as? [[String: Any]])
        let schema = tables[format == "csv" ? 0 : 1]["tableSchema"] as? [String: Any]
        let names = (schema?["columns"] as? [[String: Any]])?.compactMap { $0["name"] as? String }
        #expect(try await table("captures/boot-novalidhost.pcap", format).first == names)
    }

    @Test func `hold no formula, and one record a line, whatever the names`() async throws {
        let capture = try scratch.write("hostile.pcap", HostileBoot.pcap())
        for format in ["csv", "csv-messages"] {
            let rows = try await table(capture, format)
            #expect(rows.allSatisfy { $0.count == rows[0].count })
            let cells = rows.joined()
            #expect(!cells.contains { $0.first.map("=+-@".contains) ?? false })
            #expect(cells.contains("'=1+2") || cells.contains("'@SUM(A1)"))
            #expect(cells.contains { $0.contains("line\\nbreak") } || cells.contains { $0.contains("return") })
            let lines = try scratch.bytes("table.csv").split(separator: 10)
            #expect(lines.count == rows.count)
            #expect(lines.allSatisfy { $0.last == 13 })
        }
    }

    @Test func `are found by the file's name`() async throws {
        for (name, first) in [("a.csv", "call"), ("a.calls.csv", "call"), ("a.messages.csv", "m")] {
            let result = try await ExternalProgram.novatrace.run(
                ["export", "captures/boot-novalidhost.pcap", "-o", scratch.path(name)])
            #expect(result.status == 0, "\(result.errors)")
            let rows = try await ReaderProgram.run("read-csv", [scratch.path(name)], as: [[String]].self)
            #expect(rows[1][0].hasPrefix(first))
        }
    }
}
