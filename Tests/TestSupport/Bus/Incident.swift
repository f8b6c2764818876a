import Foundation
import Subprocess

/// What goes wrong on a port and in a virtual host of its own at a broker that other incidents share; novatrace and
/// tcpdump record it.
package actor Incident {
    package nonisolated let broker: RabbitMQServer
    package nonisolated let port: Int
    /// Where its clients log in.
    package nonisolated let virtualHost: String
    private let folder: URL
    private var clients: [BusClient] = []
    private var recorders: [BackgroundProgram] = []
    private var files: [String] = []

    /// Runs `body`, and ends all that it started when it returns or throws.
    ///
    /// - Parameters:
    ///   - place: which of the broker's ports and virtual hosts is its own.
    ///   - port: another one than the broker's, e.g. where nobody listens.
    package static func run(
        on broker: RabbitMQServer, place: BrokerPlaces.Place, port: Int? = nil, _ body: (Incident) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "novatrace-incident-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let incident = Incident(
            broker: broker, port: port ?? place.port, virtualHost: place.virtualHost, folder: folder)
        do {
            try await body(incident)
        } catch {
            await incident.end()
            throw error
        }
        await incident.end()
    }

    private init(broker: RabbitMQServer, port: Int, virtualHost: String, folder: URL) {
        (self.broker, self.port, self.virtualHost, self.folder) = (broker, port, virtualHost, folder)
    }

    // MARK: Who is there

    /// Starts one service, and returns at once.
    package func begin(
        _ service: String, on host: String, of release: OsloRelease = OsloRelease.all[0], user: String = "guest",
        password: String = "guest", virtualHost: String? = nil, options: [String] = []
    ) async -> BusClient {
        let login = BusClient.Login(
            port: port, user: user, password: password, virtualHost: virtualHost ?? self.virtualHost)
        let accounts = folder.appending(path: login.virtualHost)
        try? FileManager.default.createDirectory(at: accounts, withIntermediateDirectories: true)
        let client = await BusClient.start(
            service, on: host, of: release, login: login, account: accounts, options: options)
        clients.append(client)
        return client
    }

    /// Starts the services of a small cloud, and returns when they are connected.
    ///
    /// `host2` reports every half second that it is there, so packets come when nothing else happens.
    package func startCloud(
        of release: OsloRelease = OsloRelease.all[0], virtualHost: String? = nil, computeUser: String? = nil
    ) async throws -> IncidentCloud {
        let reports = ["--reports", "0.5"]
        let conductor = await begin("nova-conductor", on: "controller", of: release, virtualHost: virtualHost)
        // What is sent before it is there is lost.
        try await conductor.waitUntilConnected()
        let cloud = IncidentCloud(
            api: await begin("nova-api", on: "controller", of: release, virtualHost: virtualHost),
            conductor: conductor,
            scheduler: await begin("nova-scheduler", on: "controller", of: release, virtualHost: virtualHost),
            compute: await begin(
                "nova-compute", on: "host1", of: release, user: computeUser ?? "guest",
                password: computeUser == nil ? "guest" : BrokerAccounts.password, virtualHost: virtualHost,
                options: reports),
            other: await begin("nova-compute", on: "host2", of: release, virtualHost: virtualHost, options: reports))
        for client in [cloud.api, cloud.scheduler, cloud.compute, cloud.other] {
            try await client.waitUntilConnected()
        }
        return cloud
    }

    /// Deletes a queue through another port, which is not recorded.
    package func delete(queue: String) async throws {
        let script = ExternalProgram.projectFolder.appending(path: "Tests/LiveTests/Clients/delete_queue.py")
        let program = await BackgroundProgram.start(
            OsloRelease.all[0].interpreter,
            [script.path(percentEncoded: false), "\(broker.port)", virtualHost, queue])
        let status = try await program.waitForEnd()
        guard status == 0 else { throw BusFailure("\(queue) was not deleted: \(await program.lastWords)") }
    }

    // MARK: What is recorded

    /// Starts both recorders, and returns when no packet is missed any more.
    package func record() async throws {
        let file = folder.appending(path: "tcpdump.pcap").path(percentEncoded: false)
        let own = folder.appending(path: "novatrace.pcap").path(percentEncoded: false)
        let tcpdump = try await BusRecorder.startTcpdump(port: port, file: file)
        let novatrace = try await BusRecorder.startNovatrace(port: port, file: own, ["--width", "240"])
        recorders = [novatrace, tcpdump]
        files = [file, own]
    }

    /// Returns when bytes of that text have passed, the `count`th time.
    package func waitUntilOnTheWire(_ text: String, count: Int = 1, within limit: Duration = .seconds(20)) async throws
    {
        let file = files[0]
        let isThere = try await eventually(within: limit) {
            let data = try Data(contentsOf: URL(filePath: file))
            var (found, start) = (0, data.startIndex)
            while let range = data.range(of: Data(text.utf8), in: start..<data.endIndex) {
                (found, start) = (found + 1, range.upperBound)
            }
            return found >= count
        }
        guard isThere else { throw BusFailure("'\(text)' did not pass \(count) times") }
    }

    /// A copy of what tcpdump has written until now.
    package func recordingSoFar() throws -> String {
        let copy = folder.appending(path: "so-far-\(UUID().uuidString).pcap").path(percentEncoded: false)
        try FileManager.default.copyItem(atPath: files[0], toPath: copy)
        return copy
    }

    /// Ends the recording as Ctrl-C does.
    package func finishRecording() async throws -> IncidentRecording {
        // The kernel hands packets over in blocks.
        try await Task.sleep(for: .milliseconds(300))
        for recorder in recorders { await recorder.send(.interrupt) }
        for recorder in recorders {
            let status = try await recorder.waitForEnd()
            guard status == 0 else { throw BusFailure("a recorder ended with \(status): \(await recorder.lastWords)") }
        }
        return IncidentRecording(
            file: files[0], ownFile: files[1], lines: String(decoding: await recorders[0].output, as: UTF8.self),
            report: String(decoding: await recorders[0].errors, as: UTF8.self))
    }

    private func end() async {
        await withDiscardingTaskGroup { group in
            for recorder in recorders { group.addTask { await recorder.end() } }
            for client in clients { group.addTask { await client.end() } }
        }
        try? FileManager.default.removeItem(at: folder)
    }
}

/// A value: the services of an incident's cloud.
package struct IncidentCloud: Sendable {
    package let api: BusClient
    package let conductor: BusClient
    package let scheduler: BusClient
    /// nova-compute on `host1`.
    package let compute: BusClient
    /// nova-compute on `host2`, to which nothing happens.
    package let other: BusClient

    /// Asks for a server `vm-1` on `host1`.
    package func boot(name: String = "vm-1") async throws {
        try await api.perform("boot", ["name": .string(name), "host": "host1"])
    }

    /// Asks for a server, and returns when the compute on `host1` has it in "spawning" and keeps it there.
    package func bootAndHold(name: String = "vm-1") async throws {
        try await compute.tell("hold")
        try await boot(name: name)
        try await compute.waitUntilTaken("build_and_run_instance")
        try await Task.sleep(for: .seconds(1))
    }
}

/// A value: the packets of an incident in two files, and what `novatrace capture` printed meanwhile.
package struct IncidentRecording: Sendable {
    /// By tcpdump.
    package let file: String
    /// By novatrace.
    package let ownFile: String
    package let lines: String
    package let report: String

    package func trace() async throws -> TraceDocument {
        let result = try await ExternalProgram.novatrace.run(["export", "--format", "json", "--all", file])
        guard result.status == 0 else { throw BusFailure("novatrace export: \(result.errors)") }
        return try TraceDocument(Array(result.output.utf8))
    }
}
