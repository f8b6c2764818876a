import Foundation
import Rendering
import TestSupport
import Testing

/// What each format makes of each recording, kept so that a change of it is seen.
///
/// A file that is missing is written, and the test fails: look at it before it is committed. Of what is larger than a
/// person reads only the digest is kept, in `digests.txt`.
@Suite(.serialized) struct `What is exported of the recordings` {
    struct Example: CustomTestStringConvertible, Sendable {
        let format: String
        let name: String
        let arguments: [String]

        var testDescription: String { "\(name).\(format)" }
    }

    private static let recordings: [(name: String, arguments: [String])] = [
        ("boot-ok", ["captures/boot-ok.pcap"]), ("boot-midstream", ["captures/boot-midstream.pcap"]),
        ("boot-novalidhost", ["captures/boot-novalidhost.pcap"]),
        ("boot-conductor-down", ["captures/boot-conductor-down.pcap"]),
        ("live-migrate", ["captures/lifecycle.pcap", "--request", "req-36098a02"]),
    ]

    static let examples = Formats.all.flatMap { format in
        recordings.map { Example(format: format.name, name: $0.name, arguments: $0.arguments) }
    }

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")
    private static let readable = 40_000

    private func export(_ example: Example) async throws -> [UInt8] {
        let scratch = try Scratch()
        let result = try await ExternalProgram.novatrace.run(
            ["export", "--format", example.format, "-o", scratch.path("out")] + example.arguments)
        #expect(result.status == 0, "\(result.errors)")
        return try scratch.bytes("out")
    }

    @Test(arguments: examples)
    func `is what was looked at, and the same each time`(example: Example) async throws {
        let bytes = try await export(example)
        #expect(try await export(example) == bytes)
        let format = try #require(Formats.named(example.format))
        if format.isBinary || bytes.count > Self.readable {
            return try await expectDigest(of: bytes, "\(example.name).\(format.fileExtensions[0])")
        }
        let golden = GoldenFile("Golden/\(example.name).\(format.fileExtensions[0])")
        try golden.check(bytes)
    }

    /// Lines of `digests.txt`: a SHA-256, a file's name.
    private func expectDigest(of bytes: [UInt8], _ name: String) async throws {
        let program = try #require(ExternalProgram.installed("sha256sum"))
        let digest = try await program.run([], input: bytes).output.prefix(64)
        let file = Self.folder.appending(path: "digests.txt")
        let known = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        var lines = known.split(separator: "\n").map(String.init)
        guard let line = lines.first(where: { $0.hasSuffix("  \(name)") }) else {
            lines.append("\(digest)  \(name)")
            try (lines.sorted { $0.dropFirst(66) < $1.dropFirst(66) }.joined(separator: "\n") + "\n")
                .write(to: file, atomically: true, encoding: .utf8)
            Issue.record("\(name) was not in digests.txt and is now; look at what is exported")
            return
        }
        #expect(line.hasPrefix(digest), "\(name)")
    }
}
