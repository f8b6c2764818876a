import Foundation
import TestSupport
import Testing

/// Captures that made some command fail once, or are of the kind that did; each is named after what is in it.
///
/// A bug becomes one more file, as small as it can be made; gzip does for what is long and repeats.
@Suite struct `Captures that once did harm` {
    private static let folder = ExternalProgram.projectFolder.appending(path: "Tests/CommandsTests/Regressions")

    static let captures =
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false))) ?? []).sorted()

    private static let width = 90
    private static let texts: [[String]] = [
        ["list"], ["stats"], ["replay", "--all", "--expand", "--time", "clock"], ["replay", "--detail", "full"],
        ["export", "--format", "text", "--time", "delta", "--detail", "args"],
    ]

    @Test func `are kept`() {
        #expect(!Self.captures.isEmpty)
    }

    @Test(.timeLimit(.minutes(10)), arguments: captures)
    func `give JSON that can be read, each line of it`(capture: String) async throws {
        let whole = try await run(["export", "--format", "json", "--detail", "full", "--all"], capture)
        _ = try JSONSerialization.jsonObject(with: Data(whole.utf8))
        let lines = try await run(["export", "--format", "jsonl", "--detail", "full", "--all"], capture)
        for line in lines.utf8.split(separator: UInt8(ascii: "\n")) {
            _ = try JSONSerialization.jsonObject(with: Data(line))
        }
        #expect(!lines.isEmpty)
    }

    @Test(.timeLimit(.minutes(10)), arguments: captures, texts)
    func `give text without controls that fits, twice the same, and in ASCII where asked for`(
        capture: String, command: [String]
    ) async throws {
        let arguments = command + ["--width", String(Self.width)]
        let text = try await run(arguments, capture)
        for line in text.split(separator: "\n") {
            let isHarmless = line.unicodeScalars.allSatisfy {
                ![.control, .format, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
            }
            #expect(isHarmless)
        }
        #expect(try await run(arguments, capture) == text)
        let plain = try await run(arguments + ["--ascii"], capture)
        #expect(plain.utf8.allSatisfy { $0 < 0x7F && $0 >= 0x20 || $0 == 0x0A })
        #expect(plain.utf8.split(separator: 0x0A).allSatisfy { $0.count <= Self.width })
    }

    /// The result; a capture may well hold nothing to show.
    private func run(_ arguments: [String], _ capture: String) async throws -> String {
        let path = Self.folder.appending(path: capture).path(percentEncoded: false)
        let result = try await ExternalProgram.novatrace.run(arguments + [path])
        #expect([0, 1].contains(result.status), "\(result.errors.prefix(500))")
        return result.output
    }
}
