import Foundation
import TestSupport
import Testing

@Suite struct `The same packets give the same result however they come` {
    private let path = "captures/boot-novalidhost.pcap"

    private func bytes() throws -> [UInt8] {
        [UInt8](try Data(contentsOf: ExternalProgram.projectFolder.appending(path: path)))
    }

    private func diagram(_ arguments: [String], input: [UInt8] = []) async throws -> String {
        let result = try await ExternalProgram.novatrace.run(
            ["export", "--format", "jsonl"] + arguments, input: input)
        #expect(result.status == 0, "\(result.errors)")
        return result.output.split(separator: "\n").filter { !$0.hasPrefix(#"{"type":"capture""#) }
            .joined(separator: "\n")
    }

    @Test func `from standard input`() async throws {
        let piped = try await diagram(["-"], input: try bytes())
        #expect(piped == (try await diagram([path])))
    }

    @Test func `gzip-compressed`() async throws {
        let gzip = try #require(ExternalProgram.installed("gzip"))
        let folder = FileManager.default.temporaryDirectory.appending(path: "novatrace-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let copy = folder.appending(path: "capture.pcap")
        try Data(try bytes()).write(to: copy)
        _ = try await gzip.run([copy.path(percentEncoded: false)])
        #expect(try await diagram([copy.path(percentEncoded: false) + ".gz"]) == (try await diagram([path])))
    }

    @Test func `cut into two files, given in either order`() async throws {
        let whole = try bytes()
        var cut = 24
        while cut < whole.count / 2 {
            let captured = Int(whole[cut + 8]) | Int(whole[cut + 9]) << 8 | Int(whole[cut + 10]) << 16
            cut += 16 + captured
        }
        let folder = FileManager.default.temporaryDirectory.appending(path: "novatrace-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (first, second) = (folder.appending(path: "1.pcap"), folder.appending(path: "2.pcap"))
        try Data(whole[..<cut]).write(to: first)
        try Data(whole[..<24] + whole[cut...]).write(to: second)
        let names = [first, second].map { $0.path(percentEncoded: false) }
        let results = [
            try await ExternalProgram.novatrace.run(["stats"] + names),
            try await ExternalProgram.novatrace.run(["stats"] + names.reversed()),
            try await ExternalProgram.novatrace.run(["stats", path]),
        ]
        #expect(Set(results.map(\.output)).count == 1)
    }

    @Test func `twice in a row, byte for byte`() async throws {
        let arguments = ["captures/boot-conductor-down.pcap"]
        #expect(try await diagram(arguments) == (try await diagram(arguments)))
    }
}
