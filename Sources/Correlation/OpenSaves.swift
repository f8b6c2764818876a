import Trace

/// A machine that tells which update notifications fall inside an open `Instance.save` of the same instance.
///
/// `compute.instance.update` carries the instance host's `publisher_id` whoever sends it, and a notifier's connection is
/// joined to its process by no id. Those of a conductor are sent while it serves a save; those of nova-api are not. A
/// connection all of whose updates fall inside the saves of one process is that process's (nova `compute/utils.py`,
/// `notifications/base.py`: `publisher_id` is made of the instance's host).
struct OpenSaves: Sendable {
    private struct Tally: Sendable {
        var inside = 0
        var outside = 0
        var server: Int?
        var isAmbiguous = false

        func joined(with other: Tally) -> Tally {
            var result = self
            result.inside += other.inside
            result.outside += other.outside
            result.isAmbiguous = isAmbiguous || other.isAmbiguous
            if let server, let second = other.server, server != second { result.isAmbiguous = true }
            result.server = server ?? other.server
            return result
        }
    }

    /// Instance uuid → open saves, each the connection that took it.
    private var open: [String: [Int: Int]] = [:]
    /// Notifier's connection → what was seen.
    private var tallies: [Int: Tally] = [:]
    /// Notifiers that are followed; those beyond stay unknown.
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    /// Notifiers that are followed.
    var count: Int { tallies.count }

    /// Open saves that are followed of one instance; they come one after the other.
    private static let savesOfInstance = 64

    mutating func began(_ instance: String, call: Int, takenBy connection: Int) {
        guard open[instance]?.count ?? 0 < Self.savesOfInstance else { return }
        open[instance, default: [:]][call] = connection
    }

    mutating func ended(_ instance: String, call: Int) {
        open[instance]?[call] = nil
        if open[instance]?.isEmpty == true { open[instance] = nil }
    }

    /// An update notification about `instance` was published on `connection`.
    mutating func updated(_ instance: String, on connection: Int) {
        guard tallies.count < limit || tallies[connection] != nil else { return }
        guard let saves = open[instance], let server = saves.values.min() else {
            tallies[connection, default: Tally()].outside += 1
            return
        }
        tallies[connection, default: Tally()].inside += 1
        let known = tallies[connection]?.server
        if saves.values.contains(where: { $0 != server }) || (known ?? server) != server {
            tallies[connection]?.isAmbiguous = true
        }
        tallies[connection]?.server = server
    }

    /// Puts those that stand in for them in the place of connections that are forgotten.
    mutating func forget(_ forgotten: ForgottenConnections) {
        for instance in open.keys {
            open[instance] = open[instance]?.compactMapValues { forgotten.standIn(for: $0) }
            if open[instance]?.isEmpty == true { open[instance] = nil }
        }
        let former = tallies
        tallies = [:]
        for (notifier, tally) in former.sorted(by: { $0.key < $1.key }) {
            guard let heir = forgotten.standIn(for: notifier) else { continue }
            var tally = tally
            tally.server = tally.server.flatMap { forgotten.standIn(for: $0) }
            if tally.server == nil { tally.inside = 0 }
            tallies[heir] = tallies[heir].map { $0.joined(with: tally) } ?? tally
        }
    }

    /// Notifier connections and the connection of the process that they belong to, in order of the former.
    var conclusions: [(notifier: Int, server: Int)] {
        tallies.sorted { $0.key < $1.key }.compactMap { notifier, tally in
            guard tally.outside == 0, tally.inside >= 2, !tally.isAmbiguous, let server = tally.server else {
                return nil
            }
            return (notifier, server)
        }
    }
}
