package import Foundation
import Glibc

/// A bus of its own for one test: a broker, clients, recorders and a folder for their files.
package actor LiveBus {
    package nonisolated let server: RabbitMQServer
    package nonisolated let clients: BusClients
    /// Where everything of it is kept while it runs.
    package nonisolated let folder: URL
    private var recordings: [BusRecording] = []

    /// Whether everything a live bus needs is there: `.ci/setup test` installs it, and capturing needs privileges.
    package static var isAvailable: Bool {
        RabbitMQServer.isInstalled && OsloRelease.all.allSatisfy(\.isInstalled)
            && ExternalProgram.installed("tcpdump") != nil && geteuid() == 0
    }

    /// Runs `body` with a bus whose broker accepts clients, and ends all of it when `body` returns or throws.
    package static func run(_ body: (LiveBus) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "novatrace-bus-\(UUID().uuidString)")
        let bus = try LiveBus(folder: folder)
        do {
            try await bus.server.start()
            try await body(bus)
        } catch {
            await bus.end()
            throw error
        }
        await bus.end()
    }

    private init(folder: URL) throws {
        self.folder = folder
        let accounts = folder.appending(path: "accounts")
        try FileManager.default.createDirectory(at: accounts, withIntermediateDirectories: true)
        server = try RabbitMQServer(folder: folder.appending(path: "broker"))
        clients = BusClients(folder: accounts)
    }

    /// Starts a recording.
    package func record(with recorder: BusRecorder) async throws -> BusRecording {
        let recording = try await recorder.start(port: server.port, folder: folder)
        recordings.append(recording)
        return recording
    }

    /// The command lines of processes that belong to it.
    package nonisolated func processes() throws -> [String] {
        let marks = [folder.lastPathComponent, "novatrace\(server.port)", "-port \(server.mapperPort) "]
        return try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { name in
            guard Int(name) != nil, let text = try? Data(contentsOf: URL(filePath: "/proc/\(name)/cmdline")) else {
                return nil
            }
            let line = text.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
            return marks.contains { line.contains($0) } ? line : nil
        }
    }

    private func end() async {
        for recording in recordings { await recording.end() }
        await clients.end()
        await server.end()
        try? FileManager.default.removeItem(at: folder)
    }
}
