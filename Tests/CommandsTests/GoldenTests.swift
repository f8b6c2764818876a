import Foundation
import TestSupport
import Testing

/// What `replay` prints of each recording, kept as text that a person can read.
@Suite struct `The diagrams of the recordings` {
    struct Case: CustomTestStringConvertible, Sendable {
        let recording: String
        let look: String
        let options: [String]

        var testDescription: String { "\(recording) \(look)" }
    }

    private static let recordings: [(name: String, options: [String])] = [
        ("boot-ok", []), ("boot-midstream", []), ("boot-novalidhost", []), ("boot-conductor-down", []),
        ("lifecycle", []), ("lifecycle", ["--request", "req-36098a02"]),
    ]

    static let cases = recordings.flatMap { recording in
        [
            ("80", ["--width", "80"]), ("120", ["--width", "120"]), ("200", ["--width", "200"]),
            ("ascii", ["--width", "120", "--ascii"]),
        ].map { look, options in
            Case(
                recording: recording.name, look: recording.options.isEmpty ? look : "live-migrate-\(look)",
                options: options + recording.options)
        }
    }

    @Test(arguments: cases)
    func `are those that were looked at`(example: Case) async throws {
        let result = try await ExternalProgram.novatrace.run(
            ["replay", "captures/\(example.recording).pcap"] + example.options)
        #expect(result.status == 0)
        #expect(result.errors.isEmpty)
        let golden = GoldenFile("Golden/\(example.recording)-\(example.look).txt")
        try golden.check(result.output)
    }
}
