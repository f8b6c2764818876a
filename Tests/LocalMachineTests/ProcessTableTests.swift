import Bytes
import TestSupport
import Testing

@testable import LocalMachine

@Suite struct `The process table tells whose a socket is` {
    @Test func `by its inode among the descriptors of each process`() throws {
        let proc = try FakeProc()
        let first = try proc.addSocket(port: 40_001, inode: 501)
        let second = try proc.addSocket(port: 40_002, inode: 502)
        try proc.addProcess(7, name: "init", links: ["/dev/null", "pipe:[501]", "socket:[5]"])
        try proc.addProcess(
            30, name: "nova-conductor", commandLine: Array("/usr/bin/python3\0/usr/bin/nova-conductor\0".utf8),
            links: ["anon_inode:[eventpoll]", "socket:[502]"])
        try proc.addProcess(4, name: "uwsgi", commandLine: Array("uwsgi\0".utf8), links: ["socket:[501]"])
        let owners = proc.table.find([first, second])
        #expect(
            owners.processes == [
                first: LocalProcess(pid: 4, name: "uwsgi", arguments: ["uwsgi"]),
                second: LocalProcess(
                    pid: 30, name: "nova-conductor", arguments: ["/usr/bin/python3", "/usr/bin/nova-conductor"]),
            ])
        #expect(owners.unreadable == 0)
    }

    @Test func `of IPv6, and of IPv4 over an IPv6 socket`() throws {
        let proc = try FakeProc()
        try proc.add(
            "B80D0120000000000000000001000000:9C41 B80D0120000000000000000002000000:1628", to: "tcp6", inode: 11)
        try proc.add(
            "0000000000000000FFFF0000010200C0:9C42 0000000000000000FFFF0000020200C0:1628", to: "tcp6", inode: 12)
        try proc.addProcess(1, name: "a", links: ["socket:[11]", "socket:[12]"])
        let plain = SocketPair(
            local: try #require(SocketAddress("[2001:db8::1]:40001")),
            remote: try #require(SocketAddress("[2001:db8::2]:5672")))
        let mapped = SocketPair(
            local: try #require(SocketAddress("192.0.2.1:40002")), remote: try #require(SocketAddress("192.0.2.2:5672"))
        )
        #expect(proc.table.find([plain, mapped]).processes.count == 2)
    }

    @Test func `that several processes share as that of the first of them`() throws {
        let proc = try FakeProc()
        let socket = try proc.addSocket(port: 40_001, inode: 501)
        for pid in [20, 3, 100] { try proc.addProcess(pid, name: "p\(pid)", links: ["socket:[501]"]) }
        #expect(proc.table.find([socket]).processes[socket]?.pid == 3)
    }

    @Test func `unless the process ends meanwhile`() throws {
        let proc = try FakeProc()
        let socket = try proc.addSocket(port: 40_001, inode: 501)
        try proc.addProcess(3, name: nil, links: ["socket:[501]"])
        #expect(proc.table.find([socket]).processes.isEmpty)
        try proc.addProcess(4, name: "heir", links: ["socket:[501]"])
        #expect(proc.table.find([socket]).processes[socket]?.pid == 4)
    }

    @Test func `and not of one that is closed or not there`() throws {
        let proc = try FakeProc()
        let closed = try proc.addSocket(port: 40_001, inode: 0)
        try proc.addProcess(
            3, name: "a", links: ["socket:[0]", "socket:[]", "socket:[x]", "socket:[18446744073709551616]"])
        #expect(proc.table.find([closed, FakeProc.socket(port: 40_002)]).processes.isEmpty)
        #expect(ProcessTable(proc: "\(proc.path)/nowhere").find([closed]).processes.isEmpty)
        #expect(proc.table.find([]).processes.isEmpty)
    }

    @Test func `from whole lines only, whatever else the table holds`() throws {
        let proc = try FakeProc()
        var random = SeededGenerator(seed: 3)
        let line = "   0: 0100007F:9C41 0100007F:1628 01 00000000:00000000 02:000A7B11 00000000   111        0 501 2 0"
        var text = ""
        for _ in 0..<500 {
            var bytes = Array(line.utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 32...126, using: &random)
            }
            let end = Int.random(in: 0...bytes.count, using: &random)
            text += String(decoding: bytes[..<end], as: UTF8.self) + "\n"
        }
        try proc.append(text + String(repeating: "0", count: 200_000) + "\n", to: "tcp")
        let socket = try proc.addSocket(port: 40_003, inode: 777)
        try proc.addProcess(3, name: "a", links: ["socket:[777]"])
        #expect(proc.table.find([socket]).processes[socket]?.pid == 3)
        #expect(proc.table.find([FakeProc.socket(port: 40_001)]).processes.isEmpty)
    }

    @Test func `within limits`() throws {
        let proc = try FakeProc()
        let socket = try proc.addSocket(port: 40_001, inode: 501)
        try proc.addProcess(3, name: "a", links: (0..<50).map { _ in "/dev/null" } + ["socket:[501]"])
        var limits = ScanLimits()
        limits.descriptors = 51
        #expect(ProcessTable(proc: proc.path, limits: limits).find([socket]).processes.count == 1)
        limits.tableBytes = 50
        #expect(ProcessTable(proc: proc.path, limits: limits).find([socket]).processes.isEmpty)
        limits = ScanLimits()
        limits.processes = 0
        #expect(ProcessTable(proc: proc.path, limits: limits).find([socket]).processes.isEmpty)
        for keyPath in [\ScanLimits.descriptors, \.descriptorsPerProcess] {
            limits = ScanLimits()
            limits[keyPath: keyPath] = 1
            let other = ProcessTable(proc: proc.path, limits: limits).find([socket])
            #expect(other.processes.isEmpty)
        }
    }
}

@Suite struct `A process is told by its name and the beginning of its command line` {
    private func process(_ commandLine: [UInt8]) throws -> LocalProcess {
        let proc = try FakeProc()
        let socket = try proc.addSocket(port: 40_001, inode: 501)
        try proc.addProcess(3, name: "name of it", commandLine: commandLine, links: ["socket:[501]"])
        return try #require(proc.table.find([socket]).processes[socket])
    }

    @Test func `which may be missing`() throws {
        #expect(try process([]) == LocalProcess(pid: 3, name: "name of it", arguments: []))
        #expect(try process([0, 0, 0]).arguments.isEmpty)
    }

    @Test func `which may hold empty arguments`() throws {
        #expect(try process(Array("a\0\0b\0".utf8)).arguments == ["a", "", "b"])
    }

    @Test func `which may be a title`() throws {
        #expect(try process(Array("nova-compute: worker\0\0\0\0\0".utf8)).arguments == ["nova-compute: worker"])
    }

    @Test func `which may be long, or no text`() throws {
        let many = try process(Array(String(repeating: "a\0", count: 100).utf8))
        #expect(many.arguments == Array(repeating: "a", count: 32))
        let long = try process([UInt8](repeating: 0xFF, count: 10_000))
        #expect(long.arguments == [String(repeating: "\u{FFFD}", count: 4096)])
    }
}
