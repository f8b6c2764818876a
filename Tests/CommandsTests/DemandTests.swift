import Foundation
import Rendering
import TestSupport
import Testing

/// Captures that ask for more memory or time than their size is worth, or tell numbers that are too large to be added.
///
/// Each command must end by itself with so much memory and so many seconds of a processor. What a file asked for once is
/// in its name.
@Suite struct `Captures that ask for too much` {
    private static let folder = ExternalProgram.projectFolder.appending(path: "Tests/CommandsTests/Demands")
    static let captures =
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false))) ?? []).sorted()

    /// Address space, of which a program that was just started has some 100 MB.
    private static let megabytes = 400
    /// Seconds of a processor, without optimisation.
    private static let seconds = 100

    /// Those that differ in what they make of a capture; what is built without optimisation takes its time.
    private static let commands: [[String]] = [
        ["stats"], ["replay", "--all"], ["export", "--format", "html"], ["export", "--format", "svg"],
        ["export", "--format", "pcapng"],
    ]

    @Test func `are kept`() {
        #expect(Self.captures.count > 10)
    }

    @Test(.timeLimit(.minutes(10)), arguments: captures)
    func `are read in little memory and time`(capture: String) async throws {
        for command in Self.commands {
            let result = try await run(command, capture, isOutputWanted: false)
            // 64 is what a format cannot show, which says so.
            #expect([0, 1, 2, 64].contains(result.status), "\(command) \(result.status) \(result.errors.prefix(300))")
            #expect(result.status != 64 || result.errors.contains("narrow with"))
        }
    }

    /// Those that take little time without optimisation; `.ci/demands` runs every command over all of them.
    private static let quick = [
        "excerpt-of-more-anomalies-than-there-are.pcapng", "excerpt-of-more-bytes-than-there-are.pcapng",
        "frames-longer-than-they-are.pcap.gz", "packets-out-of-order-by-an-age.pcap",
    ]

    private static let otherCommands: [[String]] =
        [["list"], ["explain"], ["replay"], ["connections"], ["connections", "--format", "json"], ["compare"]]
        + Formats.all.map(\.name).filter { !["svg", "html", "pcapng"].contains($0) }.map { ["export", "--format", $0] }

    @Test(.timeLimit(.minutes(10)), arguments: quick)
    func `are read by every other command as well`(capture: String) async throws {
        for command in Self.otherCommands {
            let result = try await run(command, capture, isOutputWanted: false)
            #expect([0, 1, 2].contains(result.status), "\(command) \(result.status) \(result.errors.prefix(300))")
        }
    }

    /// What was slow or large once, by the command in which it showed.
    @Test(
        .timeLimit(.minutes(10)),
        arguments: [
            ("names-of-a-megabyte.pcap.gz", "connections"), ("stats-4000-methods.pcap.gz", "list"),
            ("one-request-4000-unanswered.pcap.gz", "explain"),
        ])
    func `are read by the command that they were made for`(capture: String, command: String) async throws {
        let result = try await run([command], capture, isOutputWanted: false)
        #expect([0, 1, 2].contains(result.status), "\(result.status) \(result.errors.prefix(300))")
    }

    @Test func `lose no method but say how much of others there was`() async throws {
        let result = try await run(["stats"], "stats-4000-methods.pcap.gz")
        #expect(result.errors.contains("more messages and calls are of other methods than the first 1024"))
        #expect(result.output.split(separator: "\n").count == 1025)
    }

    @Test func `have lanes that no picture shows`() async throws {
        let result = try await run(["export", "--format", "svg"], "lanes-10000.pcap.gz")
        #expect(result.status == 64)
        #expect(result.errors.contains("svg shows at most 500 lanes, and 10001 are selected: narrow with --instance"))
        #expect(result.output.isEmpty)
    }

    @Test func `say what was given up`() async throws {
        let bodies = try await run(["export", "--format", "json"], "bodies-without-end.pcap.gz")
        #expect(bodies.output.contains("held-above-limit") && bodies.output.contains("content-truncated"))
        let shared = try await run(["export", "--format", "json"], "one-request-1000x1000.pcap.gz")
        #expect(shared.output.contains("messages-left-out"))
        let names = try await run(["stats", "--width", "200"], "names-of-a-megabyte.pcap.gz")
        #expect(names.output.utf8.count < 4096)
    }

    @Test func `tell more than a number can hold, given once and twice`() async throws {
        for capture in [
            "excerpt-of-more-bytes-than-there-are.pcapng", "excerpt-of-more-anomalies-than-there-are.pcapng",
        ] {
            for count in 1...3 {
                for command in [["explain"], ["replay"], ["connections"], ["export", "--format", "html"]] {
                    let result = try await run(command, capture, times: count)
                    #expect(
                        [0, 1, 2].contains(result.status), "\(command) \(result.status) \(result.errors.prefix(300))")
                }
            }
        }
    }

    @Test(.timeLimit(.minutes(10))) func `are told apart by what each saw, given 400 times`() async throws {
        for arguments in [["list"], ["list", "--no-clock-correction"]] {
            let result = try await run(arguments, "packets-that-many-files-hold.pcap", times: 400)
            #expect([0, 1].contains(result.status), "\(result.status) \(result.errors.prefix(300))")
        }
    }

    /// They have so much of 300 MB as they are of 65,000, beside what a program that was just started has.
    @Test(
        .timeLimit(.minutes(10)),
        arguments: [ManyConnections.complete, .calling, .refused, .midstream, .foreign])
    func `are of 8,000 connections`(connections: ManyConnections) async throws {
        let scratch = try Scratch()
        let path = try scratch.write("many.pcap", connections.capture(8000))
        for command in ["stats", "list"] {
            let result = try await run([command], path, megabytes: 100 + 300 * 8000 / 65_000, isOutputWanted: false)
            #expect([0, 1, 2].contains(result.status), "\(result.status) \(result.errors.prefix(300))")
        }
    }

    @Test func `say which bodies were too large`() async throws {
        let result = try await run(["export", "--format", "json"], "bodies-that-unpack-to-a-megabyte.pcap.gz")
        #expect(result.output.contains("body-unreadable") && result.output.contains("too large"))
    }

    private func run(
        _ arguments: [String], _ capture: String, times: Int = 1, megabytes: Int = Self.megabytes,
        isOutputWanted: Bool = true
    ) async throws -> ProgramResult {
        let shell = try #require(ExternalProgram.installed("sh"))
        let path = capture.hasPrefix("/") ? capture : Self.folder.appending(path: capture).path(percentEncoded: false)
        let files = [String](repeating: path, count: arguments[0] == "compare" ? 2 : times)
        return try await shell.run(
            [
                "-c",
                "ulimit -v \(megabytes * 1000); ulimit -t \(Self.seconds); exec \"$0\" \"$@\""
                    + (isOutputWanted ? "" : " > /dev/null"),
                ExternalProgram.novatrace.location,
            ] + arguments + files)
    }
}
