import Trace
import Workflows

extension BusTrace {
    /// What went wrong with connections and who fell silent, a sentence each; of very many kinds the first.
    package var troubleNotes: [String] {
        Self.sentences(of: connectionTroubles) + silentServices.map(\.sentence)
    }

    /// What went wrong with some connections.
    func troubleNotes(on connections: [Connection]) -> [String] {
        let incidents = connections.flatMap(\.incidents)
        guard !incidents.isEmpty else { return [] }
        var counter = TroubleCounter(self)
        for incident in incidents.sorted(by: { ($0.at, $0.connection ?? -1) < ($1.at, $1.connection ?? -1) }) {
            counter.add(incident)
        }
        return Self.sentences(of: counter.counted)
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
