import Foundation
import TestSupport
import Testing

@Suite struct `A file that export writes` {
    private let scratch: Scratch
    private let good = Array("a good report\n".utf8)

    init() throws { scratch = try Scratch() }

    private func export(_ arguments: [String]) async throws -> ProgramResult {
        try await ExternalProgram.novatrace.run(["export"] + arguments)
    }

    @Test func `replaces the one before it whole`() async throws {
        let path = try scratch.write("report.md", good)
        let result = try await export(["captures/boot-novalidhost.pcap", "-o", path])
        #expect(result.status == 0)
        #expect(result.output.isEmpty)
        #expect(try scratch.bytes("report.md").starts(with: Array("# boot `vm-huge`: failed\n".utf8)))
        #expect(try scratch.names == ["report.md"])
    }

    @Test func `stays what it was where nothing is selected`() async throws {
        let path = try scratch.write("report.md", good)
        let result = try await export(["captures/boot-ok.pcap", "-o", path, "--instance", "nobody"])
        #expect(result.status == 1)
        #expect(result.errors == "novatrace: nothing matches the selection\n")
        #expect(try scratch.bytes("report.md") == good)
        #expect(try scratch.names == ["report.md"])
    }

    @Test func `stays what it was where the disk is full before the end`() async throws {
        let path = try scratch.write("report.json", good)
        let shell = try #require(ExternalProgram.installed("bash"))
        let result = try await shell.run([
            "-c", "ulimit -f 8; exec \"$0\" export captures/boot-ok.pcap -o \"$1\"", ExternalProgram.novatrace.location,
            path,
        ])
        #expect(result.status == 74)
        #expect(result.errors.contains("File too large"))
        #expect(try scratch.bytes("report.json") == good)
        #expect(try scratch.names == ["report.json"])
    }

    @Test func `is not made in a folder that is none, nor in place of one`() async throws {
        let missing = try await export(["captures/boot-ok.pcap", "-o", scratch.path("no/report.md")])
        #expect(missing.status == 74)
        #expect(missing.errors.hasPrefix("novatrace: cannot write "))
        #expect(missing.errors.hasSuffix("No such file or directory\n"))
        try FileManager.default.createDirectory(atPath: scratch.path("folder.md"), withIntermediateDirectories: false)
        let folder = try await export(["captures/boot-ok.pcap", "-o", scratch.path("folder.md")])
        #expect(folder.status == 74)
        #expect(folder.errors.hasSuffix("folder.md is a directory\n"))
        #expect(try scratch.names == ["folder.md"])
    }

    @Test func `needs a format when its name tells none`() async throws {
        for name in ["report", "report.doc", ".md"] {
            let result = try await export(["captures/boot-ok.pcap", "-o", scratch.path(name)])
            #expect(result.status == (name == ".md" ? 0 : 64), "\(name)")
        }
    }
}
