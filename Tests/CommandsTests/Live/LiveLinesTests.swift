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

    @Test func `tell trouble with a connection in a sentence of its own that is wrapped, not cut`() {
        var incident = ConnectionIncident(
            .loginRefused, at: Timestamp(seconds: 1_700_000_000, nanoseconds: 0), client: "10.0.0.7:40000",
            server: "10.0.0.2:5672")
        (incident.user, incident.code, incident.count) = ("nova", 403, 12)
        incident.text = "ACCESS_REFUSED - Login was refused using authentication mechanism AMQPLAIN\u{1B}[2J"
        var event = BusEvent(.trouble, at: incident.at, message: nil, call: nil)
        event.incident = incident
        event.from = Participant(id: 0, service: "nova-compute", label: "nova-compute")
        func written(width: Int?) -> String {
            var options = DiagramOptions()
            options.width = width ?? 1000
            let text = Text()
            var lines = LiveLines(options, isBounded: width != nil) { text.bytes += $0 }
            lines.write(event)
            lines.flush()
            return String(decoding: text.bytes, as: UTF8.self)
        }
        let sentence =
            "✗ 12 logins of nova refused by 10.0.0.2:5672: 403 ACCESS_REFUSED - Login was refused using authentication "
            + "mechanism AMQPLAIN"
        let piped = written(width: nil)
        #expect(piped.hasPrefix("22:13:20.000  \(sentence)"))
        #expect(piped.hasSuffix(" (nova-compute 10.0.0.7)\n") && !piped.contains("\u{1B}"))
        for width in [40, 80, 120] {
            let lines = written(width: width).split(separator: "\n")
            #expect(lines.count > 1 && lines.allSatisfy { $0.count <= width })
            #expect(lines.joined(separator: " ").split(separator: " ").contains("10.0.0.7)"))
        }
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
