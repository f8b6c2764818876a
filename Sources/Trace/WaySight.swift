/// A value: a way that messages go by way of the broker, of which a capture may show all, some or nothing.
///
/// The connections of one process may be to several nodes of a cluster, so that a capture on one of the nodes shows what
/// it takes and not what it publishes.
package enum Way: Sendable, Hashable {
    /// What a participant publishes.
    case published(by: ParticipantID)
    /// What is delivered from a queue, by routing key, in a virtual host where that is known. Answers come by the queue
    /// of who asked.
    case taken(from: String, virtualHost: String?)
}

/// A value: what a capture shows of each way, by what was seen there and what is known to have passed there unseen.
package struct WaySight: Sendable, Equatable {
    /// A value: how many messages were seen on a way, and how many passed unseen.
    package struct Tally: Sendable, Equatable {
        package var seen = 0
        package var unseen = 0

        package init(seen: Int = 0, unseen: Int = 0) {
            self.seen = seen
            self.unseen = unseen
        }
    }

    package private(set) var tallies: [Way: Tally] = [:]
    /// Messages of which both ways were seen, and those of which one was that passed on the other as well.
    package private(set) var whole = 0
    package private(set) var halves = 0

    /// Who shares a queue takes one message after the other, and a process publishes on any of its connections: so many
    /// seen in a row tell that none is out of sight.
    private static let seenAtLeast = 5
    /// With which every doubt on ways ends.
    package static let consequence = "messages go ways that the capture does not show"

    package init() {}

    package mutating func saw(_ way: Way, times: Int = 1) {
        guard tallies.count < Limits.ways || tallies[way] != nil else { return }
        tallies[way, default: Tally()].seen = (tallies[way]?.seen ?? 0).saturatingPlus(times)
    }

    /// Something passed on a way and was not seen there.
    package mutating func missed(_ way: Way, times: Int = 1) {
        guard tallies.count < Limits.ways || tallies[way] != nil else { return }
        tallies[way, default: Tally()].unseen = (tallies[way]?.unseen ?? 0).saturatingPlus(times)
    }

    package mutating func count(whole: Int = 0, halves: Int = 0) {
        self.whole = self.whole.saturatingPlus(whole)
        self.halves = self.halves.saturatingPlus(halves)
    }

    package mutating func merge(_ other: WaySight) {
        for (way, tally) in other.tallies {
            saw(way, times: tally.seen)
            missed(way, times: tally.unseen)
        }
        count(whole: other.whole, halves: other.halves)
    }

    /// Leaves out other ways than these.
    package mutating func limit(to ways: Set<Way>) {
        tallies = tallies.filter { ways.contains($0.key) }
    }

    /// The same with other participants; those that are none are left out.
    package func naming(_ participant: (ParticipantID) -> ParticipantID?) -> WaySight {
        var renamed = WaySight()
        renamed.count(whole: whole, halves: halves)
        for (way, tally) in tallies {
            var way = way
            if case .published(let by) = way {
                guard let by = participant(by) else { continue }
                way = .published(by: by)
            }
            renamed.saw(way, times: tally.seen)
            renamed.missed(way, times: tally.unseen)
        }
        return renamed
    }

    /// Whether what passes on a way is seen as a rule.
    ///
    /// - Parameter isOfOne: whether all of it passes on one connection.
    package func shows(_ way: Way, isOfOne: Bool) -> Bool {
        guard let tally = tallies[way] else { return false }
        return tally.unseen == 0 && tally.seen >= (isOfOne ? 1 : Self.seenAtLeast)
    }

    /// Whether something is known to have passed on a way unseen.
    package func hides(_ way: Way) -> Bool { tallies[way].map { $0.unseen > 0 } ?? false }

    /// Why messages may pass unseen; `nil` where nothing speaks for that.
    ///
    /// - Parameter mayLack: whether the capture lacks packets anywhere, which leaves the half of single messages unseen.
    package func doubt(mayLack: Bool) -> String? {
        guard halves > (mayLack ? whole / 20 : 0) else { return nil }
        let messages = halves == 1 ? "1 message was" : "\(halves) messages were"
        return "\(messages) seen on a part of the way: \(Self.consequence)"
    }
}
