import Capture
import Correlation
import Foundation
import Pipeline
import TestSupport

/// A value: what a capture holds.
struct TrafficCounts: Codable {
    let bytes: Int
    let packets: Int
    /// As novatrace finds them.
    let messages: Int

    /// Has another process of this program write a capture, and count what is in it.
    static func write(_ mix: Mix, to path: String, isQuick: Bool) throws -> TrafficCounts {
        let counts = path + ".json"
        defer { unlink(counts) }
        _ = try ChildProcess.run([
            Swift.CommandLine.arguments[0], "mix", path, mix.rawValue, isQuick ? "quick" : "whole", counts,
        ])
        return try JSONDecoder().decode(Self.self, from: Data(contentsOf: URL(filePath: counts)))
    }

    /// `mix FILE MIX quick|whole COUNTS`: writes a capture, and a file that says what is in it.
    static func runWriter(_ arguments: [String]) throws {
        guard arguments.count == 6, let mix = Mix(rawValue: arguments[3]) else {
            throw BenchmarkFailure(description: "usage: novatrace-bench mix FILE MIX quick|whole COUNTS")
        }
        let tally = try mix.write(to: arguments[2], isQuick: arguments[4] == "quick")
        var messages = 0
        let files = try CaptureFiles(paths: [arguments[2]])
        _ = try TracePipeline.run(over: files, PipelineOptions(limits: .streaming)) {
            if case .message = $0 { messages += 1 }
        }
        let counts = TrafficCounts(bytes: tally.bytes, packets: tally.packets, messages: messages)
        try JSONEncoder().encode(counts).write(to: URL(filePath: arguments[5]))
    }
}
