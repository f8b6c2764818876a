import Foundation
import TestSupport
import Testing

@Suite struct `novatrace compare` {
    private func compare(_ arguments: String..., input: [UInt8] = []) async throws -> ProgramResult {
        try await ExternalProgram.novatrace.run(["compare"] + arguments, input: input)
    }

    private static func recording(_ name: String) -> String { "captures/boot-\(name).pcap" }

    private func document(_ good: String, _ bad: String) async throws -> [String: Any] {
        let result = try await compare(Self.recording(good), Self.recording(bad), "--format", "json")
        return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    }

    private func lines(_ document: [String: Any]) throws -> [[String: Any]] {
        try #require(document["lines"] as? [[String: Any]])
    }

    // MARK: The recordings

    @Test(arguments: ["ok", "midstream", "novalidhost", "conductor-down"])
    func `a boot agrees with itself, and nothing is listed`(name: String) async throws {
        let result = try await compare(Self.recording(name), Self.recording(name))
        #expect(result.status == 0)
        #expect(result.errors.isEmpty)
        #expect(result.output.hasPrefix("they agree: "))
        #expect(!result.output.contains("step  "))
        #expect(try lines(await document(name, name)).allSatisfy { $0["standing"] as? String == "alike" })
    }

    @Test func `two good boots on two hosts differ in time only`() async throws {
        let document = try await document("ok", "midstream")
        #expect(document["agree"] as? Bool == false)
        #expect(document["parting"] == nil)
        for key in ["missing", "extra", "changed"] { #expect(document[key] as? Int == 0, "\(key)") }
        let result = try await compare(
            Self.recording("ok"), Self.recording("midstream"), "--tolerance", "4", "--slack", "2s")
        #expect(result.status == 0, "\(result.output)")
    }

    @Test func `a boot without a host parts after the scheduler's answer`() async throws {
        let document = try await document("ok", "novalidhost")
        let parting = try #require(document["parting"] as? [String: Any])
        let (good, bad) = (parting["good"] as? [String: Any], parting["bad"] as? [String: Any])
        #expect(good?["title"] as? String == "select_destinations")
        #expect(good?["ending"] as? String == "answered")
        #expect(bad?["ending"] as? String == "failed")
        #expect((bad?["error"] as? [String: Any])?["class"] as? String == "NoValidHost")
        #expect((parting["never"] as? [String: Any])?["title"] as? String == "build_and_run_instance")
        #expect((bad?["packets"] as? [Int])?.isEmpty == false)
    }

    /// The conductor took the cast 24.6 s after it was published (captures/README.md).
    @Test func `a boot that waited for the conductor is as slow as that in its first step`() async throws {
        let document = try await document("ok", "conductor-down")
        let slower = try lines(document).filter { $0["standing"] as? String == "slower" }
        #expect(slower.map { $0["title"] as? String } == ["schedule_and_build_instances"])
        let duration = try #require(slower[0]["duration"] as? [String: Any])
        #expect(try #require(duration["bad"] as? Double).rounded(.down) == 24)
        let steps = try #require(document["steps"] as? [[String: Any]])
        #expect(steps[0]["standing"] as? String == "slower")
        #expect((document["verdict"] as? String)?.contains("schedule_and_build_instances taken after 24.567 s") == true)
    }

    @Test(arguments: ["midstream", "novalidhost", "conductor-down"])
    func `exchanged files give the exchanged result`(name: String) async throws {
        let opposite = ["missing": "extra", "extra": "missing", "slower": "faster", "faster": "slower"]
        let (there, back) = (try await document("ok", name), try await document(name, "ok"))
        for key in ["missing", "extra", "slower", "faster", "changed", "moved"] {
            #expect(there[key] as? Int == back[opposite[key] ?? key] as? Int, "\(key)")
        }
        let told = { (lines: [[String: Any]]) in lines.compactMap { $0["standing"] as? String }.sorted() }
        let mirrored = try told(lines(there)).map { opposite[$0] ?? $0 }.sorted()
        #expect(try told(lines(back)) == mirrored)
    }

    // MARK: Looks

    private static let looks: [(name: String, options: [String])] = [
        ("80", ["--width", "80"]), ("120", ["--width", "120"]), ("ascii", ["--width", "80", "--ascii"]),
    ]

    /// A file that is missing is written, and the test fails: look at it before it is committed.
    @Test(arguments: ["ok", "midstream", "novalidhost", "conductor-down"], looks.indices)
    func `looks as it did when it was looked at`(name: String, look: Int) async throws {
        let options = Self.looks[look].options
        let result = try await ExternalProgram.novatrace.run(
            ["compare", Self.recording("ok"), Self.recording(name)] + options)
        let golden = GoldenFile("Golden/compare-ok-\(name)-\(Self.looks[look].name).txt")
        try golden.check(result.output)
        let limit = look == 1 ? 120 : 80
        #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= limit })
        if look == 2 { #expect(result.output.utf8.allSatisfy { $0 < 0x80 }) }
    }

    @Test func `compares other operations too`() async throws {
        let result = try await compare(
            "captures/lifecycle.pcap", "--kind", "resize", "--good", "req-3b42", "--bad", "req-28da", "--expand",
            "--width", "100", "--time", "clock")
        #expect(result.status == 1)
        try GoldenFile("Golden/compare-resizes-100.txt").check(result.output)
    }

    @Test func `colours nothing in a pipe, and everything when asked`() async throws {
        let plain = try await compare(Self.recording("ok"), Self.recording("novalidhost"))
        let colored = try await compare(Self.recording("ok"), Self.recording("novalidhost"), "--color", "always")
        #expect(!plain.output.contains("\u{1B}"))
        #expect(colored.output.replacing(/\u{1B}\[[0-9]*m/, with: "") == plain.output)
        #expect(colored.output != plain.output)
    }

    // MARK: Files and choices

    @Test func `either file comes from standard input`() async throws {
        let bytes = [UInt8](
            try Data(contentsOf: ExternalProgram.projectFolder.appending(path: Self.recording("novalidhost"))))
        let bad = try await compare(Self.recording("ok"), "-", input: bytes)
        #expect(bad.status == 1)
        #expect(bad.output.contains("BAD   - · vm-huge"))
        #expect(try await compare("-", Self.recording("ok"), input: bytes).status == 1)
    }

    @Test func `a file without a boot is 2 and is named`() async throws {
        for files in [
            ["captures/lifecycle.pcap", Self.recording("ok")], [Self.recording("ok"), "captures/lifecycle.pcap"],
        ] {
            let result = try await ExternalProgram.novatrace.run(["compare"] + files)
            #expect(result.status == 2)
            #expect(result.output.isEmpty)
            #expect(
                result.errors
                    == "novatrace: captures/lifecycle.pcap holds no boot (novatrace list shows what it holds)\n")
        }
    }

    @Test func `one boot alone is 2`() async throws {
        let result = try await compare(Self.recording("ok"))
        #expect(result.status == 2)
        #expect(result.errors.contains("holds one boot only"), "\(result.errors)")
    }

    @Test func `a boot that is not there is 2`() async throws {
        let result = try await compare(Self.recording("ok"), Self.recording("midstream"), "--bad", "vm-ok")
        #expect(result.status == 2)
        #expect(result.errors.contains("captures/boot-midstream.pcap holds no boot of vm-ok"), "\(result.errors)")
    }

    @Test func `a file that is not there is 66, and no capture is 65`() async throws {
        #expect(try await compare(Self.recording("ok"), "captures/no-such.pcap").status == 66)
        #expect(try await compare("Package.swift", Self.recording("ok")).status == 65)
    }

    @Test(arguments: [
        [], ["-", "-"], ["a", "b", "c"], ["a", "b", "--tolerance", "0.5"], ["a", "b", "--tolerance", "nan"],
        ["a", "b", "--slack", "long"], ["a", "b", "--format", "xml"],
    ])
    func `wrong usage is 64`(arguments: [String]) async throws {
        let result = try await ExternalProgram.novatrace.run(["compare"] + arguments)
        #expect(result.status == 64)
        #expect(result.output.isEmpty)
    }

    @Test(arguments: [[], ["--format", "json"], ["--all", "--expand"]])
    func `prints no secrets`(options: [String]) async throws {
        let result = try await ExternalProgram.novatrace.run(
            ["compare", Self.recording("ok"), Self.recording("midstream")] + options)
        for secret in ["gAAAAA", "secret\"", ":secret@"] { #expect(!result.output.contains(secret)) }
    }
}
