import Foundation
import TestSupport
import Testing

/// What is said of a recording of which a part is left out: nothing is called missing that the rest may hide.
@Suite struct `A recording of which a part was not captured` {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// The packets of a recording, Ethernet and IPv4, that are wanted, by their place and their TCP ports.
    private func part(
        of recording: String, _ isWanted: (_ index: Int, _ source: UInt16, _ destination: UInt16) -> Bool
    ) throws -> String {
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: "captures/\(recording)")))
        func word(_ place: Int) -> Int { (0..<4).reduce(0) { $0 | Int(bytes[place + $1]) << ($1 * 8) } }
        func port(_ place: Int) -> UInt16 { UInt16(bytes[place]) << 8 | UInt16(bytes[place + 1]) }
        var kept = Array(bytes[..<24])
        var (place, index) = (24, 0)
        while place + 16 <= bytes.count {
            let end = place + 16 + word(place + 8)
            let ports = place + 16 + 14 + 20
            if isWanted(index, port(ports), port(ports + 2)) { kept += bytes[place..<end] }
            (place, index) = (end, index + 1)
        }
        return try scratch.write(recording, kept)
    }

    private func run(_ arguments: String...) async throws -> ProgramResult {
        try await ExternalProgram.novatrace.run(arguments)
    }

    @Test func `in what clients sent no delivery is missing, and nobody is said not to listen`() async throws {
        let path = try part(of: "boot-ok.pcap") { _, _, destination in destination == 5672 }
        let replay = try await run("replay", "--width", "200", path)
        #expect(replay.output.contains("completed: active on compute1 after 8.3 s"))
        #expect(replay.output.contains("schedule_and_build_instances · delivery not shown"))
        for claim in ["✗", "nobody", "no delivery seen"] { #expect(!replay.output.contains(claim), "\(claim)") }
        let explain = try await run("explain", "--width", "200", path)
        #expect(explain.output.contains("- request taken           0.000  nova-api → conductor · delivery not shown"))
        #expect(!explain.output.contains("the capture does not hold the beginning"))
    }

    @Test func `in the whole of it deliveries are shown, and who does not listen is said`() async throws {
        let replay = try await run("replay", "--width", "200", "captures/boot-ok.pcap")
        #expect(!replay.output.contains("delivery not shown"))
        #expect(replay.output.contains("nobody listens"))
    }

    @Test func `a boot that began before it has taken no time that is known`() async throws {
        let path = try part(of: "boot-ok.pcap") { index, _, _ in index >= 11_900 }
        let explain = try await run("explain", "--width", "200", path)
        let verdict = try #require(explain.output.split(separator: "\n").first { $0.hasPrefix("completed: ") })
        #expect(verdict.hasPrefix("completed: active on compute1, "), "\(verdict)")
        #expect(verdict.hasSuffix(" s after the first message that was captured"), "\(verdict)")
        #expect(explain.output.contains("note: the capture does not hold the beginning of this boot"))
        let list = try await run("list", "--width", "200", path)
        #expect(list.output.contains(/\ >\d+\.\d+ s/))
    }
}
