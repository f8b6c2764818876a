import Foundation
import TestSupport
import Testing

@Suite struct `Secrets are not printed unless asked for` {
    private static let runs: [[String]] = [
        ["replay", "--detail", "full", "--all", "--width", "1000"],
        ["replay", "--detail", "args", "--expand"],
        ["export", "--format", "json", "--detail", "full"],
        ["export", "--format", "jsonl", "--detail", "args"],
        ["export", "--format", "text", "--detail", "full"],
        ["stats"], ["list"],
    ]

    /// All passwords of the recorded cloud are the word `secret`; Fernet tokens begin with `gAAAAA`.
    @Test(arguments: runs, ["boot-ok", "boot-midstream", "lifecycle"])
    func `neither passwords nor tokens`(arguments: [String], recording: String) async throws {
        let result = try await ExternalProgram.novatrace.run(arguments + ["captures/\(recording).pcap"])
        #expect(result.status == 0)
        for secret in ["gAAAAA", "secret\"", ":secret@"] {
            #expect(!holds(result.output, secret), "\(secret)")
            #expect(!holds(result.errors, secret), "\(secret)")
        }
    }

    @Test func `they are there when asked for`() async throws {
        let result = try await ExternalProgram.novatrace.run([
            "export", "--format", "jsonl", "--detail", "full", "--show-secrets", "captures/boot-ok.pcap",
        ])
        #expect(holds(result.output, "gAAAAA"))
    }

    /// Bytes are searched, not characters: outputs are megabytes.
    private func holds(_ text: String, _ part: String) -> Bool {
        Data(text.utf8).range(of: Data(part.utf8)) != nil
    }
}
