import Trace

extension Rule {
    /// A connection that was not touched decodes exactly as before.
    ///
    /// Packets that were recorded out of order are waited for, and how long is counted in packets and in time, of all
    /// connections: more packets in between, or a time far off, end the wait. Which end spoke first may be told otherwise
    /// then, not what each said; unless bytes are told to be missing. Nor is the time of a packet certain that stands
    /// behind later ones: where the file ends behind it, it looks like a clock that was set back, which is said.
    package static let decoding = Rule(name: "decoding of an untouched connection") { comparison in
        guard comparison.harm.keepsTimeGoing else { return [] }
        return comparison.untouched.sorted().compactMap { key in
            let (before, after) = (comparison.decodedBefore[key], comparison.decodedAfter[key])
            if comparison.disordered.contains(key) {
                guard let after else { return before == nil ? nil : "\(key): nothing is decoded any more" }
                return after.tellsOtherwise(than: before) ? "\(key): an end said something else" : nil
            }
            if before?.content != after?.content {
                return "\(key): \(after?.frames ?? 0) frames instead of \(before?.frames ?? 0), or others"
            }
            guard before?.times != after?.times, comparison.harm.keepsTimes else { return nil }
            return "\(key): frames have other times"
        }
    }

    /// The messages of a connection that was not touched are there, and say what they said.
    package static let contents = Rule(name: "messages of an untouched connection") { comparison in
        let (truth, told) = (comparison.own, comparison.told)
        return truth.messages.sorted { $0.key < $1.key }.flatMap { id, whole -> [String] in
            let sightings = [whole.published].compactMap(\.self) + whole.deliveries
            let certain = sightings.filter { comparison.isUntouched($0.connection) }
            guard !certain.isEmpty else { return [] }
            guard let here = told.messages[id] else { return ["\(id) is missing"] }
            let seen = Set([here.published].compactMap(\.self) + here.deliveries)
            var faults: [String] = []
            // Where bytes are others, another copy of it may say something else, and the first one counts.
            if here.what != whole.what, comparison.harm.keepsBytes, !here.isTruncated {
                faults.append("\(id) says \(here.what) instead of \(whole.what)")
            }
            let isFirst = here.published?.connection == whole.published?.connection
            if comparison.harm.keepsTimes, comparison.harm.keepsBytes, isFirst, !certain.allSatisfy(seen.contains) {
                faults.append("\(id) was not seen where it was: \(certain.filter { !seen.contains($0) })")
            }
            return faults
        }
    }

    /// No message is seen where it was not.
    package static let sightings = Rule(name: "sighting of a message") { comparison in
        guard comparison.harm.keepsBytes, comparison.harm.keepsTimes else { return [] }
        return comparison.told.messages.sorted { $0.key < $1.key }.flatMap { id, here -> [String] in
            guard let whole = comparison.truth.messages[id] else { return [] }
            var faults: [String] = []
            let places = Set((whole.deliveries + [whole.published].compactMap(\.self)).map(\.connection))
            for sighting in [here.published].compactMap(\.self) + here.deliveries
            where sighting.connection != nil && !places.contains(sighting.connection) {
                faults.append("\(id) was seen on \(sighting.connection ?? "-")")
            }
            if here.republished > whole.republished { faults.append("\(id) was published more often") }
            if here.deliveries.count > whole.deliveries.count { faults.append("\(id) was delivered more often") }
            if here.isReturned, !whole.isReturned { faults.append("\(id) was given back") }
            return faults
        }
    }

    /// What was not sent is not there, and what is there whole says what it said.
    package static let inventedMessages = Rule(name: "invented message") { comparison in
        guard comparison.harm.keepsBytes else { return [] }
        return comparison.told.messages.sorted { $0.key < $1.key }.compactMap { id, here in
            guard let whole = comparison.truth.messages[id] else {
                return here.isTruncated ? nil : "\(id): \(here.what)"
            }
            // Of a body that was cut off it may be unknown what it is, or how it is to be taken.
            if here.kind != whole.kind, here.kind != .opaque {
                return "\(id) is a \(here.kind) instead of a \(whole.kind)"
            }
            guard !here.isTruncated, !whole.isTruncated, here.what != whole.what else { return nil }
            return "\(id) says \(here.what) instead of \(whole.what)"
        }
    }
}

extension Comparison {
    func isUntouched(_ connection: String?) -> Bool { connection.map(untouched.contains) ?? false }
}

extension StreamDigests.Decoded {
    /// Whether an end is told to have said something else, and no bytes to be missing.
    fileprivate func tellsOtherwise(than other: StreamDigests.Decoded?) -> Bool {
        guard let other else { return true }
        if lacksBytes, !other.lacksBytes { return false }
        return client != other.client || server != other.server || !anomalies.isSubset(of: other.anomalies)
    }
}
