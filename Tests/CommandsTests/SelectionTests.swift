import Foundation
import TestSupport
import Testing

@Suite struct `Selection` {
    private func list(_ arguments: String...) async throws -> [String] {
        let result = try await ExternalProgram.novatrace.run(["list", "captures/lifecycle.pcap"] + arguments)
        return result.output.split(separator: "\n").dropFirst().map(String.init)
    }

    @Test func `by request id, whole or the beginning of it, with or without req-`() async throws {
        for prefix in ["req-36098a02-31e5-4c4e-a8c7-bbe9fc83c9f7", "req-36098", "36098a02"] {
            let lines = try await list("--request", prefix)
            #expect(lines.count == 1)
            #expect(lines.first?.contains("live-migrate") == true)
        }
    }

    @Test func `by instance, uuid or name`() async throws {
        #expect(try await list("--instance", "f6cdf48b").count == 13)
        #expect(try await list("--instance", "vm-life").count == 13)
    }

    @Test func `by time: after the first packet, of the clock, absolute`() async throws {
        #expect(try await list("--until", "+10s").count == 3)
        #expect(try await list("--since", "17:27:44").count == 2)
        #expect(try await list("--since", "2026-11-23T17:27:49Z").count == 1)
    }

    @Test func `by method and service`() async throws {
        #expect(try await list("--method", "Instance.destroy").count == 1)
        #expect(try await list("--service", "nova-scheduler", "--method", "select_*").count == 3)
    }

    @Test func `by problems: nothing failed here`() async throws {
        let result = try await ExternalProgram.novatrace.run(["list", "captures/boot-ok.pcap", "--problems"])
        #expect(result.status == 1)
        let failed = try await ExternalProgram.novatrace.run(
            ["list", "captures/boot-novalidhost.pcap", "--problems"])
        #expect(failed.output.contains("vm-huge"))
    }

    @Test func `narrows the figures of stats`() async throws {
        let result = try await ExternalProgram.novatrace.run([
            "stats", "captures/boot-ok.pcap", "--method", "select_destinations",
        ])
        let lines = result.output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.last?.contains("1.240 s") == true)
    }
}
