import Foundation
import TestSupport
import Testing

extension `What a capture on a link finds` {
    /// What is shown of a recording with these options.
    private func show(
        _ arguments: [String], of recording: String, part: ClosedRange<Double> = 0...1
    ) async throws -> LinkCapture.Result {
        var result: LinkCapture.Result?
        try await VirtualLink.run { link in
            let capture = try await LinkCapture.start(on: link, arguments)
            try await link.play(recording, part: part)
            result = try await capture.stop()
        }
        let shown = try #require(result)
        #expect(shown.status == 0, "\(shown.errors)")
        return shown
    }

    @Test func `is shown of the instance that was asked for, with its diagram`() async throws {
        let shown = try await show(["--instance", "vm-ok"], of: "boot-ok")
        #expect(shown.lines.count > 30)
        #expect(shown.lines.count { $0.contains("vm-ok") || $0.contains("2672332b") } > 30)
        #expect(!shown.lines.contains { $0.contains("report_state") || $0.contains("sync") })
        #expect(shown.diagrams.contains("boot  vm-ok  2672332b"))
        let other = try await show(["--instance", "another"], of: "boot-ok")
        #expect(other.lines.isEmpty)
        #expect(!other.diagrams.contains("boot  vm-ok"))
    }

    @Test func `is shown of the request that was asked for`() async throws {
        let shown = try await show(["--request", "req-c63d2dd6"], of: "boot-ok")
        #expect(shown.lines.count > 10)
        #expect(shown.lines.contains { $0.contains("build_and_run_instance") })
        #expect(!shown.lines.contains { $0.contains("report_state") })
        #expect(shown.diagrams.contains("req-c63d2dd6"))
        #expect(try await show(["--request", "req-0"], of: "boot-ok").lines.isEmpty)
    }

    @Test func `is shown of methods and services that were asked for`() async throws {
        let methods = try await show(["--method", "Instance.*"], of: "boot-ok")
        #expect(methods.lines.count > 5)
        #expect(methods.lines.allSatisfy { $0.contains("  Instance.") })
        let services = try await show(["--service", "nova-scheduler"], of: "boot-ok")
        #expect(services.lines.count >= 2)
        #expect(services.lines.allSatisfy { $0.contains("nova-scheduler") })
    }

    @Test func `is shown where there are problems, with background traffic when that was asked for`() async throws {
        #expect(try await show(["--problems"], of: "boot-ok").lines.filter { !$0.contains("✗") } == [])
        let failed = try await show(["--problems"], of: "boot-novalidhost")
        // The scheduler's answer, and the conductor's notification of it.
        #expect(failed.lines.count == 2, "\(failed.lines)")
        #expect(failed.lines.allSatisfy { $0.contains("✗ NoValidHost") }, "\(failed.lines)")
        #expect(failed.diagrams.contains("d4816b91-5d0d-4221-b44d-d624a3e409f4"))
        let all = try await show(["--all"], of: "boot-ok")
        let plain = try await show([], of: "boot-ok")
        #expect(all.lines.count { $0.contains("report_state") } > 2)
        #expect(!plain.lines.contains { $0.contains("report_state") })
        #expect(all.lines.count > plain.lines.count + 20)
        #expect(plain.diagrams.contains("background messages hidden (--all)"))
        #expect(!all.diagrams.contains("background messages hidden (--all)"))
    }

    @Test func `from the middle on is said to be so, and nothing is false`() async throws {
        // From here on the second half of the boot: the requests of some replies are not seen.
        let whole = try await show(["--all"], of: "boot-midstream")
        let half = try await show(["--all"], of: "boot-midstream", part: 0.5...1)
        #expect(half.lines.count > 5 && half.lines.count < whole.lines.count)
        #expect(
            half.diagrams.contains("open before the capture began: what passed on"))
        // Nobody failed or was silent in this boot.
        #expect(!half.lines.contains { $0.contains("✗") || $0.contains("no answer") })
        #expect(!half.diagrams.contains("✗") && !half.diagrams.contains("gap"))
        #expect(half.errors.contains(" 0 bytes skipped · 0 gaps"), "\(half.errors)")
    }

    @Test func `is said to be cut where packets were`() async throws {
        let shown = try await show(["--snaplen", "200"], of: "boot-ok")
        #expect(shown.lines.contains { $0.contains("cut short by the capture") }, "\(shown.lines.prefix(10))")
        #expect(!shown.errors.contains(" 0 bytes skipped"), "\(shown.errors)")
        #expect(shown.errors.contains(/\n\d+ packets were longer than what is kept of one \(--snaplen\)/))
    }
}
