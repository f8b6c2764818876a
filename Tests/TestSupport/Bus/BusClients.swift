package import Foundation

/// A value: a release of oslo.messaging and how its queues are named.
package struct OsloRelease: Sendable, CustomStringConvertible {
    package let version: String
    /// Quorum queues, and names of reply and fanout queues that survive a restart (`use_queue_manager`, since 14.7.0).
    package let usesQueueManager: Bool

    /// One release without and one with the queue manager.
    package static let all = [
        OsloRelease(version: "12.14.0", usesQueueManager: false),
        OsloRelease(version: "17.3.0", usesQueueManager: true),
    ]

    /// The release whose libraries tests look things up in.
    package static let newest = all[1]

    /// The interpreter, as a program to run.
    package var python: ExternalProgram { ExternalProgram(at: interpreter) }

    package var description: String {
        usesQueueManager ? "oslo.messaging \(version) with its queue manager" : "oslo.messaging \(version)"
    }

    /// The interpreter of the environment that `.ci/setup test` makes.
    var interpreter: String {
        ExternalProgram.projectFolder.appending(path: ".build/oslo/\(version)/bin/python").path(percentEncoded: false)
    }

    package var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: interpreter) }
}

/// The services of a small cloud, played by processes with the real library: a conductor, a scheduler, two computes and
/// an API that does what it is told.
package actor BusClients {
    /// What the API does on command; `Tests/LiveTests/Clients/bus_client.py` has them.
    package enum Action: String, Sendable, CaseIterable {
        /// Calls that are answered.
        case calls
        /// Calls whose server raises an exception.
        case failures
        /// Calls that take 2.5 s, with heartbeats of the call monitor.
        case slow
        /// Calls to a topic that nobody serves, with a timeout of 1 s.
        case unserved
        case casts
        /// Fanouts to both computes.
        case fanouts
        case notifications
        /// Casts after which conductor, scheduler and compute talk to each other as when a server boots.
        case boots
    }

    /// What stands in no output unless it is asked for; arguments, contexts and results hold it.
    package static let secret = "hunter2-must-never-be-shown"

    private static let services = [
        ("nova-conductor", "controller"), ("nova-scheduler", "controller"), ("nova-compute", "host1"),
        ("nova-compute", "host2"), ("nova-api", "controller"),
    ]

    private let folder: URL
    private var clients: [BusClient] = []

    /// Clients that are not started yet, with their accounts in `folder`.
    package init(folder: URL) {
        self.folder = folder
    }

    /// Starts them and returns when all are connected.
    package func start(_ release: OsloRelease, on server: RabbitMQServer) async throws {
        let login = BusClient.Login(port: server.port)
        for (service, host) in Self.services {
            clients.append(await BusClient.start(service, on: host, of: release, login: login, account: folder))
        }
        for client in clients { try await client.waitUntilConnected() }
    }

    /// Lets the API do something `count` times and returns when it has the answers.
    package func perform(_ action: Action, _ count: Int) async throws {
        try await clients.last?.perform(action.rawValue, ["count": .number(String(count))])
    }

    /// Lets the API begin something and returns at once.
    package func order(_ action: Action, _ count: Int) async {
        await clients.last?.order(action.rawValue, ["count": .number(String(count))])
    }

    /// Returns when what was ordered is done.
    package func finish(_ action: Action) async throws {
        try await clients.last?.finish(action.rawValue)
    }

    /// What the processes wrote down until now.
    package func account() throws -> BusAccount {
        try BusAccount(folder: folder)
    }

    /// Returns when every message sent from `start` on has reached its servers and they are done with it.
    ///
    /// - Returns: `false` when that did not happen within `limit`.
    package func settle(from start: Date, within limit: Duration = .seconds(30)) async throws -> Bool {
        try await eventually(within: limit) { try self.account().isSettled(from: start) }
    }

    /// Returns when a boot passes through all services, as it does again some time after the broker was away.
    package func reconnect(within limit: Duration = .seconds(60)) async throws {
        let isBack = try await eventually(within: limit) {
            try await self.perform(.calls, 2)
            let before = try self.account().boots
            try await self.perform(.boots, 1)
            return try await eventually(within: .seconds(2)) { try self.account().boots > before }
        }
        guard isBack else { throw BusFailure("the clients did not come back") }
    }

    /// Ends all of them.
    package func end() async {
        await withDiscardingTaskGroup { group in
            for client in clients { group.addTask { await client.end() } }
        }
    }
}
