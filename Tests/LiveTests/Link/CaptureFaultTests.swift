import Foundation
import Glibc
import TestSupport
import Testing

extension `A capture on a link` {
    private func helper(of capture: LinkCapture) async throws -> Int32 {
        let processes = try CaptureProcess.all(of: try #require(await capture.program.process))
        return Int32(try #require(processes.first { $0.command == "process-table" }).number)
    }

    @Test func `goes on when its helper is killed, and says what it no longer knows`() async throws {
        try await VirtualLink.run { link in
            let file = link.path("boot.pcap")
            let capture = try await LinkCapture.start(on: link, ["-w", file])
            kill(try await helper(of: capture), SIGKILL)
            let sentence =
                "novatrace: the helper that tells whose connections are has ended: from now on no local "
                + "process is named, capturing goes on"
            try await capture.program.waitFor(sentence, within: .seconds(5))
            let sent = try await link.play("boot-ok")
            let result = try await capture.stop()
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.diagrams.contains("completed: active on compute1"))
            #expect(
                result.errors.components(separatedBy: "has ended: from now on").count == 3, "once, and in the report")
            #expect(try await link.read(file).packets == sent)
        }
    }

    @Test func `goes on when its helper is stopped, says so, and leaves none behind`() async throws {
        try await VirtualLink.run { link in
            let file = link.path("boot.pcap")
            let capture = try await LinkCapture.start(on: link, ["-w", file])
            let helper = try await helper(of: capture)
            kill(helper, SIGSTOP)
            let sent = try await link.play("boot-ok")
            try await capture.program.waitFor(
                "novatrace: the helper that tells whose connections are does not answer: ", within: .seconds(15))
            let pressed = ContinuousClock.now
            let result = try await capture.stop()
            #expect(ContinuousClock.now - pressed < .seconds(5))
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.diagrams.contains("completed: active on compute1"))
            #expect(try await link.read(file).packets == sent)
            #expect(try await eventually(within: .seconds(2)) { kill(helper, 0) != 0 })
        }
    }

    @Test func `says so and ends when the system has no thread for its user`() async throws {
        try await VirtualLink.run { link in
            let command = ["prlimit", "--nproc=0", try copy(in: link), "capture", "-i", "bus0", "--user", "nobody"]
            let result = try await link.run(["timeout", "20"] + command)
            #expect(result.status == 77)
            let sentence = "novatrace: the system has no thread left for this user (Resource temporarily unavailable)"
            #expect(result.errors.contains(sentence), "\(result.errors)")
        }
    }

    @Test func `ends in time while more comes than it can read`() async throws {
        try await VirtualLink.run { link in
            let file = link.path("boot.pcap")
            let capture = try await LinkCapture.start(on: link, ["-w", file, "--for", "3s", "--all"])
            let begun = ContinuousClock.now
            kill(try await helper(of: capture), SIGSTOP)
            let sender = Task { while !Task.isCancelled { try await link.play("lifecycle") } }
            let result = try await capture.result(within: .seconds(30))
            let lasted = ContinuousClock.now - begun
            sender.cancel()
            _ = await sender.result
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.errors.contains("capture ended: the time is over · after "), "\(result.errors)")
            #expect(lasted < .seconds(15), "\(lasted)")
            // Capturing itself ends when it is time, whatever is left to read: the packets tell.
            let times = try await link.run(["tcpdump", "-tt", "-nn", "-r", file]).output.split(separator: "\n")
                .compactMap { $0.split(separator: " ").first.flatMap { Double($0) } }
            let span = (times.last ?? 0) - (times.first ?? 0)
            #expect(times.count > 1000 && span < 4, "\(span) s")
        }
    }

    @Test func `says at once that the kernel drops packets when it does not get to run`() async throws {
        try await VirtualLink.run { link in
            let capture = try await LinkCapture.start(on: link, ["--buffer", "1"])
            let process = Int32(try #require(await capture.program.process))
            kill(process, SIGSTOP)
            let sent = try await link.play("lifecycle")
            kill(process, SIGCONT)
            try await capture.program.waitFor(
                "novatrace: the kernel drops packets of bus0, as novatrace does not take them in time",
                within: .seconds(5))
            let result = try await capture.stop()
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.errors.contains("bus0: \(sent) packets received"), "\(result.errors)")
            #expect(!result.errors.contains(" 0 dropped by the kernel"))
        }
    }
}
