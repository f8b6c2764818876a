import Diagnosis
package import Trace

extension BusTrace {
    /// What went wrong with connections and who fell silent, a sentence each; of very many kinds the first.
    package var troubleNotes: [String] {
        Self.sentences(of: connectionTroubles) + silentServices.map(\.sentence)
    }

    /// What went wrong with some connections, and others where that was the same: as it is told of the whole capture.
    func troubleNotes(on connections: [Connection]) -> [String] {
        let troubled = Set(connections.lazy.filter { !$0.incidents.isEmpty }.map(\.id))
        guard !troubled.isEmpty else { return [] }
        return Self.sentences(of: connectionTroubles.filter { !troubled.isDisjoint(with: $0.connections) })
    }

    private static func sentences(of troubles: [ConnectionTrouble]) -> [String] {
        let others = troubles.count - Limits.troubleNotes
        return troubles.prefix(Limits.troubleNotes).map(\.sentence)
            + (others > 0
                ? ["\(counted(others, "more kind")) of trouble with connections (novatrace connections --problems)"]
                : [])
    }

    /// The virtual hosts, where there are several.
    var virtualHostNote: String? {
        let hosts = capture.virtualHosts
        return hosts.count > 1 ? "several virtual hosts: \(hosts.joined(separator: ", "))" : nil
    }
}
