import Correlation
import Pipeline
import LocalMachine

/// A machine that names the clients of connections by this machine's table of processes.
///
/// Nothing is asked and nothing is started before a connection is found one end of which is on this machine, unless
/// privileges are about to be given up, without which the table cannot be read.
struct LocalProcesses {
    private var lookup: ProcessLookup?
    private var isImpossible = false
    private var addresses = LocalAddresses()
    private var addressesReadAt = Clock.monotonic
    private var asked: [Ends: Int] = [:]

    private struct Ends: Hashable {
        let client: String
        let server: String
    }

    /// Addresses come and go; questions that were never answered are forgotten at last.
    private static let addressLifetime: Int64 = 60_000_000_000
    private static let askedAtMost = 16_384

    /// Starts looking things up while the privileges for it are there.
    mutating func prepare() {
        guard lookup == nil, !isImpossible else { return }
        lookup = try? ProcessLookup()
        isImpossible = lookup == nil
    }

    /// Asks about connections that were just found, where that makes sense.
    mutating func ask(about found: [FoundConnection]) {
        guard !found.isEmpty, !isImpossible else { return }
        let now = Clock.monotonic
        if now - addressesReadAt > Self.addressLifetime { (addresses, addressesReadAt) = (LocalAddresses(), now) }
        let local = found.filter { addresses.contains(endpoint: $0.client) }
        guard !local.isEmpty else { return }
        prepare()
        if asked.count + local.count > Self.askedAtMost { asked = [:] }
        for connection in local { asked[Ends(client: connection.client, server: connection.server)] = connection.id }
        lookup?.ask(local.map { ($0.client, $0.server) })
    }

    /// The answers that have come since the last time.
    mutating func answers() -> [(connection: Int, process: ProcessHint)] {
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
