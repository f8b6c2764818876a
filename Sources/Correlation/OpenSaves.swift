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
        var server: ConnectionID?
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

    /// A value: a save that was taken and not yet answered.
    private struct Save: Sendable {
        /// Where it was taken.
        var server: ConnectionID
        var began: Timestamp
    }

    /// Instance uuid → open saves, by their calls.
    private var open: [String: [CallID: Save]] = [:]
    /// Notifier's connection → what was seen.
    private var tallies: [ConnectionID: Tally] = [:]
    /// Notifiers that are followed; those beyond stay unknown.
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    /// Notifiers that are followed.
    var count: Int { tallies.count }

    /// Open saves that are followed of one instance; they come one after the other.
    private static let savesOfInstance = 64

    /// No save takes so long: where its answer was not seen by then the capture may lack it, and what comes falls inside
    /// of nothing that is known.
    private static let longest: Nanoseconds = .seconds(2)

    mutating func began(_ instance: String, call: CallID, takenBy connection: ConnectionID, at time: Timestamp) {
        guard open[instance]?.count ?? 0 < Self.savesOfInstance else { return }
        open[instance, default: [:]][call] = Save(server: connection, began: time)
    }

    /// The capture lacks bytes: the answers to what is open may be among them.
    mutating func lost() {
        open = [:]
    }

    mutating func ended(_ instance: String, call: CallID) {
        open[instance]?[call] = nil
        if open[instance]?.isEmpty == true { open[instance] = nil }
    }

    /// An update notification about `instance` was published on `connection`.
    mutating func updated(_ instance: String, on connection: ConnectionID, at time: Timestamp) {
        guard tallies.count < limit || tallies[connection] != nil else { return }
        guard let saves = open[instance]?.values, let server = saves.lazy.map(\.server).min() else {
            tallies[connection, default: Tally()].outside += 1
            return
        }
        guard saves.allSatisfy({ time - $0.began <= Self.longest }) else { return }
        tallies[connection, default: Tally()].inside += 1
        let known = tallies[connection]?.server
        if saves.contains(where: { $0.server != server }) || (known ?? server) != server {
            tallies[connection]?.isAmbiguous = true
        }
        tallies[connection]?.server = server
    }

    /// Puts those that stand in for them in the place of connections that are forgotten.
    mutating func forget(_ forgotten: ForgottenConnections) {
        for instance in open.keys {
            open[instance] = open[instance]?.compactMapValues { save in
                forgotten.standIn(for: save.server).map { Save(server: $0, began: save.began) }
            }
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
    var conclusions: [(notifier: ConnectionID, server: ConnectionID)] {
        tallies.sorted { $0.key < $1.key }.compactMap { notifier, tally in
            guard tally.outside == 0, tally.inside >= 2, !tally.isAmbiguous, let server = tally.server else {
                return nil
            }
            return (notifier, server)
        }
    }
}
