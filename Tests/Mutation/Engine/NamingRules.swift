import Trace

extension Rule {
    /// Nobody has a name that is not theirs.
    ///
    /// Where bytes are others, a name may be one that nobody has; it then stands in the packets.
    package static let names = Rule(name: "name") { comparison in
        let (truth, told) = (comparison.truth, comparison.told)
        var faults: [String] = []
        for (kind, names, known) in [("service", told.services, truth.services), ("host", told.hosts, truth.hosts)] {
            for name in names.subtracting(known).sorted() where comparison.harm.keepsBytes || !comparison.spells(name) {
                // A topic's service has a prefix that does not stand in it.
                let topic = name.split(separator: "-").dropFirst().joined(separator: "-")
                if comparison.harm.keepsBytes || topic.isEmpty || !comparison.spells(topic) {
                    faults.append("nobody is the \(kind) \(name)")
                }
            }
        }
        // Captures of two clouds may have hosts of one address, and then one tells who is on the other's.
        guard comparison.harm.keepsBytes, comparison.harm.donor == nil else { return faults }
        for (key, here) in told.connections.sorted(by: { $0.key < $1.key }) {
            guard let whole = truth.connections[key] else { continue }
            for (names, known) in [(here.services, whole.services), (here.hosts, whole.hosts)]
            where !names.isSubset(of: known) {
                faults.append("\(key) is of \(names.sorted()) instead of \(known.sorted())")
            }
        }
        let operations = told.operations.values.joined()
        for label in operations.reduce(into: Set<String>(), { $0.formUnion($1.labels) }).subtracting(truth.labels)
            .sorted()
        where !told.isLesser(label, than: truth) {
            faults.append("\(label) is to act, and is nobody")
        }
        let hosts = truth.operations.values.joined().reduce(into: truth.hosts) { $0.formUnion($1.hosts) }
        for host in operations.reduce(into: Set<String>(), { $0.formUnion($1.hosts) }).subtracting(hosts).sorted()
        where !truth.messages.values.contains(where: { message in message.what.contains { $0.contains(host) } }) {
            faults.append("\(host) is to act, and is no host")
        }
        return faults
    }
}

extension Comparison {
    /// Whether a name stands in the packets, but for bytes that are no text.
    fileprivate func spells(_ name: String) -> Bool {
        name.split(separator: "\u{FFFD}").allSatisfy { holds(String($0)) }
    }
}

extension TraceFacts {
    /// Whether a label tells less than one of the truth does: the service without its host, or an address.
    fileprivate func isLesser(_ label: String, than truth: TraceFacts) -> Bool {
        if truth.services.contains(label) { return true }
        if let service = label.split(separator: "@").first, label.contains("@") {
            return truth.services.contains(String(service))
                && truth.hosts.contains(String(label.dropFirst(service.count + 1)))
        }
        return truth.connections.keys.contains { $0.contains(label) }
    }
}
