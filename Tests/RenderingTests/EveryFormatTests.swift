import Foundation
import Testing
import Trace

@testable import Rendering

/// What no format may stumble over.
@Suite struct `Every format` {
    static let formats = Formats.all.filter { !$0.isBinary }.map(\.name)

    /// That it is whole, as far as a reader without its own parser can tell.
    private func expectWhole(_ text: String, _ format: String) throws {
        #expect(!text.isEmpty)
        switch format {
        case "json": _ = try JSONSerialization.jsonObject(with: Data(text.utf8))
        case "jsonl":
            for line in text.split(separator: "\n") { _ = try JSONSerialization.jsonObject(with: Data(line.utf8)) }
        case "svg": #expect(text.hasSuffix("</svg>\n"))
        case "html": #expect(text.hasSuffix("</html>\n"))
        default: #expect(text.utf8.last == 10)
        }
    }

    @Test(arguments: formats) func `writes a whole document of nothing at all`(format: String) throws {
        try expectWhole(exported(BusTrace(), as: format), format)
        var empty = TraceBuilder(services: [])
        try expectWhole(exported(empty.finish(outcome: .unknown, verdict: "nothing seen"), as: format), format)
    }

    @Test(arguments: formats) func `writes one lane, and a message to itself`(format: String) throws {
        var one = TraceBuilder(services: [("nova-conductor", nil)])
        one.call("Instance.save", from: 0, to: 0, at: 0, latency: 0.1)
        let text = try exported(one.finish(outcome: .completed, verdict: "ok"), as: format)
        try expectWhole(text, format)
        #expect(text.contains("nova-conductor") && text.contains("save"))
    }

    @Test(arguments: formats) func `writes two hundred lanes`(format: String) throws {
        var many = TraceBuilder(services: (0..<200).map { ("service-\($0)", nil) })
        for lane in 0..<200 {
            many.call(
                "ping", from: ParticipantID(lane), to: ParticipantID((lane * 7 + 1) % 200), at: Double(lane) / 100,
                latency: 0.001)
        }
        let text = try exported(many.finish(outcome: .completed, verdict: "ok"), as: format)
        try expectWhole(text, format)
        #expect((0..<200).allSatisfy { text.contains("service-\($0)") })
    }

    @Test(arguments: formats) func `writes an operation that is still open, and wide names`(format: String) throws {
        var boot = TraceBuilder(services: [("nova-conductor", nil), ("虚拟机🚀", "計算")])
        boot.call(String(repeating: "構築", count: 100), from: 0, to: 1, at: 0, latency: nil, outcome: .unanswered)
        let text = try exported(boot.finish(name: "虚", outcome: .running, verdict: "進行中"), as: format)
        try expectWhole(text, format)
        // PlantUML writes what is not plain as its number.
        #expect(text.contains("虚拟机") || format == "plantuml" && text.contains("<U+865A>"))
    }
}
