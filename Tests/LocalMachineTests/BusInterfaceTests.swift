import Capture
import Foundation
import LocalMachine
import TestSupport
import Testing

@Suite struct `The interface that carries the bus` {
    private let scratch: Scratch
    private let interfaces = [
        CaptureInterface(name: "eth0", addresses: ["192.0.2.5", "2001:db8::5", "fe80::1"]),
        CaptureInterface(name: "eth1", addresses: ["198.51.100.7"]),
        CaptureInterface(name: "any"),
        CaptureInterface(name: "lo", addresses: ["127.0.0.1", "::1"], isLoopback: true),
    ]

    init() throws {
        scratch = try Scratch()
        try FileManager.default.createDirectory(
            at: scratch.directory.appending(path: "net"), withIntermediateDirectories: true)
    }

    /// A line as the kernel writes it; addresses in the machine's byte order.
    private func line(_ local: [UInt8], _ port: UInt16, _ remote: [UInt8], _ remotePort: UInt16, _ state: String)
        -> String
    {
        func end(_ address: [UInt8], _ port: UInt16) -> String {
            let words = stride(from: 0, to: address.count, by: 4).map { start in
                let word = address[start..<start + 4].withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
                return hexadecimal(word, digits: 8)
            }
            return words.joined() + ":" + hexadecimal(port, digits: 4)
        }
        return "   0: \(end(local, port)) \(end(remote, remotePort)) \(state) 00000000:00000000 00:00000000 00000000"
            + "     0        0 108 1 0000000000367d02 100 0 0 10 0"
    }

    private func hexadecimal(_ value: some FixedWidthInteger, digits: Int) -> String {
        let text = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: digits - text.count) + text
    }

    private func established(_ local: [UInt8], _ port: UInt16, _ remote: [UInt8], _ remotePort: UInt16) -> String {
        line(local, port, remote, remotePort, "01")
    }

    private func listening(_ local: [UInt8], _ port: UInt16) -> String {
        line(local, port, local.map { _ in 0 }, 0, "0A")
    }

    private func choose(
        _ lines: [String], six: [String] = [], ports: [UInt16] = [5672], among: [CaptureInterface]? = nil
    ) throws -> String {
        let title = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"
        for (name, lines) in [("tcp", lines), ("tcp6", six)] {
            _ = try scratch.write("net/\(name)", Array(([title] + lines).joined(separator: "\n").utf8) + [0x0A])
        }
        let choice = BusInterface.choose(ports: ports, interfaces: among ?? interfaces, proc: scratch.directory.path)
        return "\(choice.name): \(choice.reason)"
    }

    private static let eth0: [UInt8] = [192, 0, 2, 5]
    private static let eth1: [UInt8] = [198, 51, 100, 7]
    private static let other: [UInt8] = [192, 0, 2, 77]
    private static let loopback: [UInt8] = [127, 0, 0, 1]
    private static let mapping: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]

    @Test func `a client's connections choose the interface of their local address`() throws {
        let lines = (0..<3).map { established(Self.eth0, 40_000 + $0, Self.other, 5672) }
        #expect(try choose(lines) == "eth0: 3 connections to port 5672 on eth0")
        #expect(try choose(Array(lines.prefix(1))) == "eth0: 1 connection to port 5672 on eth0")
    }

    @Test func `a server's connections choose it too, mapped into IPv6 or not`() throws {
        let mapped = established(Self.mapping + Self.eth0, 5672, Self.mapping + Self.other, 40_000)
        let six = established(
            [0x20, 1, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [5], 5672, Self.mapping + Self.other, 1)
        #expect(
            try choose([established(Self.eth0, 5672, Self.other, 40_001)], six: [mapped, six])
                == "eth0: 3 connections to port 5672 on eth0")
    }

    @Test func `a connection of this machine with itself runs over loopback and counts once`() throws {
        let both = [
            established(Self.loopback, 5672, Self.loopback, 40_000),
            established(Self.loopback, 40_000, Self.loopback, 5672),
            established(Self.eth0, 5672, Self.eth0, 40_001), established(Self.eth0, 40_001, Self.eth0, 5672),
        ]
        let six = [UInt8](repeating: 0, count: 15) + [1]
        #expect(
            try choose(both, six: [established(six, 5672, six, 40_002)]) == "lo: 3 connections to port 5672 on lo")
    }

    @Test func `several interfaces are any, and without it the one with most of them`() throws {
        let lines = [
            established(Self.eth0, 1, Self.other, 5672), established(Self.eth1, 1, Self.other, 5672),
            established(Self.eth1, 2, Self.other, 5672),
        ]
        #expect(try choose(lines) == "any: 3 connections to port 5672 on eth0 and eth1")
        #expect(
            try choose(lines, among: interfaces.filter { $0.name != "any" })
                == "eth1: 3 connections to port 5672 on eth0 and eth1, most of them on eth1")
    }

    @Test func `without connections a listening socket decides`() throws {
        #expect(try choose([listening(Self.eth1, 5672)]) == "eth1: a server listens on port 5672 on eth1")
        #expect(try choose([listening(Self.loopback, 5672)]) == "lo: a server listens on port 5672 on lo")
        #expect(try choose([listening([0, 0, 0, 0], 5672)]) == "any: a server listens on port 5672")
        #expect(try choose([], six: [listening([UInt8](repeating: 0, count: 16), 5672)]).hasPrefix("any: a server"))
        #expect(
            try choose([listening([0, 0, 0, 0], 5672), established(Self.eth0, 5672, Self.other, 9)])
                == "eth0: 1 connection to port 5672 on eth0")
    }

    @Test func `an address that no interface has is any`() throws {
        #expect(try choose([established([203, 0, 113, 9], 1, Self.other, 5672)]) == "any: 1 connection to port 5672")
    }

    @Test func `only the ports of the bus and only open connections count`() throws {
        let lines = [
            established(Self.eth0, 22, Self.other, 40_000), line(Self.eth0, 1, Self.other, 5672, "06"),
            line(Self.eth0, 2, Self.other, 5672, "02"), listening(Self.eth0, 80),
            // A client that happens to listen beside it, on a port that the bus has elsewhere.
            line(Self.eth0, 3, Self.other, 5672, "0A"),
        ]
        #expect(try choose(lines) == "any: no connection to port 5672 on this machine: all interfaces")
        let more = [established(Self.eth0, 1, Self.other, 5673), established(Self.eth0, 1, Self.other, 5672)]
        #expect(
            try choose(more, ports: [5672, 5673, 5674]) == "eth0: 2 connections to ports 5672 and 5673 on eth0")
    }

    @Test func `without any the first that is up is taken, loopback last`() throws {
        let down = CaptureInterface(name: "eth9", isUp: false, isRunning: false)
        let pseudo = CaptureInterface(name: "nflog", isCapturable: false)
        let (lo, eth1) = (interfaces[3], interfaces[1])
        let reason = "no connection to port 5672 on this machine: the first interface that is up"
        #expect(try choose([], among: [down, pseudo, lo, eth1]) == "eth1: \(reason)")
        #expect(try choose([], among: [down, pseudo, lo]) == "lo: \(reason)")
        #expect(try choose([], among: [down]) == "eth9: \(reason)")
        #expect(try choose([], among: []) == "any: \(reason)")
    }

    @Test func `a table that is damaged is read as far as it makes sense`() throws {
        let good = established(Self.eth0, 1, Self.other, 5672)
        let damaged = [
            "", " ", "0:", "0: 1:2 3:4 01", "0: 0500A8C0:1628 0500A8C0 01", "0: :1628 :1628 01", good.dropLast(80) + "",
            "0: GGGGGGGG:1628 00000000:0000 0A x", "0: 0500A8C0:FFFFF 00000000:1628 01 x", "0: +500A8C0:1628 0:0 01",
            "0: 050002C0:+628 050002C0:1628 01 x", "0: 050002C0:1628 050002C0:1628 +1 x",
            String(repeating: "é", count: 900), String(repeating: "0: ", count: 5000), "\0\0\0\u{FFFD}",
        ]
        let lines = damaged.map { String($0) }
        #expect(try choose(lines + [good], six: lines) == "eth0: 1 connection to port 5672 on eth0")
    }

    @Test func `without tables nothing is known`() {
        let choice = BusInterface.choose(ports: [5672], interfaces: interfaces, proc: scratch.path("none"))
        #expect(choice.name == "any")
    }
}

@Suite struct `The interfaces of this machine` {
    @Test func `loopback is among them, with its address and state`() throws {
        let loopback = try #require(try InterfaceList.all().first(where: \.isLoopback))
        #expect(loopback.addresses.contains("127.0.0.1"))
        #expect(loopback.isUp)
        #expect(loopback.isRunning)
        #expect(loopback.isCapturable)
        #expect(!loopback.isWireless)
        #expect(loopback.connection == .notApplicable)
    }

    @Test func `the device for all of them is no interface of its own`() throws {
        let any = try #require(try InterfaceList.all().first { $0.name == CaptureInterface.any })
        #expect(any.isCapturable)
        #expect(any.addresses.isEmpty)
    }

    @Test(
        .enabled(
            if: ExternalProgram.installed("ip") != nil || ExternalProgram.mustBeInstalled, "iproute2 is not installed"))
    func `they have the addresses that iproute2 lists`() async throws {
        let listed = try await ExternalProgram.installed("ip")?.run(["-o", "addr", "show"]).output ?? ""
        let theirs = listed.split(separator: "\n").compactMap { line -> String? in
            let fields = line.split(separator: " ")
            guard fields.count > 3, fields[2].hasPrefix("inet") else { return nil }
            return "\(fields[1]) \(fields[3].prefix { $0 != "/" })"
        }
        let ours = try InterfaceList.all().flatMap { interface in interface.addresses.map { "\(interface.name) \($0)" }
        }
        #expect(Set(ours) == Set(theirs))
        #expect(!ours.isEmpty)
    }
}
