import Capture
import Foundation
import Pipeline
import Rendering
import TestSupport
import Testing
import Trace

/// What `capture` prints while it goes on, for the packets of a recording.
///
/// A file that is missing is written, and the test fails: look at it before it is committed.
@Suite struct `The lines of a live capture` {
    struct Case: CustomTestStringConvertible, Sendable {
        let recording: String
        /// `nil` in a pipe.
        var width: Int?
        var ascii = false
        var all = false

        var testDescription: String {
            ["live", recording, width.map { "\($0)" } ?? "pipe", ascii ? "ascii" : nil, all ? "all" : nil]
                .compactMap { $0 }.joined(separator: "-")
        }
    }

    static let cases = [
        Case(recording: "boot-ok"), Case(recording: "boot-ok", width: 80), Case(recording: "boot-ok", width: 120),
        Case(recording: "boot-novalidhost", width: 100, ascii: true),
        Case(recording: "boot-conductor-down", width: 120),
        Case(recording: "boot-midstream", width: 160, all: true),
    ]

    @Test(arguments: cases)
    func `are those that were looked at`(example: Case) throws {
        let text = try lines(of: example)
        try GoldenFile("../Golden/\(example.testDescription).txt").check(text)
    }

    @Test(arguments: [40, 60, 80, 120]) func `are never wider than the terminal`(width: Int) throws {
        let text = try lines(of: Case(recording: "lifecycle", width: width, all: true))
        for line in text.split(separator: "\n") { #expect(line.count <= width, "\(line)") }
    }

    private func lines(of example: Case) throws -> String {
        var options = DiagramOptions()
        options.width = example.width ?? 1000
        options.ascii = example.ascii
        let text = Text()
        var lines = LiveLines(options, isBounded: example.width != nil) { text.bytes += $0 }
        var selection = LiveSelection(Pipeline.Selection(), showsBackground: example.all)
        var pipeline = LivePipeline(retention: nil)
        let path = ExternalProgram.projectFolder.appending(path: "captures/\(example.recording).pcap")
        let files = try CaptureFiles(paths: [path.path(percentEncoded: false)])
        while try files.nextPacket({ header, bytes in
            pipeline.receive(bytes, header: header) { if selection.wants($0) { lines.write($0) } }
        }) {}
        _ = pipeline.finish(files.sources) { if selection.wants($0) { lines.write($0) } }
        lines.flush()
        return String(decoding: text.bytes, as: UTF8.self)
    }

    private final class Text {
        var bytes: [UInt8] = []
    }
}
