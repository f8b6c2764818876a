import Foundation
import Rendering
import Subprocess
import TestSupport
import Testing

/// A real broker, and a client that names everything by a secret and says secrets wherever it can.
@Suite(
    .enabled(if: LiveBus.isAvailable || ExternalProgram.mustBeInstalled, "needs '.ci/setup test' and root"),
    .timeLimit(.minutes(5)))
struct `A live bus full of secrets` {
    private static let user = "nova password=WLEAKuser9"
    private static let virtualHost = "cloud password=WLEAKvhost9"

    /// Every command that reads a capture, every format that is no packets.
    private static let runs: [[String]] =
        [
            ["list", "--all"], ["stats"], ["explain"], ["replay"], ["connections"],
            ["connections", "--format", "json"],
            ["replay", "--all", "--expand", "--detail", "full", "--width", "4000"], ["compare"],
        ]
        + Formats.all.filter { !$0.isBinary }.map {
            ["export", "--format", $0.name, "--detail", "full", "--all"]
        }

    @Test func `shows none of them, live or from its file, whatever the command and the format`() async throws {
        try await withBus { server, folder in
            let file = folder.appending(path: "bus.pcap").path(percentEncoded: false)
            let captures = [
                try await Self.capture(on: server.port, ["--detail", "full", "--all"], file),
                try await Self.capture(
                    on: server.port, ["--format", "jsonl", "--detail", "full", "--all"],
                    folder.appending(path: "lines.pcap").path(percentEncoded: false)),
            ]
            let places = try await Self.perform(on: server, folder)
            #expect(places.count > 30)
            try await Task.sleep(for: .seconds(1))
            for capture in captures {
                await capture.send(.interrupt)
                #expect(try await capture.waitForEnd() == 0)
                Self.expectNoMark(await capture.output, "capture")
                Self.expectNoMark(await capture.errors, "capture")
                #expect(await capture.output.count > 1000)
            }
            for place in places {
                #expect(try Data(contentsOf: URL(filePath: file)).holds("WLEAK\(place)9"), "\(place) was sent")
            }
            for arguments in Self.runs {
                let files = arguments.first == "compare" ? [file, file] : [file]
                let result = try await ExternalProgram.novatrace.run(arguments + files)
                Self.expectNoMark(Array(result.output.utf8), "\(arguments)")
                Self.expectNoMark(Array(result.errors.utf8), "\(arguments)")
            }
            try await Self.expectShown(file)
        }
    }

    /// What is asked for is there: in messages, and in what connections tell.
    private static func expectShown(_ file: String) async throws {
        let messages = try await ExternalProgram.novatrace.run([
            "export", "--format", "json", "--detail", "full", "--all", "--show-secrets", file,
        ])
        for place in ["method", "exchange", "key", "message", "admin", "unrouted", "missing"] {
            #expect(Data(messages.output.utf8).holds("WLEAK\(place)9"), "\(place)")
        }
        let connections = try await ExternalProgram.novatrace.run([
            "connections", "--format", "json", "--show-secrets", file,
        ])
        for place in ["vhost", "user", "product", "missing", "no_host", "stranger"] {
            #expect(Data(connections.output.utf8).holds("WLEAK\(place)9"), "\(place)")
        }
    }

    private static func expectNoMark(_ bytes: [UInt8], _ what: String) {
        let text = Data(bytes)
        guard let range = text.range(of: Data("WLEAK".utf8)) else { return }
        let line = text[max(0, range.lowerBound - 80)..<min(text.count, range.upperBound + 40)]
        Issue.record("\(what): \(String(decoding: line, as: UTF8.self))")
    }

    // MARK: The bus

    private func withBus(_ body: (RabbitMQServer, URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "novatrace-bus-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let server = try RabbitMQServer(
            folder: folder, accounts: BrokerAccounts(virtualHosts: [Self.virtualHost], users: [Self.user]))
        do {
            try await server.start()
            try await body(server, folder)
        } catch {
            await server.end()
            throw error
        }
        await server.end()
    }

    private static func capture(
        on port: Int, _ arguments: [String], _ file: String
    ) async throws -> BackgroundProgram {
        let program = await BackgroundProgram.start(
            ExternalProgram.novatrace.location, ["capture", "-i", "lo", "--port", "\(port)", "-w", file] + arguments)
        // The header of the file is written when the interface is open.
        let isOpen = try await eventually(within: .seconds(30)) {
            let size = try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int
            return size ?? 0 >= 24
        }
        #expect(isOpen)
        return program
    }

    /// Lets the client do it all.
    ///
    /// - Returns: the places that it put marks in.
    private static func perform(on server: RabbitMQServer, _ folder: URL) async throws -> [String] {
        let script = ExternalProgram.projectFolder.appending(path: "Tests/LiveTests/Clients/secret_client.py")
        let result = try await OsloRelease.newest.python.run([
            script.path(percentEncoded: false), "\(server.port)", user, BrokerAccounts.password, virtualHost,
        ])
        #expect(result.status == 0, "\(result.errors)")
        return result.output.split(separator: "\n").map(String.init)
    }
}

extension Data {
    fileprivate func holds(_ part: String) -> Bool { range(of: Data(part.utf8)) != nil }
}
