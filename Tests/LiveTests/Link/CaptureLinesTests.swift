import Foundation
import TestSupport
import Testing

extension `A capture on a link` {
    @Test func `prints lines in a pipe within a second of their packets, plain`() async throws {
        try await VirtualLink.run { link in
            let capture = try await LinkCapture.start(on: link, [])
            let arrivals = Task { try await Self.arrivals(of: capture.program) }
            // The part in which the server boots.
            try await link.play("boot-ok", speed: 8, part: 0.5...1)
            let result = try await capture.stop()
            #expect(result.status == 0)
            let times = try await arrivals.value
            #expect(result.lines.count > 20 && times.count >= result.lines.count)
            for (line, arrival) in zip(result.lines, times) {
                #expect(
                    line.wholeMatch(of: /\d\d:\d\d:\d\d\.\d{3}  \S+ +→ \S+ .*(call|cast|reply|fanout|notify) .*/) != nil
                )
                // Only after a second it is known that nobody takes a message.
                guard !line.contains("nobody listens"), !line.contains("not seen taken") else { continue }
                let delay = try #require(Self.secondsOfDay(line)).distance(to: arrival)
                #expect(delay > -0.1 && delay < 1, "\(delay) s: \(line)")
            }
            #expect(!result.output.contains("\u{1B}"))
            #expect(!result.errors.contains("\u{1B}") && !result.errors.contains("\r"), "no status line")
        }
    }

    /// When each line of its output came, in seconds of the day (UTC), until it ends.
    private static func arrivals(of program: BackgroundProgram) async throws -> [Double] {
        var arrivals: [Double] = []
        while true {
            let isOver = await program.status != nil
            let count = await program.output.count { $0 == UInt8(ascii: "\n") }
            let now = Date().timeIntervalSince1970.truncatingRemainder(dividingBy: 86400)
            while arrivals.count < count { arrivals.append(now) }
            if isOver { return arrivals }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private static func secondsOfDay(_ line: Substring) -> Double? {
        let parts = line.prefix(12).split(separator: ":").compactMap { Double($0) }
        return parts.count == 3 ? parts[0] * 3600 + parts[1] * 60 + parts[2] : nil
    }

    @Test(
        arguments: [([], ["COLUMNS": "64"]), (["--width", "64"], ["COLUMNS": "200"])] as [([String], [String: String])])
    func `fits lines and diagrams into the columns it is told`(
        arguments: [String], environment: [String: String]
    ) async throws {
        try await VirtualLink.run { link in
            let capture = try await LinkCapture.start(on: link, arguments, environment: environment)
            try await link.play("boot-ok")
            let result = try await capture.stop()
            let widths = result.output.split(separator: "\n").map(\.count)
            #expect(widths.count > 60)
            #expect(widths.max().map { $0 <= 64 } == true)
            #expect(widths.max().map { $0 >= 60 } == true)
        }
    }

    // MARK: On a terminal

    @Test func `is coloured on a terminal, fits it, and has a status line there`() async throws {
        try await VirtualLink.run { link in
            let terminal = try await LinkTerminal.start(on: link, columns: 90, [])
            try await link.play("boot-ok")
            let hasStatus = try await eventually(within: .seconds(5)) {
                await terminal.screen.contains("150 messages, ")
            }
            #expect(hasStatus)
            await terminal.press(.controlC)
            #expect(try await terminal.waitForEnd() == 0)
            let screen = await terminal.screen
            #expect(screen.contains(/\d+ messages, \d+\/s, \d+ calls open, 0 packets dropped by the kernel/))
            let shown = Self.finalLines(of: screen)
            #expect(!shown.contains { $0.contains("calls open, ") }, "the status line is taken away")
            #expect(shown.map(\.count).max().map { $0 <= 90 } == true)
            #expect(shown.contains { $0.contains("completed: active on compute1") })
            #expect(shown.contains { $0.hasPrefix("capture ended: interrupted") })
            #expect(screen.contains("\u{1B}[1mnova-api\u{1B}[0m"), "names are strong")
        }
    }

    @Test func `has no colour with NO_COLOR, and no status line where errors go to a file`() async throws {
        try await VirtualLink.run { link in
            let errors = link.path("errors")
            let terminal = try await LinkTerminal.start(
                on: link, [], errors: errors, environment: ["NO_COLOR": "1"])
            try await link.play("boot-novalidhost")
            try await Task.sleep(for: .seconds(1))
            await terminal.press(.controlC)
            #expect(try await terminal.waitForEnd() == 0)
            #expect(await !terminal.screen.contains("\u{1B}"))
            #expect(await !terminal.screen.contains("calls open, "))
            let said = try String(contentsOfFile: errors, encoding: .utf8)
            #expect(said.hasPrefix("capture ended: interrupted") && !said.contains("\u{1B}"))
        }
    }

    /// What stays on a screen: what is after the last return to the margin of each line, without colours.
    private static func finalLines(of screen: String) -> [String] {
        screen.replacing("\r\n", with: "\n").split(separator: "\n").map { line in
            let last = line.split(separator: "\u{1B}[K", omittingEmptySubsequences: false).last ?? ""
            return String(last).replacing(/\u{1B}\[[0-9;]*m/, with: "").replacing("\r", with: "")
        }
    }
}
