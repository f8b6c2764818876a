/// A value: an instance and the name that a message gives it.
package struct InstanceName: Sendable, Hashable {
    package var uuid: String
    /// Its display name, else its host name.
    package var name: String

    package init(uuid: String, name: String) {
        self.uuid = uuid
        self.name = name
    }
}

/// A machine that knows what instances are called: of each uuid the names that messages gave it, each with the time from
/// which on it was seen.
///
/// A name holds for every message and operation of its instance, whichever message told it. An instance that is renamed
/// has several names; copies of it that still carry the former one change nothing. `limit` bounds the instances: of more
/// those that came first are forgotten.
package struct InstanceNames: Sendable {
    private struct Given: Sendable {
        let name: String
        var since: Timestamp
    }

    /// In order of time.
    private var given: [String: [Given]] = [:]
    private var order: [String] = []
    private let limit: Int
    /// Instances whose names were forgotten.
    package private(set) var forgotten = 0

    package init(limit: Int = .max) {
        self.limit = limit
    }

    package init(of messages: some Sequence<Message>) {
        self.init()
        for message in messages { add(message) }
    }

    /// Takes the names that a message gives.
    package mutating func add(_ message: Message) {
        guard let at = message.at else { return }
        if let name = message.instanceName, let uuid = message.instances.first { add(uuid, name, at) }
        guard let facts = message.facts else { return }
        for other in facts.otherNames { add(other.uuid, other.name, at) }
    }

    /// Takes names whose messages are not at hand; those of messages come after them.
    package mutating func add(_ names: [InstanceName]) {
        for name in names { add(name.uuid, name.name, Timestamp(nanoseconds: .min)) }
    }

    private mutating func add(_ uuid: String, _ name: String, _ at: Timestamp) {
        guard let known = given[uuid] else {
            given[uuid] = [Given(name: name, since: at)]
            order.append(uuid)
            if order.count > limit { forgetOldest() }
            return
        }
        if known.count == 1, known[0].name == name, known[0].since <= at { return }
        guard let place = known.firstIndex(where: { $0.name == name }) else {
            guard known.count < Limits.namesOfInstance else { return }
            given[uuid]?.append(Given(name: name, since: at))
            given[uuid]?.sort { $0.since < $1.since }
            return
        }
        // Messages come in the order in which they were finished, not in that of their times.
        guard at < known[place].since else { return }
        given[uuid]?[place].since = at
        given[uuid]?.sort { $0.since < $1.since }
    }

    private mutating func forgetOldest() {
        let gone = max(1, limit / 4)
        for uuid in order.prefix(gone) { given[uuid] = nil }
        order.removeFirst(min(gone, order.count))
        forgotten += gone
    }

    // MARK: Questions

    /// What an instance was called at a time: the last name seen until then, else the first that was seen later.
    package func name(of uuid: String, at time: Timestamp? = nil) -> String? {
        guard let names = given[uuid] else { return nil }
        guard let time else { return names.last?.name }
        return (names.last { $0.since <= time } ?? names.first)?.name
    }

    /// All that an instance was called, in order of time.
    package func names(of uuid: String) -> [String] { given[uuid]?.map(\.name) ?? [] }

    /// The instances that were called so at any time, in order of their first name.
    package func instances(named name: String) -> [String] {
        order.filter { uuid in given[uuid]?.contains { $0.name == name } ?? false }
    }

    /// All instances of which a name is known.
    package var instances: [String] { order }
}

extension Message {
    /// What each of its instances is called, in the order of `instances`.
    package func names(in names: InstanceNames) -> [String?] {
        guard let first = instances.first else { return [] }
        var all = [instanceName ?? names.name(of: first, at: at)]
        guard instances.count > 1 else { return all }
        let own = Dictionary(
            (facts?.otherNames ?? []).map { ($0.uuid, $0.name) }, uniquingKeysWith: { first, _ in first })
        for uuid in instances.dropFirst() { all.append(own[uuid] ?? names.name(of: uuid, at: at)) }
        return all
    }
}
