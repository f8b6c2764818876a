import Foundation
import TestSupport
import Testing

/// Holds what `export` writes of the recordings against the schema, with python3's jsonschema.
private enum SchemaValidator {
    private static let script = """
        import json, sys
        import jsonschema
        name = "Comparison/novatrace.comparison" if sys.argv[1] == "comparison" else "JSON/novatrace.trace"
        schema = json.load(open(f"Sources/Rendering/{name}.schema.json"))
        jsonschema.Draft202012Validator.check_schema(schema)
        if sys.argv[1] == "connections":
            schema = {"$ref": "#/$defs/connectionsDocument", "$defs": schema["$defs"]}
        if sys.argv[1] == "lines":
            schema = {"$ref": "#/$defs/line", "$defs": schema["$defs"]}
            documents = [json.loads(line) for line in sys.stdin]
        else:
            documents = [json.load(sys.stdin)]
        validator = jsonschema.Draft202012Validator(schema)
        for document in documents:
            for error in validator.iter_errors(document):
                sys.exit(f"{list(error.absolute_path)}: {error.message[:200]}")
        print(len(documents))
        """

    /// The python3 that has jsonschema; Debian's package is for the one in /usr/bin.
    static let python = ExternalProgram.installed("python3")

    static func run(_ shape: String, _ text: String) async throws -> ProgramResult? {
        try await python?.run(["-c", script, shape], input: Array(text.utf8))
    }

    static func isAvailable() async -> Bool {
        if ExternalProgram.mustBeInstalled { return true }
        return (try? await python?.run(["-c", "import jsonschema"]))?.status == 0
    }
}

@Suite(.enabled("python3 has no jsonschema (Debian: python3-jsonschema)") { await SchemaValidator.isAvailable() })
struct `The export of a recording` {
    private static let recordings = [
        "boot-ok", "boot-midstream", "boot-novalidhost", "boot-conductor-down", "lifecycle",
    ]

    private func export(_ arguments: [String]) async throws -> String {
        let result = try await ExternalProgram.novatrace.run(["export"] + arguments)
        #expect(result.status == 0, "\(result.errors)")
        return result.output
    }

    @Test(arguments: recordings)
    func `is a document of the schema`(recording: String) async throws {
        let text = try await export(["captures/\(recording).pcap", "--format", "json", "--detail", "args"])
        let result = try #require(try await SchemaValidator.run("document", text), "python3 is missing")
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output == "1\n")
    }

    @Test(arguments: recordings)
    func `is lines of the schema`(recording: String) async throws {
        let text = try await export(["captures/\(recording).pcap", "--format", "jsonl"])
        let result = try #require(try await SchemaValidator.run("lines", text), "python3 is missing")
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output == "\(text.utf8.count { $0 == UInt8(ascii: "\n") })\n")
    }

    @Test(arguments: recordings)
    func `has its connections as the schema says`(recording: String) async throws {
        let result = try await ExternalProgram.novatrace.run(
            ["connections", "captures/\(recording).pcap", "--format", "json"])
        #expect(result.status == 0, "\(result.errors)")
        let verdict = try #require(try await SchemaValidator.run("connections", result.output), "python3 is missing")
        #expect(verdict.status == 0, "\(verdict.errors)")
        #expect(verdict.output == "1\n")
    }

    @Test(arguments: recordings)
    func `held against another is a comparison of the schema`(recording: String) async throws {
        let files = ["captures/boot-ok.pcap", "captures/\(recording).pcap"]
        let kind = recording == "lifecycle" ? ["--kind", "resize"] : []
        let result = try await ExternalProgram.novatrace.run(
            ["compare", "--format", "json", "--all"] + kind + (kind.isEmpty ? files : files.suffix(1)))
        #expect(result.errors.isEmpty, "\(result.errors)")
        let verdict = try #require(try await SchemaValidator.run("comparison", result.output), "python3 is missing")
        #expect(verdict.status == 0, "\(verdict.errors)")
        #expect(verdict.output == "1\n")
    }
}
