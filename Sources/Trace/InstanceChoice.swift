/// A value: the instances that a person means by a word: a uuid, else a name, else the beginning of uuids, the first of
/// these that fits any.
///
/// A name may belong to several instances, and may look like the beginning of another one's uuid: all that is chosen is
/// said then, since one of them alone may be meant.
package struct InstanceChoice: Sendable, Equatable {
    package enum Way: Sendable, Equatable {
        case uuid, name, prefix
    }

    /// As it was given.
    package let word: String
    package let way: Way
    /// Each once, in the order in which the capture shows them.
    package let instances: [String]
    /// Uuids that begin so, where the word is another instance's name.
    package let passedOver: [String]

    /// - Parameter isWanted: which operations count; instances without one do where all are wanted.
    package init(_ word: String, in trace: BusTrace, where isWanted: ((Operation) -> Bool)? = nil) {
        self.word = word
        var known = UniqueOrder()
        for operation in trace.operations where isWanted?(operation) ?? true {
            for uuid in operation.instances { known.add(uuid) }
        }
        if isWanted == nil { for uuid in trace.instanceNames.instances { known.add(uuid) } }
        let prefix = word.lowercased()
        if known.contains(prefix) {
            (way, instances, passedOver) = (.uuid, [prefix], [])
            return
        }
        let beginning = prefix.isEmpty ? [] : known.uuids.filter { $0.hasPrefix(prefix) }
        var named = UniqueOrder()
        for operation in trace.operations where operation.instanceName == word {
            for uuid in operation.instances where known.contains(uuid) { named.add(uuid) }
        }
        for uuid in trace.instanceNames.instances(named: word) where known.contains(uuid) { named.add(uuid) }
        if named.uuids.isEmpty {
            (way, instances, passedOver) = (.prefix, beginning, [])
        } else {
            (way, instances) = (.name, named.uuids)
            passedOver = beginning.filter { !named.contains($0) }
        }
    }

    /// Whether one instance cannot be told by it.
    package var isAmbiguous: Bool { instances.count > 1 || !passedOver.isEmpty }

    /// What must be said beside what is shown, without the full stop; `nil` where nothing is doubtful.
    package var remark: String? {
        guard isAmbiguous else { return nil }
        if way == .prefix {
            return "\(instances.count) uuids begin with \(word), and all are taken: \(Self.list(instances))"
        }
        var parts: [String] = []
        if instances.count > 1 {
            parts.append("\(instances.count) instances are called \(word), and all are taken: \(Self.list(instances))")
        }
        if !passedOver.isEmpty {
            let begin = passedOver.count == 1 ? "1 uuid begins" : "\(passedOver.count) uuids begin"
            parts.append("\(word) is taken for a name, though \(begin) so: \(Self.list(passedOver))")
        }
        return parts.joined(separator: "; ") + "; a uuid chooses one"
    }

    /// What to type for one of them, for who must choose; without the full stop.
    package var question: String {
        let all = instances + passedOver
        let fit = way == .prefix ? "uuids begin with" : "instances are meant by"
        return "\(all.count) \(fit) \(word): give the uuid of one, \(Self.list(all))"
    }

    private static func list(_ uuids: [String]) -> String {
        let shown = uuids.prefix(Limits.instancesListed).joined(separator: ", ")
        return uuids.count > Limits.instancesListed
            ? "\(shown) and \(uuids.count - Limits.instancesListed) more" : shown
    }
}

/// A machine that keeps uuids in the order in which they came, each once.
private struct UniqueOrder {
    private(set) var uuids: [String] = []
    private var seen: Set<String> = []

    mutating func add(_ uuid: String) {
        if seen.insert(uuid).inserted { uuids.append(uuid) }
    }

    func contains(_ uuid: String) -> Bool { seen.contains(uuid) }
}
