import Foundation
import Testing
import Trace

@testable import Rendering

func drawing(of trace: BusTrace, _ options: DiagramOptions = DiagramOptions()) throws -> SVGDrawing {
    let operation = try #require(trace.operations.first)
    return SVGDrawing(sequence(of: operation, in: trace, options: options), options: options)
}

func picture(of trace: BusTrace, _ options: DiagramOptions = DiagramOptions()) throws -> String {
    try rendered { try SVGRenderer().render(TraceExtract(trace, options: options), to: $0) }
}

@Suite struct `Drawings` {
    @Test func `a boot that hangs is the drawing that was looked at`() throws {
        try expectGolden("stuck.svg", try picture(of: Boots.stuck()))
    }

    @Test func `a boot with one of each trouble is the drawing that was looked at`() throws {
        try expectGolden(
            "troubled.svg", try picture(of: Boots.troubled(), DiagramOptions(width: 120) { $0.detail = .args }))
    }

    @Test func `the same trace gives the same bytes`() throws {
        #expect(try picture(of: Boots.completed()) == picture(of: Boots.completed()))
    }

    @Test(arguments: [false, true]) func `every message that is drawn is named once`(expand: Bool) throws {
        let options = DiagramOptions(width: 120) {
            $0.expand = expand
            $0.showsBackground = true
        }
        let trace = Boots.completed()
        let operation = try #require(trace.operations.first)
        let arrows = sequence(of: operation, in: trace, options: options).events.flatMap { event -> [MessageID] in
            if case .arrow(let arrow) = event.content { arrow.messages } else { [] }
        }
        let drawn = try SVGElements(picture(of: trace, options)).messages
        #expect(drawn == arrows.map(\.index))
        #expect(Set(drawn).count == drawn.count)
        #expect(drawn.count > operation.messages.count)
    }

    @Test func `each arrow tells who sent what to whom, when and how long it took`() throws {
        let titles = try SVGElements(picture(of: Boots.stuck())).elements("title").map(\.text)
        #expect(
            titles.contains { $0.hasPrefix("nova-api → nova-conductor · cast schedule_and_build_instances · 0.000 s") })
        #expect(titles.contains { $0.hasPrefix("nova-scheduler → nova-conductor") && $0.hasSuffix("latency 1.239 s") })
        #expect(titles.contains { $0.contains("nova-conductor → compute.compute3(nobody) (not taken)") })
    }

    @Test func `holds no script, no foreign content and no address but its name space`() throws {
        let text = try picture(of: Boots.troubled())
        let elements = try SVGElements(text)
        let known: Set = ["svg", "title", "desc", "style", "g", "rect", "path", "circle", "text"]
        #expect(Set(elements.all.map(\.name)).subtracting(known) == [])
        #expect(text.split(separator: "http").count == 2)
        #expect(!text.contains("url(") && !text.contains("@import") && !text.contains("var("))
    }

    @Test func `is told to who cannot see it`() throws {
        let elements = try SVGElements(picture(of: Boots.noValidHost()))
        let root = try #require(elements.all.first)
        #expect(root.attributes["role"] == "img")
        let named = (root.attributes["aria-labelledby"] ?? "").split(separator: " ").map(String.init)
        let ids = elements.all.compactMap { $0.attributes["id"] }
        #expect(named == ids)
        #expect(elements.elements("desc").first?.text.contains("found no valid host") == true)
    }

    @Test func `an element for a page has ids of its own and no style`() throws {
        let drawing = try drawing(of: Boots.stuck())
        let text = rendered { drawing.write(as: .element(prefix: "op-7"), to: $0) }
        #expect(text.hasPrefix("<svg "))
        let elements = try SVGElements(text)
        #expect(elements.elements("style").isEmpty)
        #expect(elements.all.compactMap { $0.attributes["id"] } == ["op-7-title", "op-7-desc"])
        #expect(elements.all.first?.attributes["width"] == String(drawing.width))
        #expect(elements.all.first?.attributes["height"] == String(drawing.height))
    }

    @Test func `several operations stand beneath each other, each with its headline`() throws {
        let elements = try SVGElements(picture(of: Boots.three()))
        #expect(
            elements.elements("text", classed: "sq-title").map(\.text) == [
                "boot 3 instances: vm-1, vm-2, vm-3", "boot vm-1", "boot vm-3",
            ])
        #expect(elements.texts.contains("the same messages as vm-1: vm-2"))
        #expect(elements.elements("style").count == 1)
        let ids = elements.all.compactMap { $0.attributes["id"] }
        #expect(Set(ids).count == ids.count)
    }

    @Test func `times are those that were asked for`() throws {
        let clock = try SVGElements(picture(of: Boots.stuck(), DiagramOptions(width: 120) { $0.time = .clock }))
        #expect(clock.texts.contains("2026-11-23"))
        #expect(clock.texts.contains("17:08:29.300"))
        let delta = try SVGElements(picture(of: Boots.stuck(), DiagramOptions(width: 120) { $0.time = .delta }))
        #expect(delta.texts.contains("+1.239"))
    }

    @Test func `says so when there is nothing to draw`() throws {
        #expect(try SVGElements(picture(of: BusTrace())).texts == ["no operation found"])
    }

    @Test func `more messages than a browser shows well are refused before anything is written`() throws {
        var boot = Boots.builder()
        for number in 0...SVGRenderer.mostMessages {
            boot.send(.cast, "m\(number)", from: Boots.api, to: [Boots.conductor], at: Double(number) / 1000)
        }
        let trace = boot.finish(outcome: .running, verdict: "")
        var written = 0
        let failure = #expect(throws: RenderingFailure.self) {
            try SVGRenderer().render(TraceExtract(trace)) { written += $0.count }
        }
        #expect(failure?.kind == .tooMuch)
        #expect(failure?.sentence.contains("10001") == true)
        #expect(failure?.sentence.contains("--since") == true)
        #expect(written == 0)
    }

    @Test func `more operations than a browser shows well are refused`() throws {
        var trace = Boots.three()
        trace.operations = (0...SVGRenderer.mostOperations).map { number in
            let operation = trace.operations[0]
            return Operation(
                id: OperationID(number), kind: .boot, requestID: "req-\(number)", instances: [], outcome: .completed,
                startedAt: operation.startedAt, endedAt: operation.endedAt, verdict: "")
        }
        let failure = #expect(throws: RenderingFailure.self) {
            try SVGRenderer().render(TraceExtract(trace)) { _ in Issue.record("something was written") }
        }
        #expect(failure?.sentence.contains("1001 are selected") == true)
    }
}

@Suite struct `Texts in XML` {
    @Test func `markup and quotes are escaped`() {
        #expect(XMLWriter.escaped(#"<a href="x">&'"#) == "&lt;a href=&quot;x&quot;&gt;&amp;&#39;")
    }

    @Test func `characters that XML does not allow become visible`() {
        #expect(XMLWriter.escaped("a\u{0}b\u{1B}\u{FFFE}\u{1FFFF}") == #"a\u{0}b\u{1B}\u{FFFE}\u{1FFFF}"#)
        #expect(XMLWriter.escaped("漢😀é") == "漢😀é")
    }

    @Test func `what stands beside a right-to-left name stays there`() {
        let text = written { $0.leaf("text", "✗ مرحبا · 23 ms", title: "مرحبا") }
        let parts = #"<tspan unicode-bidi="isolate">✗ مرحبا</tspan> · <tspan unicode-bidi="isolate">23 ms</tspan>"#
        #expect(text == "<text><title>مرحبا</title>\(parts)</text>\n")
        #expect(written { $0.leaf("text", "a · b") } == "<text>a · b</text>\n")
    }

    private func written(_ write: (inout XMLWriter) -> Void) -> String {
        rendered { sink in
            var xml = XMLWriter(to: sink)
            write(&xml)
            xml.flush()
        }
    }

    @Test func `names that are markup stay names`() throws {
        let hostile = [
            "</text><script>alert(1)</script>", "]]>", "<!--", "--><foreignObject>", "&lt;&#0;&xxe;", "\" onload=\"x",
            "\u{1B}[31mred\u{7}", "a\nb\r\n\tc", "\u{202E}txet", "שלום", "漢字テスト", "😀👩‍👩‍👧", "%%{init}%%",
            String(repeating: "long_name_", count: 30), "\u{FFFE}\u{FFFF}\u{0}", "", "  ",
        ]
        var boot = TraceBuilder(services: hostile.map { ($0, $0) })
        for (number, name) in hostile.enumerated() {
            let to = ParticipantID((number + 1) % hostile.count)
            boot.call(
                name, from: ParticipantID(number), to: to, at: Double(number) / 10, latency: 0.05, outcome: .error,
                failure: RemoteFailure(className: name, module: name, message: name)
            ) { $0.detail = name }
        }
        var trace = boot.finish(name: hostile[0], outcome: .failed, verdict: hostile.joined())
        trace.operations[0].requestID = hostile[5]
        let text = try picture(of: trace, DiagramOptions(width: 120) { $0.detail = .full })
        let elements = try SVGElements(text)
        let plain = try SVGElements(picture(of: Boots.troubled()))
        // The drawing itself isolates right-to-left names.
        #expect(Set(elements.all.map(\.name)).isSubset(of: Set(plain.all.map(\.name) + ["tspan"])))
        let attributes = Set(elements.all.flatMap(\.attributes.keys))
        #expect(attributes.isSubset(of: Set(plain.all.flatMap(\.attributes.keys) + ["unicode-bidi"])))
        #expect(elements.texts.contains { $0.contains("</text><script>alert(1)</script>") })
        #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
        #expect(!text.unicodeScalars.contains("\u{202E}"))
    }
}
