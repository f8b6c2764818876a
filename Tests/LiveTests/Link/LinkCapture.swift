import Foundation
import Subprocess
import TestSupport

/// `novatrace capture` on a link of a test.
struct LinkCapture {
    let program: BackgroundProgram

    /// What it printed and how it ended.
    struct Result {
        let status: Int
        let output: String
        let errors: String

        /// Lines of standard output before the diagrams; each begins with a time.
        var lines: [Substring] {
            output.split(separator: "\n", omittingEmptySubsequences: false).prefix {
                $0.prefixMatch(of: #/\d\d:\d\d:\d\d\.\d{3} /#) != nil
            }
        }

        /// The diagrams, which come after the lines and an empty one.
        var diagrams: String {
            output.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(lines.count)
                .joined(separator: "\n")
        }
    }

    /// Starts a capture on `bus0` or what `arguments` name, and returns when no packet is missed any more.
    ///
    /// - Parameter prefix: a command that becomes novatrace, e.g. `setpriv`.
    static func start(
        on link: VirtualLink, _ arguments: [String], prefix: [String] = [], program: String? = nil,
        environment: [String: String] = [:]
    ) async throws -> LinkCapture {
        let onInterface = arguments.contains("-i") ? [] : ["-i", "bus0"]
        let command = prefix + [program ?? ExternalProgram.novatrace.location, "capture"] + onInterface + arguments
        let capture = LinkCapture(program: await link.start(command, environment: environment))
        try await capture.program.waitUntilCapturing()
        return capture
    }

    /// Ends it with a signal, when the kernel may still hold what was sent.
    func stop(_ signal: Signal = .interrupt) async throws -> Result {
        await program.send(signal)
        return try await result()
    }

    /// Waits until it has ended.
    func result(within limit: Duration = .seconds(20)) async throws -> Result {
        let status = try await program.waitForEnd(within: limit)
        return Result(
            status: status, output: String(decoding: await program.output, as: UTF8.self),
            errors: String(decoding: await program.errors, as: UTF8.self))
    }
}

extension BackgroundProgram {
    /// Waits until `process`, by default its own, holds back SIGHUP, SIGINT and SIGTERM, and only those: it does so once
    /// the interfaces are open.
    func waitUntilCapturing(process: Int? = nil) async throws {
        let isCapturing = try await eventually(within: .seconds(20)) {
            if status != nil { return true }
            guard let process = process ?? self.process, let status = ProcessStatus(of: process) else { return false }
            return status.blockedSignals == 0x4003
        }
        guard isCapturing else { throw BusFailure("it does not capture: \(lastWords)") }
    }
}

/// A value: what Linux says of a process (proc_pid_status(5)).
struct ProcessStatus {
    private let fields: [Substring: [Substring]]

    /// `nil` where there is no such process.
    init?(of process: Int) {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8) else { return nil }
        fields = text.split(separator: "\n").reduce(into: [:]) { fields, line in
            let parts = line.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == ":" }
            fields[parts[0]] = parts.dropFirst().first?.split(whereSeparator: \.isWhitespace) ?? []
        }
    }

    func numbers(_ name: Substring) -> [Int] { fields[name, default: []].compactMap { Int($0) } }
    func mask(_ name: Substring) -> UInt64 { fields[name]?.first.flatMap { UInt64($0, radix: 16) } ?? 0 }

    /// Signals that the main thread holds back, the first in bit 0.
    var blockedSignals: UInt64 { mask("SigBlk") }
}
