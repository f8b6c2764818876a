import TestSupport
import Testing

@Suite struct `The command interfaces` {
    @Test func `lists loopback with its address and state, and marks one default`() async throws {
        let result = try await ExternalProgram.novatrace.run(["interfaces"])
        #expect(result.status == 0)
        #expect(result.errors.isEmpty)
        let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(lines.first?.split(separator: " ") == ["interface", "state", "addresses", "description"])
        let loopback = try #require(lines.first { $0.contains(" lo ") })
        #expect(loopback.contains("up, loopback"))
        #expect(loopback.contains("127.0.0.1"))
        let blank = try #require(lines.firstIndex(of: ""))
        #expect(lines[..<blank].filter { $0.hasPrefix("*  ") }.count == 1)
        #expect(lines[1].hasPrefix("*  "))
        #expect(lines[blank + 1].hasPrefix("* taken without -i: "))
        #expect(!result.output.contains("\u{1B}"))
    }

    @Test func `devices that carry no packets of a network are shown when asked for`() async throws {
        let (usual, all) = try await (
            ExternalProgram.novatrace.run(["interfaces"]), ExternalProgram.novatrace.run(["interfaces", "--all"])
        )
        #expect(!usual.output.contains("nfqueue"))
        #expect(all.output.contains("nfqueue"))
    }

    @Test func `fits a narrow terminal`() async throws {
        let result = try await ExternalProgram.novatrace.run(["interfaces"], environment: ["COLUMNS": "40"])
        #expect(result.status == 0)
        #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 40 }, "\(result.output)")
    }

    @Test func `looks for the bus on the ports given`() async throws {
        let result = try await ExternalProgram.novatrace.run(["interfaces", "--port", "1", "--port", "2"])
        #expect(result.output.contains("ports 1 and 2"))
        #expect(try await ExternalProgram.novatrace.run(["interfaces", "--port", "65536"]).status == 64)
    }
}
