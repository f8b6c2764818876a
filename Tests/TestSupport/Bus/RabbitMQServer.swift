package import Foundation
import Glibc
import Subprocess

/// A RabbitMQ server that belongs to one test: its own ports on 127.0.0.1, node, data, logs, cookie and port mapper.
///
/// It is Debian's `rabbitmq-server` without plugins (rabbitmq-server(8), rabbitmq-env.conf(5), epmd(1)); a broker that
/// the machine already runs is neither used nor disturbed. `guest` may log in, from the loopback interface.
package actor RabbitMQServer {
    private static let program = "/usr/lib/rabbitmq/bin/rabbitmq-server"
    private static let controller = "/usr/sbin/rabbitmqctl"
    private static let mapper = "/usr/bin/epmd"

    /// Whether it is installed.
    package static var isInstalled: Bool {
        [program, controller, mapper].allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Where it listens for AMQP.
    package nonisolated var port: Int { ports[0] }
    /// The same and others: what goes to one of them can be recorded without the rest.
    package nonisolated let ports: [Int]
    /// Where clients connect.
    package nonisolated var url: String { "rabbit://guest:guest@127.0.0.1:\(port)/" }

    private let folder: URL
    private let distributionPort: Int
    /// Where its port mapper listens.
    package nonisolated let mapperPort: Int
    private var portMapper: BackgroundProgram?
    private var broker: BackgroundProgram?

    /// A server that is not started yet, with its files in `folder`.
    ///
    /// - Parameters:
    ///   - listeners: on how many ports it listens for AMQP.
    ///   - accounts: who may log in where, besides `guest`.
    package init(folder: URL, listeners: Int = 1, accounts: BrokerAccounts = BrokerAccounts()) throws {
        let ports = LoopbackPorts.free(listeners + 2)
        self.ports = Array(ports.prefix(listeners))
        (distributionPort, mapperPort) = (ports[listeners], ports[listeners + 1])
        self.folder = folder
        for name in ["home", "log", "data"] {
            try FileManager.default.createDirectory(
                at: folder.appending(path: name), withIntermediateDirectories: true)
        }
        try Data("[].\n".utf8).write(to: folder.appending(path: "enabled_plugins"))
        try Data().write(to: folder.appending(path: "rabbitmq-env.conf"))
        let definitions = folder.appending(path: "definitions.json")
        try accounts.definitions().write(to: definitions)
        let lines =
            self.ports.enumerated().map { "listeners.tcp.\($0 + 1) = 127.0.0.1:\($1)" }
            + ["load_definitions = \(definitions.path(percentEncoded: false))"]
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: folder.appending(path: "rabbitmq.conf"))
    }

    /// Starts it, again after a stop, and returns when it accepts clients.
    package func start() async throws {
        if portMapper == nil {
            portMapper = await BackgroundProgram.start(
                Self.mapper, ["-port", "\(mapperPort)", "-address", "127.0.0.1"])
        }
        await broker?.end()
        let broker = await BackgroundProgram.start(Self.program, [], environment: environment)
        self.broker = broker
        try await broker.waitFor("Starting broker... completed")
    }

    /// Lets it close its connections and end.
    package func stop() async throws {
        await broker?.send(.terminate)
        _ = try await broker?.waitForEnd()
    }

    /// Kills it in the middle of whatever it does, as a crash or the kernel would.
    package func kill() async throws {
        let text = try String(contentsOf: folder.appending(path: "pid"), encoding: .utf8)
        guard let broker, await broker.status == nil,
            let pid = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines))
        else { throw BusFailure("the broker does not run") }
        guard Glibc.kill(pid, SIGKILL) == 0 else { throw BusFailure("the broker could not be killed") }
        _ = try await broker.waitForEnd()
    }

    /// Runs `rabbitmqctl` with it, which takes a second.
    package func control(_ arguments: String...) async throws {
        let name = "novatrace-\(port)@localhost"
        let result = try await ExternalProgram.installed("rabbitmqctl")?.run(
            ["-n", name, "--erlang-cookie", "novatrace\(port)"] + arguments, environment: environment)
        guard result?.status == 0 else {
            throw BusFailure("rabbitmqctl \(arguments.joined(separator: " ")): \(result?.errors ?? "is missing")")
        }
    }

    /// Ends everything that was started.
    package func end() async {
        await broker?.end()
        await portMapper?.end()
    }

    private var environment: [String: String] {
        func path(_ name: String) -> String { folder.appending(path: name).path(percentEncoded: false) }
        return [
            "HOME": path("home"),
            "ERL_EPMD_PORT": "\(mapperPort)",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": "novatrace-\(port)@localhost",
            "RABBITMQ_DIST_PORT": "\(distributionPort)",
            "RABBITMQ_MNESIA_BASE": path("data"),
            "RABBITMQ_LOG_BASE": path("log"),
            "RABBITMQ_PID_FILE": path("pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": path("enabled_plugins"),
            "RABBITMQ_CONF_ENV_FILE": path("rabbitmq-env.conf"),
            "RABBITMQ_CONFIG_FILE": path("rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": path("none.config"),
            "RABBITMQ_CTL_ERL_ARGS": "-start_epmd false",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS":
                "-setcookie novatrace\(port) -start_epmd false -kernel inet_dist_use_interface {127,0,0,1} +sbwt none",
        ]
    }
}
