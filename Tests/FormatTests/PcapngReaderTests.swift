import Foundation
import TestSupport
import Testing

@Suite(
    .enabled(
        if: ExternalProgram.mustBeInstalled || ExternalProgram.installed("tshark") != nil,
        "tshark is missing (Debian: tshark)"))
struct `Packets of an operation in tshark` {
    private let scratch: Scratch
    private let excerpt: String

    init() throws {
        scratch = try Scratch()
        excerpt = scratch.path("excerpt.pcapng")
    }

    private func tshark(_ path: String, _ arguments: String...) async throws -> [String] {
        let tshark = try #require(ExternalProgram.installed("tshark"), "tshark is missing")
        let result = try await tshark.run(["-r", path] + arguments)
        #expect(result.status == 0, "\(result.errors)")
        return result.output.split(separator: "\n").map(String.init)
    }

    private func export(_ recording: String, _ arguments: String...) async throws -> Int {
        let result = try await ExternalProgram.novatrace.run(
            ["export", "captures/\(recording).pcap", "--format", "pcapng", "-o", excerpt] + arguments)
        #expect(result.status == 0, "\(result.errors)")
        let number = result.errors.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        return try #require(number, "\(result.errors)")
    }

    @Test(arguments: ["boot-ok", "boot-novalidhost", "lifecycle"])
    func `are all there, each with a comment that names the operation`(recording: String) async throws {
        let count = try await export(recording)
        let comments = try await tshark(excerpt, "-T", "fields", "-e", "frame.comment")
        #expect(comments.count == count)
        #expect(comments.allSatisfy { $0.contains(" req-") && $0.contains(" → ") })
        #expect(
            recording == "lifecycle"
                || comments.allSatisfy { $0.hasPrefix("boot vm-") })
    }

    @Test func `are those of the capture, byte for byte and time for time`() async throws {
        let count = try await export("boot-novalidhost")
        let fields = ["-T", "fields", "-e", "frame.time_epoch", "-e", "frame.len", "-e", "ip.id", "-e", "tcp.seq_raw"]
        let whole = Set(
            try await tshark(
                "captures/boot-novalidhost.pcap", fields[0], fields[1], fields[2], fields[3], fields[4], fields[5],
                fields[6], fields[7], fields[8], fields[9]))
        let part = try await tshark(
            excerpt, fields[0], fields[1], fields[2], fields[3], fields[4], fields[5], fields[6], fields[7], fields[8],
            fields[9])
        #expect(part.count == count)
        #expect(part.allSatisfy(whole.contains))
    }

    @Test func `hold no login, and nothing but AMQP`() async throws {
        let count = try await export("boot-ok")
        let whole = try await tshark(
            "captures/boot-ok.pcap", "-Y", "amqp.method.class == 10 && amqp.method.method == 11", "-T", "fields", "-e",
            "frame.number")
        #expect(!whole.isEmpty, "the recording holds logins")
        #expect(try await tshark(excerpt, "-Y", "amqp.method.class == 10").isEmpty)
        #expect(try await tshark(excerpt, "-Y", "frame contains \"AMQPLAIN\" or frame contains \"PLAIN\"").isEmpty)
        #expect(try await tshark(excerpt, "-Y", "tcp.port == 5672").count == count)
    }

    @Test func `name an operation that is alone`() async throws {
        _ = try await export("lifecycle", "--request", "req-36098a02")
        let comments = try await tshark(excerpt, "-T", "fields", "-e", "frame.comment")
        #expect(!comments.isEmpty)
        #expect(comments.allSatisfy { $0.hasPrefix("live-migrate vm-life req-36098a02-") })
    }
}
