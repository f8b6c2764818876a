import Bytes
import Foundation
import TestSupport
import Testing

@testable import LocalMachine

@Suite struct `The kernel's own process table` {
    @Test(
        .enabled("there is no IPv6 on loopback") {
            ExternalProgram.mustBeInstalled || LoopbackConnection.isAvailable(.v6)
        }, arguments: LoopbackConnection.Family.allCases)
    func `tells both sockets of a connection of this process`(family: LoopbackConnection.Family) throws {
        let connection = try LoopbackConnection(family)
        let found = ProcessTable().find(Set(connection.sockets)).processes
        #expect(found.count == 2)
        for process in found.values {
            #expect(process.pid == Int(getpid()))
            #expect(process.arguments.first == CommandLine.arguments[0])
        }
    }

    @Test func `no longer tells one that is closed`() throws {
        let sockets = try LoopbackConnection().sockets
        #expect(ProcessTable().find(Set(sockets)).processes.isEmpty)
    }

    @Test(
        .enabled("bash is not installed") {
            ExternalProgram.mustBeInstalled || ExternalProgram.installed("bash") != nil
        })
    func `tells the socket of another process, with its command line`() throws {
        let listener = try LoopbackConnection.listener(.v4)
        defer { close(listener) }
        let port = try LoopbackConnection.port(of: listener)
        let other = Process()
        other.executableURL = URL(filePath: try #require(ExternalProgram.installed("bash")).location)
        other.arguments = [
            "-c", "exec 3<>/dev/tcp/127.0.0.1/\(port); exec -a nova-conductor sleep 60",
        ]
        try other.run()
        defer {
            kill(other.processIdentifier, SIGKILL)
            other.waitUntilExit()
        }
        let accepted = accept(listener, nil, nil)
        defer { close(accepted) }
        var storage = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(accepted, $0, &length) }
        }
        try #require(result == 0)
        let socket = SocketPair(
            local: try #require(SocketAddress("127.0.0.1:\(UInt16(bigEndian: storage.sin_port))")),
            remote: try #require(SocketAddress("127.0.0.1:\(port)")))
        // It becomes sleep a moment after it has connected.
        let expected = LocalProcess(
            pid: Int(other.processIdentifier), name: "sleep", arguments: ["nova-conductor", "60"])
        let deadline = ContinuousClock.now + .seconds(20)
        var found: LocalProcess?
        while found != expected, ContinuousClock.now < deadline {
            found = ProcessTable().find([socket]).processes[socket]
            usleep(10_000)
        }
        #expect(found == expected)
    }
}
