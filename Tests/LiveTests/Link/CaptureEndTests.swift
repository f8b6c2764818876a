import Foundation
import Subprocess
import TestSupport
import Testing

/// Tests of `novatrace capture` on links of their own, one at a time: they look at times.
@Suite(
    .serialized, .timeLimit(.minutes(3)),
    .enabled(if: VirtualLink.isAvailable || ExternalProgram.mustBeInstalled, "needs '.ci/setup test' and root"))
struct `A capture on a link` {}

extension `A capture on a link` {
    enum End: String, CaseIterable, CustomTestStringConvertible {
        case interrupt, terminate, hangUp, time, count, interfaceDeleted

        var testDescription: String { rawValue }

        /// As the report says it.
        var reason: String {
            switch self {
            case .interrupt: "interrupted"
            case .terminate: "terminated"
            case .hangUp: "the terminal was closed"
            case .time: "the time is over"
            case .count: "as many packets as were wanted"
            case .interfaceDeleted: "nothing left to capture on"
            }
        }
    }

    @Test(arguments: End.allCases)
    func `ends with diagrams, a report and a whole file, whatever ends it`(end: End) async throws {
        try await VirtualLink.run { link in
            let file = link.path("boot.pcap")
            let bound = end == .time ? ["--for", "3s"] : end == .count ? ["--count", "1500"] : []
            let capture = try await LinkCapture.start(on: link, ["-w", file] + bound)
            let sent = try await link.play("boot-ok")
            // What the kernel holds of an interface that is deleted is lost.
            if end == .interfaceDeleted { try await Task.sleep(for: .milliseconds(200)) }
            switch end {
            case .interrupt: await capture.program.send(.interrupt)
            case .terminate: await capture.program.send(.terminate)
            case .hangUp: await capture.program.send(.terminalClosed)
            case .time, .count: break
            case .interfaceDeleted: try await link.run(["ip", "link", "delete", "bus0"])
            }
            let result = try await capture.result()
            // The last interface is what there is no capture without: its end is not what was asked for.
            #expect(result.status == (end == .interfaceDeleted ? 66 : 0), "\(result.errors)")
            #expect(result.errors.contains("capture ended: \(end.reason) · after "))
            let count = end == .count ? 1500 : sent
            #expect(result.errors.contains("\n\(count) packets written to \(file)\n"), "\(result.errors)")
            #expect(try await link.read(file).packets == count)
            #expect(result.lines.contains { $0.hasSuffix("cast    schedule_and_build_instances  vm-ok") })
            #expect(result.diagrams.contains("vm-ok  2672332b-b870-49a9-bbeb-902381dffe38"))
            if end != .count { #expect(result.diagrams.contains("completed: active on compute1")) }
            let sentences = ["bus0 can no longer be captured on", "\nnovatrace: nothing was left to capture on\n"]
            for sentence in sentences { #expect(result.errors.contains(sentence) == (end == .interfaceDeleted)) }
        }
    }

    @Test(arguments: [1, 500])
    func `holds exactly as many packets as were wanted`(count: Int) async throws {
        try await VirtualLink.run { link in
            let file = link.path("boot.pcapng")
            let capture = try await LinkCapture.start(on: link, ["-w", file, "--count", "\(count)"])
            try await link.play("boot-ok")
            let result = try await capture.result()
            #expect(result.status == 0)
            #expect(result.errors.contains("\n\(count) packet\(count == 1 ? "" : "s") written to \(file)\n"))
            #expect(try await link.read(file).packets == count)
        }
    }

    @Test func `goes on when its interface is taken down and up again`() async throws {
        try await VirtualLink.run { link in
            let file = link.path("boot.pcap")
            let capture = try await LinkCapture.start(on: link, ["-w", file])
            let before = try await link.play("boot-ok", part: 0...0.5)
            try await Task.sleep(for: .milliseconds(200))
            try await link.run(["ip", "link", "set", "bus0", "down"])
            try await capture.program.waitFor(
                "novatrace: bus0 went down: nothing comes from it until it is up again", within: .seconds(5))
            try await link.run(["ip", "link", "set", "bus0", "up"])
            try await capture.program.waitFor("novatrace: bus0 is up again, after ", within: .seconds(5))
            let after = try await link.play("boot-ok", part: 0.5...1)
            let result = try await capture.stop()
            #expect(result.status == 0)
            #expect(result.errors.contains("capture ended: interrupted"), "\(result.errors)")
            #expect(result.errors.contains("\nbus0 was down once, for "), "\(result.errors)")
            #expect(result.diagrams.contains("completed: active on compute1"))
            #expect(try await link.read(file).packets == before + after)
        }
    }

    @Test func `goes on with the other interface when one is deleted`() async throws {
        try await VirtualLink.run { link in
            let capture = try await LinkCapture.start(on: link, ["-i", "bus0", "-i", "bus1"])
            try await link.run(["ip", "link", "delete", "bus0"])
            try await capture.program.waitFor("bus0 can no longer be captured on", within: .seconds(5))
            let sent = try await link.play("boot-ok", into: ["tx1"])
            let result = try await capture.stop()
            #expect(result.status == 0)
            #expect(result.errors.contains("\nbus1: \(sent) packets received · 0 dropped by the kernel"))
            #expect(result.diagrams.contains("completed: active on compute1"))
        }
    }

    @Test func `that saw nothing says so in its report`() async throws {
        try await VirtualLink.run { link in
            let file = link.path("nothing.pcap")
            let result = try await LinkCapture.start(on: link, ["-w", file]).stop()
            #expect(result.status == 0)
            #expect(result.errors.contains("bus0: 0 packets received"))
            #expect(result.errors.contains("0 packets written to \(file)"))
            #expect(try await link.read(file).packets == 0)
        }
    }
}
