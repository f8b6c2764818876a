import Foundation
import Rendering
import TestSupport
import Testing

/// Names of files, words of the command line and what is on the wire may hold anything; it is all written visibly.
@Suite struct `What no terminal should see` {
    /// A title for the terminal, a colour, a line end, reversed and invisible text.
    private static let name =
        "a\u{1B}]0;x\u{7}\u{1B}[31mb\nc\r\td\u{202E}e\u{2066}f\u{200B}g\u{FEFF}h\u{AD}i\u{2028}j\u{85}k\u{7F}l\u{E0041}m\u{61C}n\u{2800}o\u{3164}p"

    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    /// A boot of bad names, and connections with the name everywhere.
    private static func hostile() -> [UInt8] {
        let connections = NamedConnections.packets { $0 + name }
        return CaptureFileBuilder.pcap(HostileBoot.packets() + connections, nanoseconds: true)
    }

    private func expectNothingHidden(_ result: ProgramResult, _ what: [String], in format: String = "text") {
        #expect(result.output.hiddenCharacters(of: format) == [], "\(what.prefix(3))")
        #expect(result.errors.hiddenCharacters() == [], "\(what.prefix(3))")
    }

    static let commands: [[String]] = [
        ["list"], ["stats"], ["explain"], ["replay", "--all", "--detail", "full"], ["compare"], ["connections"],
        ["connections", "--expand"],
    ]

    @Test(arguments: commands)
    func `stays out of the output of every command`(command: [String]) async throws {
        let capture = try scratch.write(Self.name + ".pcap", Self.hostile())
        let files = command == ["compare"] ? [capture, capture] : [capture]
        for option in [[], ["--width", "60"], ["--ascii"]] {
            expectNothingHidden(try await ExternalProgram.novatrace.run(command + option + files), command)
        }
    }

    @Test(arguments: Formats.all.filter { !$0.isBinary }.map(\.name))
    func `stays out of every format`(format: String) async throws {
        let capture = try scratch.write(Self.name + ".pcap", Self.hostile())
        for detail in ["none", "full"] {
            let arguments = ["export", "--format", format, "--all", "--detail", detail, capture]
            let result = try await ExternalProgram.novatrace.run(arguments)
            #expect(result.status == 0, "\(result.errors)")
            expectNothingHidden(result, arguments, in: format)
        }
    }

    @Test func `stays out of messages about files and words of the command line`() async throws {
        let missing = scratch.path(Self.name)
        let text = try scratch.write(Self.name + ".txt", Array("no capture".utf8))
        let whole = HostileBoot.pcap()
        let cut = try scratch.write(Self.name + ".cut.pcap", Array(whole.dropLast(7)))
        let folder = scratch.path(Self.name + ".folder")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let runs: [[String]] = [
            ["list", missing], ["replay", text], ["stats", cut], ["list", folder], ["compare", missing, text],
            ["compare", cut, "--good", Self.name], ["replay", cut, "--instance", Self.name],
            ["export", cut, "--format", Self.name], ["export", cut, "-o", folder],
            ["export", cut, "-o", missing + "/x.json"],
            ["list", "--\(Self.name)", cut], [Self.name], ["list", "--since", Self.name, cut],
            ["replay", cut, "--width", Self.name], ["explain", cut, "--request", Self.name],
        ]
        for run in runs {
            let result = try await ExternalProgram.novatrace.run(run)
            #expect(result.errors.contains("\n"), "\(run)")
            expectNothingHidden(result, run)
        }
        let result = try await ExternalProgram.novatrace.run(["list", missing])
        #expect(result.errors.contains(#"a\x1B]0;x\x07\x1B[31mb\nc\r\td\u{202E}e"#), "\(result.errors)")
    }

    @Test func `is in JSON as an escape, so that nothing is lost`() async throws {
        let capture = try scratch.write(Self.name + ".pcap", HostileBoot.pcap())
        let result = try await ExternalProgram.novatrace.run(["export", "--format", "json", capture])
        #expect(result.output.contains(#"\u202ee"#) && result.output.contains(#"\udb40\udc41"#))
        let document = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        let sources = (document?["capture"] as? [String: Any])?["sources"] as? [[String: Any]]
        #expect(sources?.first?["path"] as? String == capture, "\(sources ?? [])")
    }
}
