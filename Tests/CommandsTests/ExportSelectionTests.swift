import Foundation
import TestSupport
import Testing

@Suite struct `A selection of messages narrows the data as well` {
    private struct Trace: Decodable {
        struct Message: Decodable {
            let kind: String
            let method: String?
            let operation: String?
            let published_at: String?
        }
        struct Call: Decodable {
            let method: String?
            let outcome: String
        }
        struct Operation: Decodable { let id: String }

        let messages: [Message]
        let calls: [Call]
        let operations: [Operation]
    }

    private func export(_ arguments: String...) async throws -> Trace {
        let result = try await ExternalProgram.novatrace.run(["export", "--format", "json"] + arguments)
        #expect(result.status == 0, "\(result.errors)")
        return try JSONDecoder().decode(Trace.self, from: Data(result.output.utf8))
    }

    @Test func `to messages that belong to no operation`() async throws {
        let trace = try await export("captures/boot-ok.pcap", "--method", "report_state")
        #expect(trace.operations.isEmpty)
        #expect(!trace.messages.isEmpty)
        #expect(trace.messages.allSatisfy { $0.method == "report_state" && $0.operation == nil })
        #expect(trace.calls.count == 2)
    }

    @Test func `to messages of an instance where both are given`() async throws {
        let trace = try await export("captures/lifecycle.pcap", "--request", "36098a02", "--method", "select_*")
        #expect(trace.operations.count == 1)
        #expect(trace.messages.map(\.kind) == ["call", "reply"])
        #expect(trace.calls.map(\.method) == ["select_destinations"])
    }

    @Test func `to a time`() async throws {
        let trace = try await export("captures/boot-ok.pcap", "--until", "+12s")
        #expect(!trace.messages.isEmpty)
        #expect(trace.messages.compactMap(\.published_at).allSatisfy { $0 < "2026-11-23T17:08:12.9" })
    }

    @Test func `which text cannot show, since it draws operations`() async throws {
        let result = try await ExternalProgram.novatrace.run([
            "export", "--format", "text", "captures/boot-ok.pcap", "--method", "report_state",
        ])
        #expect(result.status == 1)
        #expect(result.output.isEmpty)
    }

    @Test func `and what matches nothing is 1`() async throws {
        let result = try await ExternalProgram.novatrace.run([
            "export", "--format", "jsonl", "captures/boot-ok.pcap", "--method", "no_such_method",
        ])
        #expect(result.status == 1)
        #expect(result.output.isEmpty)
    }
}

@Suite struct `A result goes where it is sent` {
    private func shell(_ command: String, _ environment: [String: String] = [:]) async throws -> ProgramResult {
        let shell = try #require(ExternalProgram.installed("bash"))
        return try await shell.run(
            ["-o", "pipefail", "-c", command.replacing("novatrace", with: ExternalProgram.novatrace.location)],
            environment: environment)
    }

    @Test func `a closed pipe is no error`() async throws {
        let result = try await shell("novatrace export --format json captures/lifecycle.pcap | head -1")
        #expect(result.status == 0)
        #expect(result.output == "{\n")
        #expect(result.errors.isEmpty)
    }

    @Test func `a full disk behind standard output is 74`() async throws {
        let result = try await shell("novatrace list captures/boot-novalidhost.pcap > /dev/full")
        #expect(result.status == 74)
        #expect(result.errors.hasPrefix("novatrace: cannot write to standard output"))
    }

    @Test func `colour is for terminals, or for who asks`() async throws {
        let file = "captures/boot-novalidhost.pcap"
        let always = try await shell("novatrace replay --color always \(file)")
        #expect(always.output.contains("\u{1B}["))
        let plain = try await shell("novatrace replay \(file)")
        #expect(!plain.output.contains("\u{1B}"))
        let heeded = try await shell("novatrace replay --color auto \(file)", ["NO_COLOR": "1"])
        #expect(heeded.output == plain.output)
    }
}
