import Foundation
import TestSupport
import Testing

@Suite struct `Wrong input gets one clear sentence and the right exit status` {
    private func novatrace(_ arguments: String..., input: [UInt8] = []) async throws -> ProgramResult {
        try await ExternalProgram.novatrace.run(arguments, input: input)
    }

    private func isOneSentence(_ text: String) -> Bool {
        text.hasPrefix("novatrace: ") && text.hasSuffix("\n") && text.filter { $0 == "\n" }.count == 1
    }

    @Test(arguments: ["replay", "list", "stats"])
    func `a file that is not there is 66`(command: String) async throws {
        let result = try await novatrace(command, "captures/no-such.pcap")
        #expect(result.status == 66)
        #expect(isOneSentence(result.errors), "\(result.errors)")
        #expect(result.output.isEmpty)
    }

    @Test func `a directory is 66`() async throws {
        let result = try await novatrace("replay", "captures")
        #expect(result.status == 66)
        #expect(isOneSentence(result.errors), "\(result.errors)")
    }

    /// Without the rights by which root reads every file, where it is root that runs the tests.
    @Test func `a file that this user may not read is 66`() async throws {
        let scratch = try Scratch()
        let file = try scratch.write("secret.pcap", CaptureFileBuilder.pcap([]))
        #expect(chmod(file, 0) == 0)
        let arguments = ["list", file]
        let result: ProgramResult
        if getuid() == 0 {
            let setpriv = try #require(ExternalProgram.installed("setpriv"))
            result = try await setpriv.run(
                ["--bounding-set=-dac_override,-dac_read_search", ExternalProgram.novatrace.location] + arguments)
        } else {
            result = try await ExternalProgram.novatrace.run(arguments)
        }
        #expect(result.status == 66)
        #expect(result.errors == "novatrace: \(file) may not be read by this user (Permission denied)\n")
    }

    @Test func `a file that is no capture is 65`() async throws {
        let result = try await novatrace("replay", "Package.swift")
        #expect(result.status == 65)
        #expect(isOneSentence(result.errors), "\(result.errors)")
    }

    @Test func `an empty standard input is 65`() async throws {
        let result = try await novatrace("replay", "-")
        #expect(result.status == 65)
        #expect(isOneSentence(result.errors), "\(result.errors)")
    }

    @Test(arguments: [
        ["replay"], ["replay", "captures/boot-ok.pcap", "--width", "7"], ["replay", "x", "--frobnicate"],
        ["frobnicate"], ["list", "captures/boot-ok.pcap", "--since", "yesterday"],
        ["export", "captures/boot-ok.pcap"], ["export", "captures/boot-ok.pcap", "--format", "docx"],
        ["replay", "-", "-"],
    ])
    func `wrong usage is 64`(arguments: [String]) async throws {
        let result = try await ExternalProgram.novatrace.run(arguments)
        #expect(result.status == 64)
        #expect(!result.errors.isEmpty)
        #expect(result.output.isEmpty)
    }

    @Test(arguments: [
        (["--until", "17:08", "--since", "17:10"], "--until (2026-11-23T17:08:00.000000Z) comes before --since"),
        (["--since", "+10s", "--until", "+5s"], "comes before --since"),
        (["--since", "+10s", "--until", "2026-11-23T00:00:00Z"], "comes before --since"),
        (["--instance", ""], "--instance is empty"), (["--request", ""], "--request is empty"),
        (["--method", ""], "--method is empty"), (["--service", "a", "--service", ""], "--service is empty"),
        (["--keep", "-5"], "--keep is between 1 and 100000000, not -5"), (["--keep=-5"], "not -5"),
        (["--stuck-after", "-5s"], "The value '-5s' is invalid for '--stuck-after <time>'"),
        (["--width", "-80"], "--width is between 40 and 1000 columns, not -80"),
        (["--since", "-5s"], "The value '-5s' is invalid for '--since <time>'"),
    ])
    func `a value that no option can have is named, in one sentence and 64`(
        options: [String], sentence: String
    ) async throws {
        let result = try await ExternalProgram.novatrace.run(["list", "captures/boot-ok.pcap"] + options)
        #expect(result.status == 64 && result.output.isEmpty)
        #expect(result.errors.split(separator: "\n").first?.contains(sentence) == true, "\(result.errors)")
    }

    @Test(arguments: [["help", "nosuch"], ["nosuch"], ["nosuch", "--help"], ["help", "replay", "nosuch"]])
    func `what is no command is 64`(arguments: [String]) async throws {
        let result = try await ExternalProgram.novatrace.run(arguments)
        #expect(result.status == 64 && result.output.isEmpty)
        #expect(isOneSentence(result.errors) && result.errors.contains("nosuch' is no command"), "\(result.errors)")
    }

    @Test func `an unknown format names those that there are`() async throws {
        let result = try await novatrace("export", "captures/boot-ok.pcap", "--format", "docx")
        #expect(isOneSentence(result.errors), "\(result.errors)")
        #expect(result.errors.contains("text, markdown, mermaid, plantuml, svg, html, json, jsonl, csv"))
    }

    @Test func `a selection that matches nothing is 1 and writes nothing`() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "novatrace-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: file) }
        let result = try await novatrace(
            "export", "captures/boot-ok.pcap", "--instance", "nobody", "-o", file.path(percentEncoded: false))
        #expect(result.status == 1)
        #expect(isOneSentence(result.errors), "\(result.errors)")
        #expect(!FileManager.default.fileExists(atPath: file.path(percentEncoded: false)))
    }

    private static let troubled = [
        "net-01-broker-refuses-tcp-rst.pcap", "op-04-login-refused-403.pcap", "op-18-compute-silent-after-60s.pcap",
    ]

    @Test(arguments: troubled, ["list", "replay"])
    func `trouble with connections is something that was found, also where problems are asked for`(
        file: String, command: String
    ) async throws {
        let path = IncidentCase.path(of: file)
        for options in [[], ["--problems"]] {
            let result = try await ExternalProgram.novatrace.run([command, path] + options)
            #expect(result.status == 0, "\(options) \(result.errors)")
            #expect(result.output.contains("note: "), "\(options)")
            #expect(!result.errors.contains("nothing matches"), "\(result.errors)")
        }
        let nobody = try await novatrace(command, path, "--instance", "nobody")
        #expect(nobody.status == 1)
        #expect(nobody.errors == "novatrace: nothing matches the selection\n")
    }

    @Test func `stats tells trouble with connections too, with calls and without`() async throws {
        let without = [
            "net-01-broker-refuses-tcp-rst.pcap", "op-04-login-refused-403.pcap", "net-03-tls-to-plain-port.pcap",
        ]
        for file in without {
            let result = try await novatrace("stats", IncidentCase.path(of: file))
            #expect(result.status == 0 && result.output.hasPrefix("note: "), "\(result.output)")
            #expect(result.errors == "novatrace: no calls, casts or notifications found\n")
        }
        let blocked = try await novatrace("stats", IncidentCase.path(of: "op-09-blocked-memory-alarm.pcap"))
        #expect(blocked.output.contains("\n\nnote: 10.0.0.11:5672 sent connection.blocked to 2 connections"))
        #expect(blocked.output.contains("nova-conductor 10.0.0.22"))
    }

    @Test(arguments: troubled)
    func `explain tells trouble once, and that there is no boot`(file: String) async throws {
        for options in [[], ["--problems"]] {
            let result = try await ExternalProgram.novatrace.run(["explain", IncidentCase.path(of: file)] + options)
            #expect(result.status == 2)
            #expect(result.output.contains("look at next"))
            #expect(isOneSentence(result.errors), "\(result.errors)")
            #expect(result.errors.hasPrefix("novatrace: no boot found: ") && result.errors.utf8.count < 120)
            for line in result.output.split(separator: "\n").dropFirst() where line.count > 60 {
                #expect(!result.errors.contains(line.drop { $0 == " " }.prefix(40)), "\(result.errors)")
            }
        }
    }

    @Test func `explain of other operations than boots is 2, and needs no further word`() async throws {
        let result = try await novatrace("explain", IncidentCase.path(of: "svc-03-cinder-volume-down.pcap"))
        #expect(result.status == 2)
        #expect(result.output.contains("stuck"))
        #expect(result.errors.isEmpty, "\(result.errors)")
    }

    @Test(arguments: ["list", "replay"])
    func `a capture in which neither operations nor trouble were found is 1`(command: String) async throws {
        let header: [UInt8] =
            [0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0] + Array(repeating: 0, count: 8) + [0, 0, 4, 0, 1, 0, 0, 0]
        let result = try await novatrace(command, "-", input: header)
        #expect(result.status == 1)
        #expect(result.errors == "novatrace: no operation found\n")
    }

    @Test func `an output that cannot be written is 74 and leaves nothing behind`() async throws {
        let result = try await novatrace(
            "export", "captures/boot-novalidhost.pcap", "-o", "captures/no-such-folder/boot.json")
        #expect(result.status == 74)
        #expect(isOneSentence(result.errors), "\(result.errors)")
        let folder = try await novatrace(
            "export", "captures/boot-novalidhost.pcap", "--format", "json", "-o", "captures")
        #expect(folder.status == 74)
    }

    @Test func `a full disk is 74`() async throws {
        let result = try await novatrace(
            "export", "captures/boot-novalidhost.pcap", "--format", "json", "-o", "/dev/full")
        #expect(result.status == 74)
        #expect(isOneSentence(result.errors), "\(result.errors)")
    }

    @Test func `a capture whose last record is cut is read up to there, and that is said`() async throws {
        let whole = try Data(
            contentsOf: ExternalProgram.projectFolder.appending(path: "captures/boot-novalidhost.pcap"))
        let result = try await novatrace("list", "-", input: [UInt8](whole.dropLast(7)))
        #expect(result.status == 0)
        #expect(result.output.contains("vm-huge"))
        #expect(isOneSentence(result.errors), "\(result.errors)")
    }

    @Test func `help and version are 0`() async throws {
        for arguments in [["--help"], ["--version"], ["help"], ["help", "replay"], ["stats", "--help"]] {
            let result = try await ExternalProgram.novatrace.run(arguments)
            #expect(result.status == 0)
            #expect(!result.output.isEmpty)
        }
    }
}
