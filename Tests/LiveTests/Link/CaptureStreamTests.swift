import Foundation
import TestSupport
import Testing

extension `What a capture on a link finds` {
    /// Speeds at which messages are taken for complete after the packets, and between them.
    @Test(
        arguments: [("boot-ok", 10), ("boot-conductor-down", 10), ("boot-midstream", nil)]
            as [(String, Double?)])
    func `is streamed as objects of which the last says what its file says`(recording: String, speed: Double?)
        async throws
    {
        try await VirtualLink.run { link in
            let file = link.path("bus.pcap")
            let capture = try await LinkCapture.start(on: link, ["-w", file, "--format", "jsonl", "--all"])
            try await link.play(recording, speed: speed)
            let result = try await capture.stop()
            #expect(result.status == 0, "\(result.errors)")
            let live = try ObjectStream(result.output)
            let replay = try await ObjectStream(link.export(file, format: "jsonl"))
            for type in ["message", "call"] {
                #expect(live.objects(type).count > 25)
                #expect(try live.differences(from: replay, in: type) == [])
            }
            #expect(live.objects("operation").count == replay.objects("operation").count)
            #expect(live.objects("capture").count == 1)
            let check = try await SchemaOfLines.check(result.output)
            #expect(check.status == 0, "\(check.errors)")
        }
    }

    @Test func `is streamed while it goes on`() async throws {
        try await VirtualLink.run { link in
            let capture = try await LinkCapture.start(on: link, ["--format", "jsonl"])
            try await link.play("boot-ok", part: 0...0.8)
            // A message is complete after a second without news of it.
            let arrived = try await eventually(within: .seconds(3)) {
                let output = String(decoding: await capture.program.output, as: UTF8.self)
                return output.contains(#""method":"select_destinations""#)
                    && output.contains(#""type":"call""#)
            }
            #expect(arrived)
            let before = await capture.program.output
            #expect(before.last == UInt8(ascii: "\n"), "lines come whole")
            let early = try ObjectStream(String(decoding: before, as: UTF8.self))
            #expect(early.objects("call").contains { $0["outcome"] as? String == "ok" })
            #expect(early.objects("capture").isEmpty)
            try await link.play("boot-ok", part: 0.8...1)
            let result = try await capture.stop()
            #expect(result.status == 0)
            #expect(result.output.hasPrefix(String(decoding: before, as: UTF8.self)))
            #expect(try ObjectStream(result.output).objects("operation").count == 1)
        }
    }
}

/// A value: JSON Lines, of each object the last that was said.
struct ObjectStream {
    private var latest: [String: [String: Any]] = [:]

    /// Throws where a line is no JSON object with a type.
    init(_ text: String) throws {
        for line in text.split(separator: "\n") {
            guard let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
                let type = object["type"] as? String
            else { throw BusFailure("no object: \(line)") }
            latest["\(type) \(object["id"] as? String ?? "")"] = object
        }
    }

    func objects(_ type: String) -> [[String: Any]] {
        latest.values.filter { $0["type"] as? String == type }
    }

    /// What is not the same of objects with the same id on the wire.
    ///
    /// Ids of the document, who somebody is and which operation it belongs to are learned on the way.
    func differences(from other: ObjectStream, in type: String) throws -> [String] {
        let (mine, theirs) = (try known(type), try other.known(type))
        let missing = Set(mine.keys).symmetricDifference(theirs.keys).map { "\($0) is only in one" }
        return missing.sorted()
            + mine.keys.sorted().compactMap { key in
                guard let one = mine[key], let two = theirs[key], one != two else { return nil }
                return
                    "\(key): \(String(decoding: one, as: UTF8.self)) instead of \(String(decoding: two, as: UTF8.self))"
            }
    }

    private func known(_ type: String) throws -> [String: Data] {
        var known: [String: Data] = [:]
        for object in objects(type) {
            let ids = ["kind", "unique_id", "msg_id", "published_at", "routing_key"].map { object[$0] as? String ?? "" }
            var object = object.filter { !Self.ownNames.contains($0.key) }
            object["deliveries"] = (object["deliveries"] as? [[String: Any]])?.map { $0.filter { $0.key != "to" } }
            known[ids.joined(separator: " ")] = try JSONSerialization.data(
                withJSONObject: object, options: .sortedKeys)
        }
        return known
    }

    /// Numbers and names of the one's own, and what is known at the end only: which operation a message belongs to, so that
    /// it is no background traffic.
    private static let ownNames: Set = [
        "id", "from", "to", "operation", "request", "reply", "answers", "call", "connection", "operations",
        "background",
    ]
}

/// Holds lines against the schema of the objects, with python3's jsonschema.
private enum SchemaOfLines {
    private static let script = """
        import json, sys
        import jsonschema
        schema = json.load(open("Sources/Rendering/JSON/novatrace.trace.schema.json"))
        lines = jsonschema.Draft202012Validator({"$ref": "#/$defs/line", "$defs": schema["$defs"]})
        for line in sys.stdin:
            for error in lines.iter_errors(json.loads(line)):
                sys.exit(f"{list(error.absolute_path)}: {error.message[:200]}: {line[:200]}")
        """

    static func check(_ text: String) async throws -> ProgramResult {
        guard let python = ExternalProgram.installed("python3") else { throw BusFailure("python3 is missing") }
        return try await python.run(["-c", script], input: Array(text.utf8))
    }
}
