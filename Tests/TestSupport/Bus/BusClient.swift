package import Foundation
package import Subprocess

/// One service on a test's bus: a process with the real library (`Tests/LiveTests/Clients/bus_client.py`), and what it
/// writes down.
package actor BusClient {
    /// Where and as whom it logs in.
    package struct Login: Sendable {
        package var port: Int
        package var user = "guest"
        package var password = "guest"
        package var virtualHost = ""

        package init(port: Int, user: String = "guest", password: String = "guest", virtualHost: String = "") {
            (self.port, self.user, self.password, self.virtualHost) = (port, user, password, virtualHost)
        }

        var url: String { "rabbit://\(user):\(password)@127.0.0.1:\(port)/\(virtualHost)" }
    }

    package nonisolated let program: BackgroundProgram
    private let accountFile: URL
    private var answered: [String: Int] = [:]

    /// Starts it, with its account in `folder`, and returns at once.
    ///
    /// - Parameter options: of the program, e.g. `--tls`.
    package static func start(
        _ service: String, on host: String, of release: OsloRelease, login: Login, account folder: URL,
        options: [String] = []
    ) async -> BusClient {
        let script = ExternalProgram.projectFolder.appending(path: "Tests/LiveTests/Clients/bus_client.py")
        let account = folder.appending(path: "\(service)@\(host).jsonl")
        var arguments = [
            script.path(percentEncoded: false), service, host, "--url", login.url,
            "--account", account.path(percentEncoded: false),
        ]
        if release.usesQueueManager { arguments += ["--queue-names", "\(login.port)"] }
        let program = await BackgroundProgram.start(
            release.interpreter, arguments + options,
            environment: ["PYTHONWARNINGS": "ignore", "PYTHONDONTWRITEBYTECODE": "1"], input: .lines)
        return BusClient(program: program, account: account)
    }

    private init(program: BackgroundProgram, account: URL) {
        self.program = program
        accountFile = account
    }

    package nonisolated func waitUntilConnected() async throws {
        try await program.waitFor(#""connected""#)
    }

    /// Lets the API do something, and returns when it has the answers.
    package func perform(_ action: String, _ arguments: [String: WireJSON] = [:]) async throws {
        await order(action, arguments)
        try await finish(action)
    }

    /// Lets the API begin something and returns at once.
    package func order(_ action: String, _ arguments: [String: WireJSON] = [:]) async {
        let members = arguments.sorted { $0.key < $1.key }.map { WireJSON.Member($0.key, $0.value) }
        await program.write(WireJSON.object([.init("do", .string(action))] + members).text)
    }

    /// Tells a compute to `hold` its builds or to `release` them.
    package func tell(_ word: String) async throws {
        await program.write(word)
        try await finish(word)
    }

    /// Returns when what was ordered is done.
    package func finish(_ action: String) async throws {
        answered[action, default: 0] += 1
        try await program.waitFor(#"{"done": "\#(action)"}"#, count: answered[action] ?? 1)
    }

    package nonisolated func send(_ signal: Signal) async {
        await program.send(signal)
    }

    /// What it wrote down until now.
    package func account() throws -> BusAccount {
        try BusAccount([try Data(contentsOf: accountFile)])
    }

    /// Returns when it has taken a request with that method, with the queue that its answer goes to.
    @discardableResult
    package func waitUntilTaken(_ method: String, within limit: Duration = .seconds(20)) async throws -> String? {
        let isThere = try await eventually(within: limit) { try self.account().replyQueues[method] != nil }
        guard isThere, let queue = try account().replyQueues[method] else {
            throw BusFailure("\(method) was not taken: \(await program.lastWords)")
        }
        return queue
    }

    /// Returns when it has sent so many messages of a method.
    package func waitUntilSent(_ method: String, count: Int = 1, within limit: Duration = .seconds(20)) async throws {
        let isThere = try await eventually(within: limit) {
            try self.account().sent.values.count { $0.method == method && $0.result == "ok" } >= count
        }
        guard isThere else { throw BusFailure("\(method) was not sent: \(await program.lastWords)") }
    }

    package nonisolated func end() async {
        // One that is stopped does not see the end of its input.
        await program.send(.resume)
        await program.end()
    }
}
