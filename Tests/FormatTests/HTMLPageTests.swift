import Foundation
import Rendering
import TestSupport
import Testing
import Trace

@Suite(.enabled(ReaderProgram.browserIsMissing) { await ReaderProgram.hasBrowser() }, .serialized)
struct `A page in the browser` {
    private static func used(_ arguments: [String], scratch: Scratch) async throws -> UsedPage {
        let path = scratch.path("report.html")
        let result = try await ExternalProgram.novatrace.run(["export"] + arguments + ["-o", path])
        try #require(result.status == 0, "\(result.errors)")
        return try await ReaderProgram.run("use-page", [path], as: UsedPage.self)
    }

    @Test(arguments: ["boot-novalidhost", "boot-ok", "boot-conductor-down"])
    func `is read with mouse and keyboard`(recording: String) async throws {
        let scratch = try Scratch()
        let page = try await Self.used(["captures/\(recording).pcap"], scratch: scratch)
        #expect(page.console.isEmpty)
        #expect(page.requests.isEmpty)
        #expect(page.pdf_bytes > 20_000)
        #expect(page.on_paper == ["none", "none", "none"])

        let filters = page.filters
        #expect(filters.typed.map(\.title) == ["select_destinations"])
        #expect(filters.typed.allSatisfy { $0.kind == "reply" })
        #expect(filters.count == "1 of \(filters.all.count)")
        #expect(filters.faded == filters.arrows - 1)
        #expect(filters.nothing.isEmpty)
        #expect(filters.problems == filters.all.filter(\.problem))
        #expect(filters.replies == filters.all.filter { $0.kind == "reply" })

        let latencies = page.sorting.up.compactMap { $0.latency.flatMap(Int.init) }
        #expect(latencies == latencies.sorted())
        #expect(page.sorting.down.compactMap { $0.latency.flatMap(Int.init) } == latencies.reversed())
        #expect([page.sorting.up_order, page.sorting.down_order] == ["ascending", "descending"])
        #expect(page.sorting.up.last?.latency == nil)
        #expect(page.sorting.down.last?.latency == nil)

        #expect(page.mouse.panel.open)
        #expect(page.mouse.panel.title == filters.all.first { $0.id == page.mouse.messages }?.title)
        #expect(page.mouse.panel.body.contains("\n  \"method\": \"schedule_and_build_instances\""))
        #expect(!page.mouse.closed.open)
        #expect(page.mouse.focus == page.mouse.messages)

        let keyboard = page.keyboard
        #expect(keyboard.slash == "filter")
        #expect(keyboard.first == page.mouse.messages)
        #expect(keyboard.second != keyboard.first)
        #expect(keyboard.outline != "none")
        #expect(keyboard.panel.title == "select_destinations")
        #expect(keyboard.panel.facts["outcome"] != nil)
        #expect(keyboard.panel.parts.count == 2)
        #expect(keyboard.stepped.text != keyboard.panel.text)
        #expect(!keyboard.closed.open)
        #expect(keyboard.back == keyboard.second)
        #expect(keyboard.row.open)
    }

    @Test func `shows a failure's class, its text and its traceback`() async throws {
        let scratch = try Scratch()
        let page = try await Self.used(["captures/boot-novalidhost.pcap"], scratch: scratch)
        let answer = try #require(page.stories.first { $0.facts["failure"] != nil && $0.text.contains("its request") })
        #expect(answer.facts["failure"] == "NoValidHost nova.exception")
        #expect(answer.facts["text"]?.hasPrefix("No valid host was found") == true)
        #expect(answer.facts["packets"] == "2871, 2875")
        #expect(answer.body.contains("\n    \"class\": \"NoValidHost\""))
    }

    @Test func `leaves out what messages carried where that is wanted`() async throws {
        let scratch = try Scratch()
        let page = try await Self.used(["captures/boot-novalidhost.pcap", "--detail", "none"], scratch: scratch)
        #expect(page.stories.allSatisfy { $0.body.isEmpty && $0.text.contains("not kept") })
    }

    @Test func `shows no secret`() async throws {
        let scratch = try Scratch()
        let path = scratch.path("report.html")
        _ = try await ExternalProgram.novatrace.run(["export", "captures/boot-ok.pcap", "-o", path])
        let page = String(decoding: try scratch.bytes("report.html"), as: UTF8.self)
        #expect(page.contains(#"\"_context_auth_token\": \"***\""#))
        #expect(page.contains(#"\"admin_password\": \"***\""#))
        // Of what users may have written only the members with harmless keys are shown.
        #expect(page.contains(#"\"image_owner_specified.openstack.object\": \"***\", \"image_min_ram\": \"0\""#))
        #expect(!page.contains("gAAAA"))
    }

    @Test func `is the same from a pipe, which is read once`() async throws {
        let scratch = try Scratch()
        let capture = try Data(
            contentsOf: ExternalProgram.projectFolder.appending(path: "captures/boot-novalidhost.pcap"))
        let piped = try await ExternalProgram.novatrace.run(["export", "-", "--format", "html"], input: Array(capture))
        let read = try await ExternalProgram.novatrace.run(
            ["export", "captures/boot-novalidhost.pcap", "--format", "html", "-o", scratch.path("report.html")])
        #expect(piped.status == 0 && read.status == 0)
        let bodies = #/"body":"(?:[^"\\]|\\.)*"/#
        let page = String(decoding: try scratch.bytes("report.html"), as: UTF8.self)
        #expect(!page.matches(of: bodies).isEmpty)
        #expect(piped.output.matches(of: bodies).map(\.output) == page.matches(of: bodies).map(\.output))
    }

    @Test func `takes hostile names for texts`() async throws {
        let scratch = try Scratch()
        let names = [
            "<img src=x onerror='window.ran = true'>", "</script><script>window.ran = true</script>",
            "\" onmouseover=\"window.ran = true", "<svg onload=window.ran=true>",
        ]
        var bytes: [UInt8] = []
        try withoutActuallyEscaping({ (chunk: [UInt8]) in bytes += chunk }) { sink in
            try HTMLRenderer().render(TraceExtract(Self.trace(of: names), command: names[0]), to: sink)
        }
        let page = try await ReaderProgram.run(
            "use-page", [try scratch.write("report.html", bytes)], as: UsedPage.self)
        #expect(!page.ran)
        #expect(page.console.isEmpty)
        #expect(page.requests.isEmpty)
        #expect(page.elements["img"] == nil)
        #expect(page.elements["svg"] == 1)
        #expect(page.elements["script"] == 2)
        for name in names {
            #expect(page.text.contains(name))
            #expect(page.stories.contains { $0.title == name && $0.body.contains("a </script>") })
        }
        #expect(!page.panel_elements.contains { ["img", "script", "svg"].contains($0) })
    }

    /// A call for each name, which is also that of everything else about it.
    private static func trace(of names: [String]) -> BusTrace {
        var trace = BusTrace()
        let start = Timestamp(seconds: 1_795_453_709, nanoseconds: 0)
        var source = CaptureSource(path: names[0], linkType: "EN10MB")
        (source.first, source.last) = (start, start + .seconds(10))
        trace.capture.sources = [source]
        trace.participants = names.enumerated().map { Participant(id: ParticipantID($0), service: $1, label: $1) }
        for (id, name) in names.enumerated() {
            let at = start + .milliseconds(Int64(id))
            var message = Message(id: MessageID(id), kind: .cast, exchange: name, routingKey: name, bytes: 1)
            (message.method, message.uniqueID, message.from, message.publishedAt) = (name, name, ParticipantID(id), at)
            message.deliveries = [
                Delivery(to: ParticipantID((id + 1) % names.count), at: at, redelivered: false, connection: 0)
            ]
            message.failure = RemoteFailure(className: name, module: name, message: name)
            message.detail = #"{"text": "a </script> <img src=x onerror='window.ran = true'>"}"#
            trace.messages.append(message)
        }
        var operation = Operation(
            id: 0, kind: .boot, requestID: names[1], instances: [names[2]], outcome: .failed, startedAt: start,
            endedAt: start + .seconds(1), verdict: names[3])
        operation.instanceName = names[0]
        operation.steps = [Step(name: names[3], status: .failed, from: 0, to: 1, messages: [0], at: start)]
        operation.messages = Array(trace.messages.ids)
        trace.operations = [operation]
        return trace
    }
}
