package import Foundation
import Subprocess

/// How the packets of a test's bus become a trace.
package enum BusRecorder: Sendable {
    /// tcpdump writes a file, which `novatrace export` reads.
    case tcpdump
    /// `novatrace capture` does both.
    case novatrace

    /// Starts to record what goes to and from `port` on the loopback interface, with its files in `folder`, and returns
    /// when no packet is missed any more.
    package func start(port: Int, folder: URL) async throws -> BusRecording {
        let file = folder.appending(path: "bus-\(UUID().uuidString).pcap").path(percentEncoded: false)
        let program =
            switch self {
            case .tcpdump: try await Self.startTcpdump(port: port, file: file)
            case .novatrace:
                try await Self.startNovatrace(port: port, file: file, ["--format", "json", "--detail", "full"])
            }
        return BusRecording(recorder: self, program: program, file: file, start: Date())
    }

    static func startTcpdump(port: Int, file: String) async throws -> BackgroundProgram {
        guard let tcpdump = ExternalProgram.installed("tcpdump") else { throw BusFailure("tcpdump is missing") }
        let program = await BackgroundProgram.start(
            tcpdump.location, ["-i", "lo", "--immediate-mode", "-U", "-B", "65536", "-w", file, "tcp port \(port)"])
        try await program.waitFor("listening on")
        return program
    }

    static func startNovatrace(port: Int, file: String, _ arguments: [String]) async throws -> BackgroundProgram {
        let program = await BackgroundProgram.start(
            ExternalProgram.novatrace.location, ["capture", "-i", "lo", "--port", "\(port)", "-w", file] + arguments)
        // The header of the file is written when the interface is open.
        let isOpen = try await eventually(within: .seconds(30)) {
            let size = try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int
            if let status = await program.status { throw BusFailure("novatrace ended with \(status)") }
            return size ?? 0 >= 24
        }
        guard isOpen else { throw BusFailure("novatrace capture did not open its file") }
        return program
    }
}

/// A recording under way.
package struct BusRecording: Sendable {
    fileprivate let recorder: BusRecorder
    fileprivate let program: BackgroundProgram
    /// The packets; gone after the test.
    package let file: String
    /// From when on nothing is missed.
    package let start: Date

    /// Ends it as Ctrl-C does.
    ///
    /// - Returns: the trace as JSON.
    package func finish() async throws -> [UInt8] {
        // The kernel hands packets over in blocks.
        try await Task.sleep(for: .milliseconds(300))
        await program.send(.interrupt)
        let status = try await program.waitForEnd()
        guard status == 0 else { throw BusFailure("the recorder ended with \(status): \(await program.lastWords)") }
        switch recorder {
        case .novatrace:
            return await program.output
        case .tcpdump:
            guard await program.lastWords.contains("\n0 packets dropped by kernel") else {
                throw BusFailure("tcpdump lost packets: \(await program.lastWords)")
            }
            return try await replay()
        }
    }

    /// The trace that a replay of the packets gives, as JSON; to be asked for after the end.
    package func replay() async throws -> [UInt8] {
        let result = try await ExternalProgram.novatrace.run(["export", "--format", "json", "--detail", "full", file])
        guard result.status == 0 else { throw BusFailure("novatrace export: \(result.errors)") }
        return Array(result.output.utf8)
    }

    /// Ends it at once, when a test fails before its end.
    package func end() async {
        await program.end()
    }
}
