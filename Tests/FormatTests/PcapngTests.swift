import Foundation
import TestSupport
import Testing

@Suite struct `The packets of an operation` {
    private let scratch: Scratch
    private let excerpt: String

    init() throws {
        scratch = try Scratch()
        excerpt = scratch.path("excerpt.pcapng")
    }

    private static let recordings = [
        "boot-ok", "boot-midstream", "boot-novalidhost", "boot-conductor-down", "lifecycle",
    ].map { "captures/\($0).pcap" }

    @discardableResult
    private func export(_ arguments: [String], to path: String? = nil) async throws -> ProgramResult {
        let result = try await ExternalProgram.novatrace.run(
            ["export", "--format", "pcapng", "-o", path ?? excerpt] + arguments)
        #expect(result.status == 0, "\(result.errors)")
        return result
    }

    // MARK: The same again

    @Test(arguments: recordings)
    func `give the same operations again, all together`(recording: String) async throws {
        try await export([recording])
        let (original, replayed) = (
            try await ReplayedOperations(of: [recording]), try await ReplayedOperations(of: [excerpt])
        )
        #expect(!original.isExcerpt && replayed.isExcerpt)
        #expect(replayed.descriptions == original.descriptions)
    }

    @Test(arguments: recordings)
    func `give the same operation again, each alone and nothing else`(recording: String) async throws {
        let original = try await ReplayedOperations(of: [recording])
        for (key, description) in original.descriptions {
            let request = try #require(key.split(separator: " ").dropFirst().first.map(String.init))
            try await export([recording, "--request", request])
            let replayed = try await ReplayedOperations(of: [excerpt])
            #expect(replayed.descriptions == [key: description])
        }
    }

    @Test(arguments: recordings)
    func `lead explain to the same words and exit status`(recording: String) async throws {
        try await export([recording])
        let original = try await ExternalProgram.novatrace.run(["explain", recording, "--width", "1000"])
        let replayed = try await ExternalProgram.novatrace.run(["explain", excerpt, "--width", "1000"])
        #expect(replayed.status == original.status)
        #expect(told(replayed.output).filter { !$0.hasPrefix("note: an excerpt") } == told(original.output))
        if original.status != 2 {
            #expect(replayed.output.contains("note: an excerpt: it holds the packets of 1 operation only"))
        }
    }

    /// Lines without the numbers of packets.
    private func told(_ text: String) -> [String] {
        text.split(separator: "\n").map { line in
            line.firstRange(of: " (packets").map { String(line[..<$0.lowerBound]) } ?? String(line)
        }
    }

    @Test func `of an excerpt are an excerpt that says the same`() async throws {
        let (first, second) = ("captures/lifecycle.pcap", scratch.path("second.pcapng"))
        try await export([first])
        try await export([excerpt, "--request", "req-36098a02"], to: second)
        let original = try await ReplayedOperations(of: [first])
        let replayed = try await ReplayedOperations(of: [second])
        #expect(replayed.isExcerpt && replayed.descriptions.count == 1)
        for (key, description) in replayed.descriptions { #expect(description == original.descriptions[key]) }
    }

    @Test func `come from two captures at once, and from two excerpts`() async throws {
        let recordings = ["captures/boot-ok.pcap", "captures/boot-novalidhost.pcap"]
        let original = try await ReplayedOperations(of: recordings)
        try await export(recordings)
        #expect(try await ReplayedOperations(of: [excerpt]).descriptions == original.descriptions)
        let parts = [scratch.path("ok.pcapng"), scratch.path("novalidhost.pcapng")]
        for (recording, part) in zip(recordings, parts) { try await export([recording], to: part) }
        let joined = try await ReplayedOperations(of: parts)
        #expect(joined.isExcerpt)
        #expect(joined.verdicts == original.verdicts)
    }

    @Test func `come from a compressed capture, and may be compressed`() async throws {
        let gzip = try #require(ExternalProgram.installed("gzip"))
        let recording = ExternalProgram.projectFolder.appending(path: "captures/boot-novalidhost.pcap")
        let copy = try scratch.write("boot.pcap", [UInt8](try Data(contentsOf: recording)))
        #expect(try await gzip.run([copy]).status == 0)
        try await export([copy + ".gz"])
        #expect(try await gzip.run([excerpt]).status == 0)
        let original = try await ReplayedOperations(of: ["captures/boot-novalidhost.pcap"])
        let replayed = try await ReplayedOperations(of: [excerpt + ".gz"])
        #expect(replayed.isExcerpt)
        #expect(replayed.descriptions == original.descriptions)
    }

    // MARK: What is said

    @Test func `are said not to be redacted, with their number`() async throws {
        let result = try await export(["captures/boot-novalidhost.pcap"])
        #expect(
            result.errors
                == "novatrace: 54 packets written as captured: not redacted, they may hold passwords and tokens\n")
        #expect(result.output.isEmpty)
        let again = scratch.path("again.pcapng")
        try await export(["captures/boot-novalidhost.pcap"], to: again)
        #expect(try scratch.bytes("again.pcapng") == scratch.bytes("excerpt.pcapng"))
    }

    @Test func `are marked in the report, and in JSON`() async throws {
        try await export(["captures/boot-novalidhost.pcap"])
        let report = try await ExternalProgram.novatrace.run(["replay", excerpt])
        #expect(report.output.contains("note: an excerpt: it holds the packets of 1 operation only"))
        #expect(!report.output.contains("gap"))
    }

    // MARK: Refused

    @Test func `cannot be read from standard input a second time`() async throws {
        let recording = ExternalProgram.projectFolder.appending(path: "captures/boot-novalidhost.pcap")
        let result = try await ExternalProgram.novatrace.run(
            ["export", "-", "--format", "pcapng", "-o", excerpt], input: [UInt8](try Data(contentsOf: recording)))
        #expect(result.status == 66)
        #expect(
            result.errors == "novatrace: packets cannot be read from standard input a second time: "
                + "write them to a file first\n")
        #expect(try scratch.names.isEmpty)
    }

    @Test func `are written by -w while they are captured`() async throws {
        let result = try await ExternalProgram.novatrace.run(["capture", "-i", "lo", "--format", "pcapng"])
        #expect(result.status == 64)
        #expect(result.errors.contains("-w"))
    }

    @Test func `without an operation are no file`() async throws {
        let empty = try scratch.write("empty.pcap", CaptureFileBuilder.pcap([]))
        let result = try await ExternalProgram.novatrace.run(["export", empty, "-o", excerpt])
        #expect(result.status == 1)
        #expect(try scratch.names == ["empty.pcap"])
    }
}
