import Bytes
import Foundation
import TestSupport
import Testing

@testable import LocalMachine

/// Waits until `condition` holds, at most twenty seconds.
func eventually(_ condition: () -> Bool) -> Bool {
    let deadline = ContinuousClock.now + .seconds(20)
    while !condition() {
        guard ContinuousClock.now < deadline else { return false }
        usleep(5000)
    }
    return true
}

/// Whether the process has ended; one that nobody has waited for yet has.
func hasEnded(_ pid: Int32) -> Bool {
    guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
        let name = status.lastIndex(of: ")")
    else { return true }
    return status[name...].dropFirst(2).first == "Z"
}

/// The helper is started from the program that was built beside the tests.
@Suite(.serialized) struct `The process table is asked in the background` {
    private static let novatrace = ExternalProgram.novatrace.location

    private func answers(_ lookup: ProcessLookup, count: Int) -> [LookupAnswer] {
        var answers: [LookupAnswer] = []
        _ = eventually {
            answers += lookup.answers()
            return answers.count >= count
        }
        return answers
    }

    @Test func `and tells the process of each connection's client`() throws {
        let lookup = try ProcessLookup(executable: Self.novatrace)
        defer { lookup.close() }
        let connections = try (0..<5).map { _ in try LoopbackConnection() }
        lookup.ask(connections.map { ($0.client, $0.server) })
        let found = answers(lookup, count: 5)
        #expect(Set(found.map(\.client)) == Set(connections.map(\.client)))
        #expect(Set(found.map(\.server)) == Set(connections.map(\.server)))
        #expect(found.allSatisfy { $0.process.pid == Int(getpid()) })
        #expect(lookup.answers().isEmpty)
        #expect(lookup.statistics.asked == 5)
        #expect(lookup.statistics.answered == 5)
    }

    @Test func `again where a socket is not there, until that is given up`() throws {
        let lookup = try ProcessLookup(executable: Self.novatrace)
        defer { lookup.close() }
        lookup.ask([("127.0.0.1:1", "127.0.0.1:2"), ("127.0.0.1", "nonsense")])
        #expect(eventually { lookup.statistics.givenUp == 1 })
        #expect(lookup.answers().isEmpty)
        #expect(lookup.statistics.dropped == 1)
        #expect(!lookup.statistics.isLost)
    }

    @Test func `with no more than a limit of questions kept`() throws {
        let lookup = try ProcessLookup(executable: Self.novatrace)
        defer { lookup.close() }
        lookup.ask((1...5000).map { ("192.0.2.1:\($0)", "192.0.2.2:5672") })
        #expect(eventually { lookup.statistics.dropped >= 5000 - 2 * LookupLimits.questions })
        let connection = try LoopbackConnection()
        #expect(
            eventually {
                lookup.ask([(connection.client, connection.server)])
                return lookup.answers().contains { $0.client == connection.client }
            })
    }

    @Test func `by a helper that has nothing open but its connection`() throws {
        let secret = open("/dev/null", O_RDONLY)
        defer { close(secret) }
        let lookup = try ProcessLookup(executable: Self.novatrace)
        defer { lookup.close() }
        let connection = try LoopbackConnection()
        lookup.ask([(connection.client, connection.server)])
        #expect(answers(lookup, count: 1).count == 1)
        let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(lookup.helper)/fd")
        #expect(descriptors.sorted() == ["0", "1", "2"])
        #expect(try Data(contentsOf: URL(filePath: "/proc/\(lookup.helper)/environ")).isEmpty)
    }

    @Test func `by a helper that the signals of the terminal do not end`() throws {
        let lookup = try ProcessLookup(executable: Self.novatrace)
        defer { lookup.close() }
        let connection = try LoopbackConnection()
        for number in [SIGINT, SIGHUP, SIGTERM] { kill(lookup.helper, number) }
        lookup.ask([(connection.client, connection.server)])
        #expect(answers(lookup, count: 1).count == 1)
        for number in [SIGINT, SIGHUP, SIGTERM] { kill(lookup.helper, number) }
        lookup.ask([(connection.client, connection.server)])
        #expect(answers(lookup, count: 1).count == 1)
    }

    @Test func `until it is closed: then the helper ends`() throws {
        let lookup = try ProcessLookup(executable: Self.novatrace)
        #expect(!hasEnded(lookup.helper))
        lookup.close()
        #expect(eventually { kill(lookup.helper, 0) != 0 })
        lookup.ask([("127.0.0.1:1", "127.0.0.1:2")])
        lookup.close()
        #expect(lookup.answers().isEmpty)
        #expect(!lookup.statistics.isLost)
    }

    @Test func `until nobody asks any more: then the helper ends`() throws {
        let helper = try ProcessLookup(executable: Self.novatrace).helper
        #expect(eventually { kill(helper, 0) != 0 })
    }

    @Test func `and goes without answers when the helper is killed`() throws {
        let lookup = try ProcessLookup(executable: Self.novatrace)
        let connection = try LoopbackConnection()
        lookup.ask((1...1000).map { ("192.0.2.1:\($0)", "192.0.2.2:5672") })
        kill(lookup.helper, SIGKILL)
        #expect(eventually { lookup.statistics.isLost })
        #expect(eventually { kill(lookup.helper, 0) != 0 })
        lookup.ask([(connection.client, connection.server)])
        #expect(lookup.statistics.dropped == 1001)
        #expect(lookup.answers().isEmpty)
        lookup.close()
    }

    @Test(arguments: ["/bin/true", "/bin/cat", "/bin/yes"])
    func `and goes without answers when the helper is none`(program: String) throws {
        let lookup = try ProcessLookup(executable: program)
        lookup.ask([("127.0.0.1:1", "127.0.0.1:2")])
        #expect(eventually { lookup.statistics.isLost })
        #expect(lookup.answers().isEmpty)
        #expect(eventually { kill(lookup.helper, 0) != 0 })
    }

    @Test func `unless there is no helper: that is one sentence`() throws {
        let error = #expect(throws: LookupError.self) { try ProcessLookup(executable: "/nowhere/novatrace") }
        #expect(error?.description == "the process table cannot be read (No such file or directory)")
    }
}

@Suite struct `The helper` {
    @Test func `refuses what is no request, and answers the next`() async throws {
        var random = SeededGenerator(seed: 11)
        var input: [UInt8] = []
        for _ in 0..<200 {
            input += (0..<Int.random(in: 0...300, using: &random)).map { _ in
                let byte = UInt8.random(in: 0...255, using: &random)
                return byte == UInt8(ascii: "\n") ? 0 : byte
            }
            input.append(UInt8(ascii: "\n"))
        }
        input += [UInt8](repeating: UInt8(ascii: "f"), count: 3 << 20) + [UInt8(ascii: "\n")]
        input += "find 192.0.2.1:1 192.0.2.2:5672\nfind 192.0.2.1:1".utf8
        let result = try await ExternalProgram.novatrace.run(["process-table"], input: input)
        #expect(result.status == 0)
        let lines = result.output.split(separator: "\n")
        #expect(lines.count == 202)
        #expect(lines.dropLast().allSatisfy { $0 == "refused" })
        #expect(lines.last?.hasPrefix("done ") == true)
    }

    @Test func `is no command for people`() async throws {
        let help = try await ExternalProgram.novatrace.run(["--help"])
        #expect(help.output.contains("replay"))
        #expect(!help.output.contains("process-table"))
        let completions = try await ExternalProgram.novatrace.run(["--generate-completion-script", "bash"])
        #expect(completions.output.contains("replay"))
        #expect(!completions.output.contains("process-table"))
    }

    @Test func `ends when the process that started it is killed`() async throws {
        let result = await #expect(
            processExitsWith: .signal(SIGKILL), observing: [\.standardOutputContent]
        ) {
            let lookup = try ProcessLookup(executable: ExternalProgram.novatrace.location)
            let connection = try LoopbackConnection()
            lookup.ask([(connection.client, connection.server)])
            #expect(eventually { !lookup.answers().isEmpty })
            print("helper \(lookup.helper) \(hasEnded(lookup.helper))")
            fflush(nil)
            kill(getpid(), SIGKILL)
        }
        let output = String(decoding: try #require(result).standardOutputContent, as: UTF8.self)
        let words = try #require(output.split(separator: "\n").first { $0.hasPrefix("helper ") }).split(separator: " ")
        let helper = try #require(Int32(words[1]))
        #expect(words[2] == "false")
        #expect(eventually { hasEnded(helper) })
    }

    @Test(.enabled("this is not root") { ExternalProgram.mustBeInstalled || getuid() == 0 })
    func `keeps the privileges that the process that started it gives up`() async throws {
        let connection = try LoopbackConnection()
        let (client, server) = (connection.client, connection.server)
        await #expect(processExitsWith: .success) { [client = client as String, server = server as String] in
            let lookup = try ProcessLookup(executable: ExternalProgram.novatrace.location)
            let nobody = try #require(getpwnam("nobody")).pointee
            try #require(setgroups(0, nil) == 0 && setgid(nobody.pw_gid) == 0 && setuid(nobody.pw_uid) == 0)
            // The socket belongs to a process of root: without the helper it cannot be found any more.
            let socket = SocketPair(
                local: try #require(SocketAddress(client)), remote: try #require(SocketAddress(server)))
            let alone = ProcessTable().find([socket])
            try #require(alone.processes.isEmpty && alone.unreadable > 0)
            lookup.ask([(client, server)])
            var answers: [LookupAnswer] = []
            try #require(
                eventually {
                    answers += lookup.answers()
                    return !answers.isEmpty
                })
            try #require(answers[0].process.pid == Int(getppid()))
            lookup.close()
            try #require(eventually { hasEnded(lookup.helper) })
        }
        #expect(connection.sockets.count == 2)
    }
}
