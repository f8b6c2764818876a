import Capture
import Correlation
import Pipeline
import LocalMachine
import Trace

/// A machine that names the clients of connections by this machine's table of processes.
///
/// Its helper is started before rights are given up, without which the table cannot be read; nothing is asked before a
/// connection is found one end of which is on this machine.
struct LocalProcesses {
    private let lookup: ProcessLookup?
    private var isFaultTold = false
    private var addresses = LocalAddresses()
    private var addressesReadAt = Clock.monotonic
    private var asked: [Ends: ConnectionID] = [:]

    private struct Ends: Hashable {
        let client: String
        let server: String
    }

    /// Addresses come and go; questions that were never answered are forgotten at last.
    private static let addressLifetime: Nanoseconds = .seconds(60)

    /// How long the helper may take for an answer; a scan of a busy machine takes a tenth of a second.
    private static let patience = Duration.seconds(5)

    /// Starts the helper, which goes on as `user`.
    init(as user: UnprivilegedUser?, isSandboxed: Bool) {
        lookup = try? ProcessLookup(as: user, isSandboxed: isSandboxed)
    }

    /// The helper's process.
    var helper: Int32? { lookup?.helper }

    /// Begins to speak with the helper, on a thread.
    func start() { lookup?.start() }

    /// That processes are no longer told, and why, once.
    mutating func newFault() -> String? {
        guard !isFaultTold, let fault else { return nil }
        isFaultTold = true
        return fault
    }

    private var fault: String? {
        guard let statistics = lookup?.statistics else { return nil }
        let consequence = "from now on no local process is named, capturing goes on"
        if statistics.isLost { return "the helper that tells whose connections are has ended: \(consequence)" }
        guard let since = statistics.waitingSince, ContinuousClock.now - since > Self.patience else { return nil }
        return "the helper that tells whose connections are does not answer: \(consequence)"
    }

    /// Asks about connections that were just found, where that makes sense.
    mutating func ask(about found: [FoundConnection]) {
        guard !found.isEmpty, lookup != nil else { return }
        let now = Clock.monotonic
        if now - addressesReadAt > Self.addressLifetime { (addresses, addressesReadAt) = (LocalAddresses(), now) }
        let local = found.filter { addresses.contains(endpoint: $0.client) }
        guard !local.isEmpty else { return }
        if asked.count + local.count > Limits.connectionsAsked { asked = [:] }
        for connection in local { asked[Ends(client: connection.client, server: connection.server)] = connection.id }
        lookup?.ask(local.map { ($0.client, $0.server) })
    }

    /// The answers that have come since the last time.
    mutating func answers() -> [(connection: ConnectionID, process: ProcessHint)] {
        guard let lookup else { return [] }
        return lookup.answers().compactMap { answer in
            guard let id = asked.removeValue(forKey: Ends(client: answer.client, server: answer.server)) else {
                return nil
            }
            let process = answer.process
            return (id, ProcessHint(pid: process.pid, name: process.name, arguments: process.arguments))
        }
    }

    func close() { lookup?.close() }
}
