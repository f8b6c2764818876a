import Foundation
import TestSupport
import Testing

/// What commands say of captures that are not as they should be; each file is named after what ails it.
@Suite struct `A capture that is not as it should be` {
    private func run(_ arguments: [String], _ capture: String) async throws -> ProgramResult {
        try await ExternalProgram.novatrace.run(
            arguments + ["Tests/CommandsTests/CaptureFlaws/\(capture).gz"])
    }

    private struct Source: Decodable {
        struct Step: Decodable {
            let packet: Int
            let size: Double
        }

        let packets: Int
        let kernel_dropped: Int?
        let cut_packets: Int?
        let snap_length: Int?
        let clock_steps: [Step]?
    }

    private struct Document: Decodable {
        struct Capture: Decodable {
            let sources: [Source]
            let anomaly_count: Int
        }

        struct Operation: Decodable {
            let outcome: String
            let started_at: String
            let ended_at: String
        }

        let capture: Capture
        let operations: [Operation]
    }

    private func document(_ capture: String) async throws -> Document {
        let result = try await run(["export", "--format", "json"], capture)
        return try JSONDecoder().decode(Document.self, from: Data(result.output.utf8))
    }

    // MARK: Snapshot length

    private static let cut = "packets are cut at 128 bytes, so that messages cannot be read: capture with -s 0"

    @Test func `cut packets are the reason that is given, by every command`() async throws {
        let list = try await run(["list"], "snap128.pcap")
        #expect(list.errors == "novatrace: no operation found: \(Self.cut)\n")
        let explain = try await run(["explain"], "snap128.pcap")
        #expect(explain.status == 2)
        #expect(explain.errors == "novatrace: no boot found: \(Self.cut)\n")
        let stats = try await run(["stats"], "snap128.pcap")
        #expect(stats.errors == "novatrace: no calls, casts or notifications found: \(Self.cut)\n")
        let replay = try await run(["replay", "--width", "200"], "snap128.pcap")
        #expect(
            replay.output.contains(
                "note: packets are cut at 128 bytes, 28 kB of messages are missing: capture with -s 0"))
        #expect(!replay.output.contains("gap") && !replay.output.contains("anomal"))
        #expect(!replay.output.contains("could not be read as AMQP"))
        let source = try await document("snap128.pcap").capture.sources[0]
        #expect(source.snap_length == 128 && source.cut_packets == 61)
    }

    // MARK: Clocks

    @Test func `a clock set back an hour is told, and the boot is drawn as it went`() async throws {
        let replay = try await run(["replay", "--width", "120"], "clock-back-1h.pcap")
        #expect(
            replay.output.contains("note: the clock went back 60 min 00 s at packet 429"), "\(replay.output)")
        let explain = try await run(["explain", "--width", "120"], "clock-back-1h.pcap")
        #expect(explain.status == 0)
        #expect(explain.output.contains("completed: active on cmp1 after 2."))
        #expect(explain.output.contains("the clock went back 60 min 00 s"))
        let list = try await run(["list", "--width", "120"], "clock-back-1h.pcap")
        #expect(list.output.contains("note: the clock went back 60 min 00 s"))
        let trace = try await document("clock-back-1h.pcap")
        #expect(abs((trace.capture.sources[0].clock_steps?.first?.size ?? 0) + 3600) < 1)
        let operation = try #require(trace.operations.first)
        #expect(operation.outcome == "completed")
        #expect(operation.started_at < operation.ended_at)
        #expect(operation.ended_at.hasPrefix("2023-11-14T22:13:2"))
    }

    // MARK: Order

    @Test func `packets out of order are no anomaly`() async throws {
        let trace = try await document("order-shuffled8.pcap")
        #expect(trace.capture.anomaly_count == 0)
        #expect(trace.operations.map(\.outcome) == ["completed"])
        let replay = try await run(["replay", "--width", "120"], "order-shuffled8.pcap")
        #expect(
            replay.output.components(separatedBy: "note:").count == 2,
            "once for the capture, and not once more beneath the diagram")
        #expect(replay.output.contains("note: 350 packets out of order, by up to 1.327 s: their own times are taken"))
    }

    // MARK: pcapng

    @Test func `drops that the file tells of are drops`() async throws {
        let sentence = "note: the kernel dropped 17 packets: messages may be missing"
        for command in [["replay", "--width", "120"], ["explain", "--width", "120"], ["list", "--width", "120"]] {
            #expect(try await run(command, "ng-all-blocks-ifdrop17.pcapng").output.contains(sentence))
        }
        #expect(try await run(["stats"], "ng-all-blocks-ifdrop17.pcapng").errors.contains(sentence))
        #expect(try await document("ng-all-blocks-ifdrop17.pcapng").capture.sources[0].kernel_dropped == 17)
    }

    @Test func `sections of differing byte order and resolution are read to the end`() async throws {
        let trace = try await document("ng-two-sections-endian-res.pcapng")
        #expect(trace.capture.sources[0].packets == 525)
        #expect(trace.operations.map(\.outcome) == ["completed"])
    }
}
