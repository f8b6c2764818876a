import Foundation
import TestSupport
import Testing

@Suite struct `Servers of one request, by name` {
    private static let uuids = ["32a447b2", "398d1ca6", "44007d5a"].map { "\($0)-ef04-457d-adcc-c33aa9434aa0" }

    private func capture(_ names: [String]) -> [UInt8] {
        var bus = WireBus()
        bus.boot(zip(Self.uuids, names).map { (uuid: $0, name: $1) }, on: WireBus.compute1)
        return CaptureFileBuilder.pcap(bus.packets)
    }

    private func run(_ arguments: String..., names: [String] = ["vm0", "vm1", "vm2"]) async throws -> ProgramResult {
        try await ExternalProgram.novatrace.run(arguments, input: capture(names))
    }

    @Test func `each has its own in list, replay, explain, JSON and CSV`() async throws {
        let list = try await run("list", "-", "--width", "160").output.split(separator: "\n").dropFirst()
        for (line, (name, uuid)) in zip(list, zip(["vm0", "vm1", "vm2"], Self.uuids)) {
            #expect(line.contains(" \(name) ") && line.contains(uuid))
        }
        let replay = try await run("replay", "-").output
        #expect(replay.contains("boot  3 instances: vm0, vm1, vm2  req-"))
        let json = try await run("export", "-", "--format", "json").output
        #expect(json.contains(#""instance_names": ["vm0", "vm1", "vm2"]"#))
        let csv = try await run("export", "-", "--format", "csv-messages").output
        #expect(csv.contains(#","vm0; vm1; vm2","#))
        #expect(csv.contains(",vm1,\(Self.uuids[1]),"))
    }

    @Test(arguments: ["vm1", "398d1ca6-ef04-457d-adcc-c33aa9434aa0", "398d"])
    func `is chosen by name, uuid, or the beginning of one`(word: String) async throws {
        let list = try await run("list", "-", "--instance", word, "--width", "160")
        #expect(list.output.split(separator: "\n").count == 2)
        #expect(list.output.contains("vm1"))
        #expect(list.errors.isEmpty)
    }

    @Test func `a shared name takes all that have it and says so; compare asks`() async throws {
        let names = ["web", "web", "db"]
        let list = try await run("list", "-", "--instance", "web", names: names)
        #expect(list.output.split(separator: "\n").count == 3)
        #expect(
            list.errors
                == "novatrace: 2 instances are called web, and all are taken: \(Self.uuids[0]), \(Self.uuids[1]); "
                + "a uuid chooses one\n")
        let compare = try await run("compare", "-", "--good", "web", "--bad", "db", names: names)
        #expect(compare.status == 64)
        #expect(compare.output.isEmpty)
        #expect(compare.errors.contains("give the uuid of one, \(Self.uuids[0]), \(Self.uuids[1])"))
        let explain = try await run("explain", "-", names: names)
        #expect(explain.output.contains("web 32a447b2, web 398d1ca6, db"))
    }
}
