import Foundation
import Testing
import Trace

@testable import Rendering

@Suite struct `Trace as JSON` {
    private func document(_ trace: BusTrace, _ operations: [OperationID]? = nil) -> String {
        rendered { TraceJSON(trace, operations: operations).write(.document, to: $0) }
    }

    private func linesOf(_ trace: BusTrace) -> String {
        rendered { TraceJSON(trace).write(.lines, to: $0) }
    }

    private func parsed(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test func `one message, as the contract has it`() throws {
        var boot = Boots.builder()
        boot.call("Instance.save", from: 3, to: 1, at: 0, latency: 0.048)
        boot.state("active", nil, message: 0)
        let trace = boot.finish(outcome: .completed, verdict: "active")
        try expectGolden("small.json", document(trace))
        try expectGolden("small.jsonl", linesOf(trace))
    }

    @Test func `unknown is absent and none is null`() throws {
        var boot = Boots.builder()
        boot.state("active", nil, message: boot.send(.cast, "x", from: nil, to: [1], at: 0))
        let object = try parsed(document(boot.finish(outcome: .completed, verdict: "")))
        let message = try #require((object["messages"] as? [[String: Any]])?.first)
        #expect(message["from"] == nil && message["msg_id"] == nil)
        let state = try #require(message["state"] as? [String: Any])
        #expect(state["task_state"] is NSNull)
        #expect(state["power_state"] == nil)
        #expect(state["vm_state"] as? String == "active")
    }

    @Test func `any text survives, and nothing that is not a character gets out`() throws {
        let texts = [
            "\"quoted\" \\ /", "\u{0}\u{1}\u{1F}\u{7F}\u{85}\u{9B}", "tab\tnew\nline\r", "\u{2028}\u{2029}\u{2030}",
            "虚拟机 🚀 e\u{301}", "\u{1B}]8;;x\u{7}", "\u{FFFD}\u{FFFF}", "", "<script>", "café\u{A0}",
        ]
        for text in texts {
            var boot = Boots.builder()
            boot.send(.cast, text, from: 0, to: [1], at: 0)
            let trace = boot.finish(name: text, outcome: .failed, verdict: text)
            for output in [document(trace), linesOf(trace)] {
                #expect(!output.unicodeScalars.contains { $0 != "\n" && $0.properties.generalCategory == .control })
            }
            let object = try parsed(document(trace))
            #expect((object["operations"] as? [[String: Any]])?.first?["verdict"] as? String == text)
            #expect((object["messages"] as? [[String: Any]])?.first?["method"] as? String == text)
        }
    }

    @Test(arguments: [
        (1_239_000_123, "1.239000123"), (0, "0"), (-3_000_000, "-0.003"), (5_000_000_000, "5"), (1, "0.000000001"),
        (Int64.max, "9223372036.854775807"), (Int64.min, "-9223372036.854775808"),
    ])
    func `seconds are exact`(nanoseconds: Int64, text: String) {
        let output = rendered { sink in
            var json = JSONWriter(to: sink, pretty: false)
            json.seconds(Nanoseconds(nanoseconds))
            json.flush()
        }
        #expect(output == text)
    }

    @Test(arguments: [0, -1, 1_795_453_709_300_400_999, Int64.min, Int64.max, -1_000_000_000])
    func `times are written as Timestamp describes them`(nanoseconds: Int64) {
        let output = rendered { sink in
            var json = JSONWriter(to: sink, pretty: false)
            json.timestamp(Timestamp(nanoseconds: nanoseconds))
            json.flush()
        }
        #expect(output == "\"\(Timestamp(nanoseconds: nanoseconds))\"")
    }

    @Test func `every line of JSON Lines is an object that names its type`() throws {
        let trace = Boots.completed()
        var types: [String: Int] = [:]
        for line in linesOf(trace).split(separator: "\n") {
            types[try #require(try parsed(String(line))["type"] as? String), default: 0] += 1
        }
        #expect(
            types == [
                "capture": 1, "participant": trace.participants.count, "message": trace.messages.count,
                "call": trace.calls.count, "operation": 1,
            ])
    }

    @Test func `a selection keeps what its operations refer to, under the same ids`() throws {
        let trace = Boots.completed()
        let object = try parsed(document(trace, [0]))
        let ids = (object["messages"] as? [[String: Any]])?.compactMap { $0["id"] as? String }
        #expect(ids == trace.operations[0].messages.map { "m\($0)" })
        #expect(
            (object["calls"] as? [Any])?.count
                == trace.calls.count { call in
                    call.request.map { trace.messages[$0].operation == 0 } ?? false
                })
        #expect((try parsed(document(trace, []))["messages"] as? [Any])?.isEmpty == true)
    }

    @Test func `is handed on in chunks`() {
        var boot = Boots.builder()
        for index in 0..<3000 { boot.send(.cast, "m", from: 0, to: [1], at: Double(index)) }
        let trace = boot.finish(outcome: .completed, verdict: "")
        var (chunks, largest) = (0, 0)
        withoutActuallyEscaping({ (chunk: [UInt8]) in
            chunks += 1
            largest = max(largest, chunk.count)
        }) { TraceJSON(trace).write(.lines, to: $0) }
        #expect(chunks > 10)
        #expect(largest < Limits.chunkSize + 4096)
    }

    @Test func `of several sources says which packets are whose`() throws {
        var boot = Boots.builder()
        boot.send(.cast, "m", from: 0, to: [1], at: 0)
        boot.edit { $0.capture.sources.append(CaptureSource(path: "b.pcap", linkType: "RAW")) }
        let object = try parsed(document(boot.finish(outcome: .completed, verdict: "")))
        #expect((object["messages"] as? [[String: Any]])?.first?["packet_sources"] as? [Int] == [0, 0])
    }
}

/// Checks documents with python3's jsonschema; reports what does not fit, `nil` where there is no jsonschema.
enum SchemaCheck {
    static func errors(in documents: [String], definition: String?) throws -> [String]? {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../..")
        let schema = folder.appending(path: "Sources/Rendering/JSON/novatrace.trace.schema.json").standardizedFileURL
        let script = """
            import json, sys
            try:
                import jsonschema
            except ImportError:
                sys.exit(9)
            schema = json.load(open(sys.argv[1]))
            jsonschema.Draft202012Validator.check_schema(schema)
            if sys.argv[2]:
                schema = {"$ref": "#/$defs/" + sys.argv[2], "$defs": schema["$defs"]}
            validator = jsonschema.Draft202012Validator(schema)
            for line in sys.stdin:
                error = next(iter(validator.iter_errors(json.loads(line))), None)
                print("" if error is None else error.message.replace("\\n", " ")[:200])
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script, schema.path, definition ?? ""]
        let (input, output) = (FileManager.default.temporaryDirectory.appending(path: UUID().uuidString), Pipe())
        defer { try? FileManager.default.removeItem(at: input) }
        try Data(documents.map { $0.replacing("\n", with: "") + "\n" }.joined().utf8).write(to: input)
        process.standardInput = try FileHandle(forReadingFrom: input)
        process.standardOutput = output
        do { try process.run() } catch { return nil }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        if process.terminationStatus == 9 || process.terminationStatus == 127 { return nil }
        #expect(process.terminationStatus == 0)
        return String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            .dropLast().map(String.init)
    }

    static let isAvailable = (try? errors(in: [], definition: nil)) != nil
    static let isRequired = ProcessInfo.processInfo.environment["CI"] == "true"
}

@Suite(.enabled(if: SchemaCheck.isAvailable || SchemaCheck.isRequired, "python3 has no jsonschema"))
struct `The schema of the trace` {
    private static let traces = [Boots.completed(), Boots.noValidHost(), Boots.stuck(), Boots.troubled()]

    @Test func `describes every document`() throws {
        let documents = (Self.traces + (0..<20).map { randomTrace($0) }).map { trace in
            rendered { TraceJSON(trace).write(.document, to: $0) }
        }
        let errors = try #require(try SchemaCheck.errors(in: documents, definition: nil), "jsonschema is missing")
        #expect(errors == documents.map { _ in "" })
    }

    @Test func `describes every line`() throws {
        let lines = Self.traces.flatMap { trace in
            rendered { TraceJSON(trace).write(.lines, to: $0) }.split(separator: "\n").map(String.init)
        }
        let errors = try #require(try SchemaCheck.errors(in: lines, definition: "line"), "jsonschema is missing")
        #expect(errors == lines.map { _ in "" })
    }

    @Test func `fails on wrong types, names and times`() throws {
        let good = rendered { TraceJSON(Boots.stuck()).write(.lines, to: $0) }
        let changes = [
            (#""kind":"cast""#, #""kind":"shout""#), (#""bytes":1200"#, #""bytes":"1200""#),
            (#""id":"m0""#, #""id":0"#), (#""outcome":"timed_out""#, #""outcome":"late""#),
            (#""outcome":"stuck""#, #""outcome":"lost""#), (#""redelivered":false"#, #""redelivered":null"#),
            (#".300400Z"#, #"Z"#), (#""novatrace.trace/1""#, #""novatrace.trace/2""#),
            (#""type":"call""#, #""type":"phone""#), (#""exchange":"nova","#, ""),
        ]
        for (old, new) in changes {
            #expect(good.contains(old))
            let bad = good.replacing(old, with: new).split(separator: "\n").map(String.init)
            let errors = try #require(try SchemaCheck.errors(in: bad, definition: "line"), "jsonschema is missing")
            #expect(errors.contains { !$0.isEmpty }, "\(old) → \(new)")
        }
    }
}
