import Trace

extension Rule {
    /// No connection is told to have ended, or to have been in trouble, otherwise than it was.
    package static let connectionEnds = Rule(name: "end of a connection") { comparison in
        let (truth, told) = (comparison.truth, comparison.told)
        guard comparison.harm.keepsBytes, comparison.harm.keepsClock else { return [] }
        var faults: [String] = []
        for (key, here) in told.connections.sorted(by: { $0.key < $1.key }) {
            guard let whole = truth.connections[key] else { continue }
            let kinds = Set(whole.ends.map(\.kind))
            for end in here.ends where end.kind == .closed && !kinds.contains(end.kind) {
                faults.append("\(key) was closed at \(end.at)")
            }
            for end in here.ends where end.isLoss && !end.mayHaveBeenClosed && !kinds.contains(end.kind) {
                // What told of a regular end came shortly before it, and may be what the hole lacks.
                let place = whole.ends.map(\.at).max().map { TraceFacts.Sighting(connection: key, at: $0) }
                if place.map(told.showsLoss) ?? true { faults.append("\(key) ended by \(end.kind)") }
            }
            // How it ended is seen; what had come before, as a silence of two heartbeats, may be what a hole lacks.
            let ended = Set(kinds.contains(.finished) ? ["cut_off"] : []).union(kinds.contains(.reset) ? ["reset"] : [])
            let others = here.incidents.subtracting(whole.incidents).subtracting(ended).sorted()
            if !others.isEmpty, here.lastLoss != nil || comparison.untouched.contains(key) {
                faults.append("\(key) had trouble: \(others)")
            }
            if here.isAbandoned, !whole.isAbandoned, here.lastLoss != nil || comparison.untouched.contains(key) {
                faults.append("\(key) was abandoned")
            }
            if here.count > whole.count {
                faults.append("\(key) was opened \(here.count) times instead of \(whole.count)")
            }
        }
        return faults + told.attempts.subtracting(truth.attempts).sorted().map { "an attempt that was none: \($0)" }
    }
}
