import Trace

/// A value: what is told of a mutated capture, and what of the capture that it was made of.
package struct Comparison: Sendable {
    /// Of the capture as it was recorded.
    package var own: TraceFacts
    /// The same, with what packets of another capture tell, where such were put in.
    package var truth: TraceFacts
    package var told: TraceFacts
    package var harm: Harm
    /// Connections all of whose packets are there as they were.
    package var untouched: Set<String>
    /// Connections that were recorded out of order.
    package var disordered: Set<String> = []
    package var decodedBefore: [String: StreamDigests.Decoded] = [:]
    package var decodedAfter: [String: StreamDigests.Decoded] = [:]
    /// Whether a text stands anywhere in the mutated packets.
    package var holds: @Sendable (String) -> Bool = { _ in false }

    package init(truth: TraceFacts, told: TraceFacts, harm: Harm = Harm(), untouched: Set<String> = []) {
        (own, self.truth, self.told, self.harm, self.untouched) = (truth, truth, told, harm, untouched)
    }
}

/// A value: something that a mutated capture must not be told, since the truth is another.
///
/// A mutated capture may tell less than the one that it was made of. What it may not do is tell otherwise.
package struct Rule: Sendable {
    /// A short name, for counting.
    package let name: String
    /// What contradicts the truth, a sentence each.
    package let contradictions: @Sendable (Comparison) -> [String]

    package static let all: [Rule] = [
        .decoding, .contents, .sightings, .inventedMessages, .answers, .lostAnswers, .names, .verdicts, .connectionEnds,
        .silences,
    ]
}

extension TraceFacts {
    /// Whether something that was seen at a place would be known to be missing: it is told of the connection that it
    /// lacks bytes at that time or later, or the file is said to be damaged.
    ///
    /// The last bytes of a connection leave no hole behind, and a connection of which every packet is gone was not there.
    func showsLoss(at sighting: Sighting) -> Bool {
        if let damage = damagedAt, sighting.at >= damage { return true }
        guard let loss = sighting.connection.flatMap({ connections[$0]?.lastLoss }) else { return false }
        return loss >= sighting.at
    }

    /// What is missing of messages, of those that another trace holds: the places where they were seen.
    func missing(of messages: Set<String>, in truth: TraceFacts) -> [Sighting] {
        messages.flatMap { id -> [Sighting] in
            guard let whole = truth.messages[id] else { return [] }
            let sightings = [whole.published].compactMap(\.self) + whole.deliveries
            guard let here = self.messages[id], !here.isTruncated else { return sightings }
            let seen = Set([here.published].compactMap(\.self) + here.deliveries)
            return sightings.filter { !seen.contains($0) }
        }
    }
}
