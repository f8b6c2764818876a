import Foundation
import Rendering
import Testing
import Trace

private func page(
    of trace: BusTrace, operations: [OperationID]? = nil, _ options: DiagramOptions = DiagramOptions(),
    command: String = ""
) throws -> String {
    try rendered {
        try HTMLRenderer().render(
            TraceExtract(trace, operations: operations, options: options, command: command), to: $0)
    }
}

/// What is written for this trace: no head, no script, no drawings nor their sizes, which have golden files of their own.
private func content(_ page: String) -> String {
    let body = page.parts(between: "<body>", "<script>").first ?? ""
    return body.without(from: "<svg ", to: "</svg>").without(from: " style=\"", to: "\"")
}

/// The messages' data of a page, read as its script does.
private func data(_ page: String) throws -> [String: [String: Any]] {
    var messages: [String: [String: Any]] = [:]
    for json in page.parts(between: #"<script type="application/json" class="data">"#, "</script>") {
        let object = try JSONSerialization.jsonObject(with: Data(json.utf8))
        messages.merge(try #require(object as? [String: [String: Any]])) { $1 }
    }
    return messages
}

extension String {
    /// What stands between each `start` and the next `end`.
    fileprivate func parts(between start: String, _ end: String) -> [String] {
        components(separatedBy: start).dropFirst().compactMap { $0.components(separatedBy: end).first }
    }

    fileprivate func without(from start: String, to end: String) -> String {
        let parts = components(separatedBy: start)
        return parts.dropFirst().reduce(parts[0]) { text, part in
            text + part.components(separatedBy: end).dropFirst().joined(separator: end)
        }
    }
}

private let hostile = [
    "<img src=x onerror=alert(1)>", "</script><script>window.ran = true</script>", "\"' onclick=\"window.ran = true",
    "]]> <!-- -->", "&lt;b&gt; &amp;", "a\u{202E}txt.exe\u{1B}[31m\u{0}\r\n", "\u{2028}\u{2029}", "שלום مرحبا 🦊",
    String(repeating: "long ", count: 60),
]

@Suite struct `A page` {
    @Test func `holds a boot that failed`() throws {
        let options = DiagramOptions(width: 120) { $0.detail = .full }
        var trace = Boots.noValidHost()
        trace.messages[1].detail = #"{"method": "select_destinations", "args": {"limits": 1.0}}"#
        try expectGolden(
            "page-novalidhost.html", content(try page(of: trace, options, command: "novatrace export boot.pcap")))
    }

    @Test func `holds one of each thing that can be wrong with a message`() throws {
        try expectGolden("page-marks.html", content(try page(of: Boots.troubled())))
    }

    @Test func `tells what servers of one request share once`() throws {
        try expectGolden("page-three.html", content(try page(of: Boots.three())))
    }

    @Test func `has every place that it leads to`() throws {
        for trace in [Boots.completed(), Boots.three(), Boots.troubled()] {
            let page = try page(of: trace)
            let places = Set(page.parts(between: " id=\"", "\""))
            for link in page.parts(between: " href=\"#", "\"") { #expect(places.contains(link)) }
        }
    }

    @Test func `is the same bytes for the same input`() throws {
        #expect(try page(of: Boots.completed()) == page(of: Boots.completed()))
    }

    @Test func `asks for nothing from outside`() throws {
        let page = try page(of: Boots.completed())
        #expect(page.contains(#"content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline';"#))
        #expect(page.contains(#"<link rel="icon" href="data:,">"#))
        let links = page.parts(between: " href=\"", "\"")
        #expect(!links.isEmpty)
        #expect(links.allSatisfy { $0.hasPrefix("#") || $0 == "data:," })
        #expect(!page.contains(" src="))
        #expect(!page.contains("@import"))
        #expect(!page.contains("url("))
    }

    @Test func `has a script that only puts in text`() throws {
        let page = try page(of: Boots.noValidHost())
        for name in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function("] {
            #expect(!page.contains(name))
        }
    }

    @Test func `has a small style and a small script`() throws {
        let page = try page(of: Boots.noValidHost())
        let style = try #require(page.parts(between: "<style>", "</style>").first)
        let script = try #require(page.parts(between: "<script>", "</script>").first)
        #expect(style.utf8.count + script.utf8.count < 24_000)
    }

    @Test func `has one row and one story for every message that is drawn`() throws {
        let trace = Boots.completed()
        let page = try page(of: trace)
        let drawn = try HTMLRenderer().messages(of: TraceExtract(trace))
        #expect(page.parts(between: "<tr id=\"op0-m", "\"").count == drawn.count)
        #expect(Set(try data(page).keys) == Set(drawn.map(String.init)))
    }

    @Test func `holds what messages carried as it is`() throws {
        var trace = Boots.noValidHost()
        let body = #"{"args": {"id": 12345678901234567890, "ratio": 1.0, "text": "a </script> & 'b'"}}"#
        trace.messages[1].detail = body
        #expect(try data(page(of: trace))["1"]?["body"] as? String == body)
    }

    @Test func `does not write what messages carried into the drawing`() throws {
        var trace = Boots.noValidHost()
        trace.messages[1].detail = #"{"marker": 1}"#
        let page = try page(of: trace, DiagramOptions(width: 120) { $0.detail = .full })
        #expect(page.components(separatedBy: "marker").count == 2)
    }

    @Test(arguments: hostile) func `takes any name for a text`(name: String) throws {
        var trace = Boots.troubled()
        for id in trace.messages.indices {
            trace.messages[id].method = name
            trace.messages[id].objectMethod = name
            trace.messages[id].amqp?.routingKey = name
            trace.messages[id].uniqueID = name
            trace.messages[id].events = [ExternalEvent(name: name)]
            trace.messages[id].detail = "\"\(name)\""
            trace.messages[id].failure = trace.messages[id].failure.map { _ in
                RemoteFailure(className: name, module: name, message: name)
            }
        }
        for id in trace.participants.indices {
            trace.participants[id].service = name
            trace.participants[id].label = name
            trace.participants[id].host = name
        }
        trace.operations[0].instanceName = name
        trace.operations[0].instances = [name]
        trace.operations[0].requestID = name
        trace.operations[0].verdict = name
        trace.operations[0].steps = [Step(name: name, status: .failed, from: 0, to: 1)]
        trace.capture.sources[0].path = name
        let plain = try page(of: Boots.troubled())
        let page = try page(of: trace, command: "novatrace export '\(name)'")
        #expect(!page.contains("<img"))
        #expect(!page.contains("onclick=\""))
        #expect(page.components(separatedBy: "<script").count == plain.components(separatedBy: "<script").count)
        #expect(page.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" })
        #expect(!page.unicodeScalars.contains { [0x202E, 0x2028, 0x2029].contains($0.value) })
        #expect(try data(page).count == data(plain).count)
    }

    @Test func `refuses more messages than a browser shows well`() throws {
        var trace = Boots.noValidHost()
        let pattern = trace.messages[1]
        for id in trace.messages.count..<HTMLRenderer.messageLimit + 10 {
            var message = Message(
                id: MessageID(id), kind: .cast, amqp: pattern.amqp, bytes: 1)
            message.method = "m"
            message.publishedAt = pattern.publishedAt
            trace.messages.append(message)
        }
        trace.operations[0].messages = Array(trace.messages.ids)
        let failure = #expect(throws: RenderingFailure.self) { try page(of: trace) }
        #expect(failure?.kind == .tooMuch)
        #expect(failure?.sentence.contains("--instance") == true)
    }

    @Test func `says that nothing was found`() throws {
        #expect(try page(of: BusTrace()).contains("No operation was found"))
    }

    @Test func `lists many operations without telling them`() throws {
        var trace = Boots.noValidHost()
        let first = trace.operations[0]
        trace.operations = (0..<20).map { id in
            Operation(
                id: OperationID(id), kind: .other, requestID: "req-\(id)", instances: [], outcome: .unknown,
                startedAt: first.startedAt, endedAt: first.endedAt, verdict: "")
        }
        let page = try page(of: trace)
        #expect(page.contains("Select with --instance"))
        #expect(!page.contains("<svg "))
        #expect(!page.contains(#"id="filters""#))
    }
}
