import Foundation
import Rendering
import TestSupport
import Testing

@Suite struct `Secrets are not printed unless asked for` {
    private static let runs: [[String]] = [
        ["replay", "--detail", "full", "--all", "--width", "1000"],
        ["replay", "--detail", "args", "--expand"],
        ["export", "--format", "json", "--detail", "full"],
        ["export", "--format", "jsonl", "--detail", "args"],
        ["export", "--format", "text", "--detail", "full"],
        ["stats"], ["list"],
    ]

    /// All passwords of the recorded cloud are the word `secret`; Fernet tokens begin with `gAAAAA`.
    @Test(arguments: runs, ["boot-ok", "boot-midstream", "lifecycle"])
    func `neither passwords nor tokens`(arguments: [String], recording: String) async throws {
        let result = try await ExternalProgram.novatrace.run(arguments + ["captures/\(recording).pcap"])
        #expect(result.status == 0)
        for secret in ["gAAAAA", "secret\"", ":secret@"] {
            #expect(!result.output.holds(secret), "\(secret)")
            #expect(!result.errors.holds(secret), "\(secret)")
        }
    }

    @Test func `they are there when asked for`() async throws {
        let result = try await ExternalProgram.novatrace.run([
            "export", "--format", "jsonl", "--detail", "full", "--show-secrets", "captures/boot-ok.pcap",
        ])
        #expect(result.output.holds("gAAAAA"))
    }
}

/// Captures whose secrets are marks, in the arguments and messages of services, and in what AMQP itself carries.
@Suite struct `Marked secrets are in no output` {
    private static let kept = file("keys-and-forms-of-oslo-utils.pcap.gz")
    /// Hidden parameters of heat, a key as a list of lines, tokens, continued and piped commands, tables.
    private static let told = file("parameters-keys-and-tables.pcap.gz")

    private static func file(_ name: String) -> String {
        ExternalProgram.projectFolder.appending(path: "Tests/CommandsTests/Secrets/\(name)").path(percentEncoded: false)
    }

    /// Every command that reads a capture, every format that is no packets, with all that they can show.
    private static let runs: [[String]] =
        [
            ["list"], ["list", "--all"], ["stats"], ["explain"], ["replay"], ["compare"], ["connections"],
            ["connections", "--expand"], ["connections", "--format", "json"],
            ["replay", "--all", "--expand", "--detail", "full", "--width", "4000"],
            ["replay", "--all", "--detail", "args", "--ascii", "--time", "clock"],
        ]
        + Formats.all.filter { !$0.isBinary }.flatMap { format in
            [["export", "--format", format.name, "--detail", "full", "--all"], ["export", "--format", format.name]]
        }

    @Test func `whatever command there is`() async throws {
        let help = try await ExternalProgram.novatrace.run(["help"]).output
        let listed = help.split(separator: "\n").drop { !$0.hasPrefix("SUBCOMMANDS") }.dropFirst()
            .prefix { $0.hasPrefix("  ") }.compactMap { $0.split(separator: " ").first.map(String.init) }
        #expect(listed.contains("replay"))
        for command in listed {
            let files = command == "compare" ? [Self.kept, Self.kept] : [Self.kept]
            let result = try await ExternalProgram.novatrace.run([command] + files)
            expectNoMark(in: result, [command])
        }
    }

    @Test(arguments: runs)
    func `of the keys and forms that oslo.utils masks`(arguments: [String]) async throws {
        let files = arguments.first == "compare" ? [Self.kept, Self.kept] : [Self.kept]
        let result = try await ExternalProgram.novatrace.run(arguments + files)
        expectNoMark(in: result, arguments)
        if arguments.starts(with: ["export", "--format", "json"]) { #expect(result.output.holds("***")) }
    }

    @Test(arguments: runs)
    func `of parameters, keys and tables, which no name tells of`(arguments: [String]) async throws {
        let files = arguments.first == "compare" ? [Self.told, Self.told] : [Self.told]
        let result = try await ExternalProgram.novatrace.run(arguments + files)
        expectNoMark(in: result, arguments)
        guard arguments == ["export", "--format", "json", "--detail", "full", "--all"] else { return }
        for fact in ["m1.small", "compute1", "compute2", "server list", "nqn.2014"] {
            #expect(result.output.holds(fact), "\(fact)")
        }
        let shown = try await ExternalProgram.novatrace.run(arguments + ["--show-secrets", Self.told])
        for number in 1...17 { #expect(shown.output.holds("KLEAK" + (number < 10 ? "00" : "0") + "\(number)")) }
    }

    @Test(arguments: runs)
    func `of what AMQP carries beside the bodies`(arguments: [String]) async throws {
        let scratch = try Scratch()
        let capture = try scratch.write("marks.pcap", MarkedBus.pcap())
        let files = arguments.first == "compare" ? [capture, capture] : [capture]
        let result = try await ExternalProgram.novatrace.run(arguments + files)
        expectNoMark(in: result, arguments)
    }

    @Test func `all of them where secrets are asked for`() async throws {
        let scratch = try Scratch()
        let capture = try scratch.write("marks.pcap", MarkedBus.pcap())
        let shown = try await ExternalProgram.novatrace.run([
            "export", "--format", "json", "--detail", "full", "--all", "--show-secrets", capture,
        ])
        for place in MarkedBus.places { #expect(shown.output.holds(MarkedBus.mark(place)), "\(place)") }
        let connections = try await ExternalProgram.novatrace.run([
            "connections", "--format", "json", "--show-secrets", capture,
        ])
        for place in NamedConnections.places {
            let isShown = connections.output.holds(MarkedBus.mark(place)) || shown.output.holds(MarkedBus.mark(place))
            #expect(isShown, "\(place)")
        }
        let keys = try await ExternalProgram.novatrace.run([
            "export", "--format", "json", "--detail", "full", "--all", "--show-secrets", Self.kept,
        ])
        #expect(keys.output.holds("KLEAK047") && keys.output.holds("TLEAK030"))
    }

    private func expectNoMark(in result: ProgramResult, _ arguments: [String]) {
        for mark in ["KLEAK", "TLEAK", "WLEAK"] {
            #expect(!result.output.holds(mark), "\(arguments): \(result.output.around(mark))")
            #expect(!result.errors.holds(mark), "\(arguments): \(result.errors.around(mark))")
        }
    }
}

/// A bus on which everything that has a name or a text holds a secret.
private enum MarkedBus {
    /// Those that messages tell of.
    static let places = ["method", "exchange", "key", "class", "message", "returned", "argument", "host"]

    static func mark(_ place: String) -> String { "WLEAK\(place)9" }

    static func pcap() -> [UInt8] {
        let process = WireBus.Process(
            name: "nova-compute password=\(mark("connection"))", host: 13,
            queues: ["compute.h?token=\(mark("queue"))", "reply_compute1"])
        var bus = WireBus([WireBus.api, WireBus.conductor, WireBus.scheduler, process])
        bus.requestBoot(to: WireBus.conductor)
        bus.cast(
            "run password=\(mark("method"))", ["x": .string("token=\(mark("argument"))")],
            key: "key.password=\(mark("key"))", from: WireBus.conductor, to: process)
        bus.call(
            "get_host", ["host": .string("password=\(mark("host"))")], key: "conductor", from: process,
            to: WireBus.conductor,
            failure: OsloBuilder.failure(
                "Error password=\(mark("class"))", message: "cmd --password \(mark("message"))"))
        bus.build(on: process, attempts: 1, hosts: ["h password=\(mark("tried"))"])
        let connections = NamedConnections.packets { "x password=\(mark($0))" }
        return CaptureFileBuilder.pcap(bus.packets + connections, nanoseconds: true)
    }
}

extension String {
    /// Bytes are searched, not characters: outputs are megabytes.
    fileprivate func holds(_ part: String) -> Bool {
        Data(utf8).range(of: Data(part.utf8)) != nil
    }

    fileprivate func around(_ part: String) -> String {
        guard let range = range(of: part) else { return "" }
        return String(self[..<range.upperBound].suffix(120))
    }
}
