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

    @Test func `keeps the rights of the one before it`() async throws {
        let path = try scratch.write("packets.pcapng", good)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        let result = try await export(["captures/boot-novalidhost.pcap", "-o", path])
        #expect(result.status == 0)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
        #expect(mode?.intValue == 0o600)
        #expect(try scratch.bytes("packets.pcapng") != good)
    }

    @Test(arguments: [["-o", "packets.pcapng"], ["--show-secrets", "-o", "report.md"]])
    func `can be read by its owner only, where it is not redacted`(options: [String]) async throws {
        let path = scratch.path(options.last ?? "")
        let result = try await export(["captures/boot-novalidhost.pcap"] + options.dropLast() + [path])
        #expect(result.status == 0)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
        #expect(mode?.intValue == 0o600)
    }

    @Test(arguments: [true, false]) func `is none that a link leads to`(isThere: Bool) async throws {
        if isThere { _ = try scratch.write("real.md", good) }
        let path = scratch.path("link.md")
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "real.md")
        let result = try await export(["captures/boot-novalidhost.pcap", "-o", path])
        #expect(result.status == 74)
        #expect(result.errors == "novatrace: \(path) is a link, and what links lead to is not written over\n")
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path) == "real.md")
        #expect(try scratch.names == (isThere ? ["link.md", "real.md"] : ["link.md"]))
        if isThere { #expect(try scratch.bytes("real.md") == good) }
    }

    @Test(.enabled("this is not root") { ExternalProgram.mustBeInstalled || getuid() == 0 })
    func `is none that a stranger has put where everybody may write`() async throws {
        let path = try scratch.write("report.md", good)
        #expect(chmod(scratch.directory.path, 0o1777) == 0 && chown(path, 1234, 1234) == 0)
        let result = try await export(["captures/boot-novalidhost.pcap", "-o", path])
        #expect(result.status == 74)
        #expect(result.errors.hasPrefix("novatrace: \(path) is not replaced: it lies in a folder that everybody may"))
        #expect(try scratch.bytes("report.md") == good)
    }

    @Test func `may be what the shell has opened`() async throws {
        let shell = try #require(ExternalProgram.installed("bash"))
        for name in ["/dev/stdout", "/proc/self/fd/1"] {
            let result = try await shell.run([
                "-c", "\"$0\" export captures/boot-novalidhost.pcap --format csv -o \(name) > \"$1\"",
                ExternalProgram.novatrace.location, scratch.path("calls.csv"),
            ])
            #expect(result.status == 0, "\(result.errors)")
            #expect(try scratch.bytes("calls.csv").count > 1000)
        }
        let link = try FileManager.default.destinationOfSymbolicLink(atPath: "/dev/stdout")
        #expect(link == "/proc/self/fd/1")
    }

    @Test func `is none of the captures that are read`() async throws {
        let packets = try Data(
            contentsOf: ExternalProgram.projectFolder.appending(path: "captures/boot-novalidhost.pcap"))
        let path = try scratch.write("boot.pcap", Array(packets))
        try FileManager.default.createSymbolicLink(atPath: scratch.path("b.svg"), withDestinationPath: "boot.pcap")
        for output in [path, scratch.path("b.svg")] {
            let result = try await export([path, "--format", "svg", "-o", output])
            #expect(result.status == 64)
            #expect(result.errors.contains("what is read is not written over"))
        }
        #expect(try scratch.bytes("boot.pcap") == Array(packets))
    }

    @Test(arguments: ["TERM", "KILL"]) func `leaves nothing behind when its making is ended`(signal: String)
        async throws
    {
        let path = try scratch.write("report.json", good)
        let shell = try #require(ExternalProgram.installed("bash"))
        let script = """
            "$0" export captures/boot-ok.pcap captures/lifecycle.pcap --all --detail full -o "$1" & pid=$!
            sleep $2; kill -\(signal) $pid; wait $pid
            """
        for delay in ["0.1", "0.3", "0.5", "0.7", "0.9", "1.1", "1.3"] {
            _ = try await shell.run(["-c", script, ExternalProgram.novatrace.location, path, delay])
            let bytes = try scratch.bytes("report.json")
            #expect(bytes == good || bytes.suffix(3) == Array("\n}\n".utf8))
            #expect(try scratch.names == ["report.json"])
        }
    }

    @Test(arguments: ["mermaid", "plantuml", "svg"])
    func `shows operations or says that they are too many`(format: String) async throws {
        let result = try await export(["captures/lifecycle.pcap", "--format", format])
        #expect(result.status == 64)
        #expect(result.output.isEmpty)
        #expect(result.errors.contains("13 are selected: narrow with --instance"))
    }

    @Test func `writes nothing before it is known that all of it can be shown`() async throws {
        let result = try await export([
            "captures/boot-ok.pcap", "--format", "plantuml", "--detail", "full", "--all",
        ])
        #expect(result.status == 64)
        #expect(result.output.isEmpty)
    }

    @Test func `of messages that belong to no operation says which formats hold them`() async throws {
        let result = try await export(["captures/boot-ok.pcap", "--format", "svg", "--method", "report_state"])
        #expect(result.status == 1)
        #expect(result.errors.contains("what matches belongs to no operation"))
    }

    @Test func `needs a format when its name tells none`() async throws {
        for name in ["report", "report.doc", ".md"] {
            let result = try await export(["captures/boot-ok.pcap", "-o", scratch.path(name)])
            #expect(result.status == (name == ".md" ? 0 : 64), "\(name)")
        }
    }
}
