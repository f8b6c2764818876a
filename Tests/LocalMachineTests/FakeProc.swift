import Bytes
import Foundation

@testable import LocalMachine

/// A process table in a folder of its own, which is removed with it.
final class FakeProc {
    private let folder: URL
    private var tables = ["tcp": "  sl  local_address rem_address   st\n", "tcp6": "  sl  local_address\n"]

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "novatrace-proc-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder.appending(path: "net"), withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    var path: String { folder.path(percentEncoded: false) }

    var table: ProcessTable { ProcessTable(proc: path) }

    /// A socket of 127.0.0.1 at `port`, connected to 127.0.0.1:5672, as a host of little-endian byte order writes it.
    @discardableResult
    func addSocket(port: UInt16, inode: Int) throws -> SocketPair {
        try add("0100007F:\(hex(port)) 0100007F:1628", to: "tcp", inode: inode)
        return Self.socket(port: port)
    }

    static func socket(port: UInt16) -> SocketPair {
        SocketPair(
            local: SocketAddress(address: IPAddress(v4: 0x7F00_0001), port: port),
            remote: SocketAddress(address: IPAddress(v4: 0x7F00_0001), port: 5672))
    }

    func add(_ ends: String, to table: String, inode: Int) throws {
        try append(
            "   0: \(ends) 01 00000000:00000000 02:000A7B11 00000000   111        0 \(inode) 2 0000000000000000 20\n",
            to: table)
    }

    func append(_ text: String, to table: String) throws {
        tables[table, default: ""] += text
        for (name, text) in tables {
            try Data(text.utf8).write(to: folder.appending(path: "net/\(name)"))
        }
    }

    /// A process; without a name it has just ended. Its descriptors lead to `links`, e.g. `socket:[12]`.
    func addProcess(_ pid: Int, name: String?, commandLine: [UInt8] = [], links: [String]) throws {
        let process = folder.appending(path: "\(pid)")
        try FileManager.default.createDirectory(
            at: process.appending(path: "fd"), withIntermediateDirectories: true)
        for (number, link) in links.enumerated() {
            try FileManager.default.createSymbolicLink(
                atPath: process.appending(path: "fd/\(number)").path(percentEncoded: false), withDestinationPath: link)
        }
        guard let name else { return }
        try Data("\(name)\n".utf8).write(to: process.appending(path: "comm"))
        try Data(commandLine).write(to: process.appending(path: "cmdline"))
    }

    private func hex(_ port: UInt16) -> String {
        let digits = String(port, radix: 16, uppercase: true)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}
