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
            // What the broker refused while the connection was opened is told as a close, in the same words, where the
            // opening was not seen.
            let isRefused = !whole.incidents.isDisjoint(with: ["login_refused", "virtual_host_refused"])
            let refused: Set = isRefused ? ["closed"] : []
            let others = here.incidents.subtracting(whole.incidents).subtracting(ended).subtracting(refused).sorted()
            if !others.isEmpty, here.lastLoss != nil || comparison.untouched.contains(key) {
                faults.append("\(key) had trouble: \(others)")
            }
            if here.isAbandoned, !whole.isAbandoned, here.lastLoss != nil || comparison.untouched.contains(key),
                comparison.isKnownToStop(key)
            {
                faults.append("\(key) was abandoned")
            }
            if here.count > whole.count {
                faults.append("\(key) was opened \(here.count) times instead of \(whole.count)")
            }
        }
        return faults + told.attempts.subtracting(truth.attempts).sorted().map { "an attempt that was none: \($0)" }
    }
}

extension Comparison {
    /// Whether it can be known that a connection without a close of its own is of a process that stopped in order.
    ///
    /// What tells that is the close of another connection of the process. That has to be there, or a hole at its place,
    /// and it must not be known of another process. A connection that ends in front of its close without a hole, one of
    /// which nothing is left, and one of which nothing tells whose it is leave what is seen of this one: it ended
    /// without a close.
    fileprivate func isKnownToStop(_ key: String) -> Bool {
        guard let whole = truth.connections[key], let here = told.connections[key] else { return true }
        let closings = truth.connections.compactMap { other, fact -> (key: String, at: Timestamp)? in
            guard other != key, !fact.owners.isDisjoint(with: whole.owners) else { return nil }
            return fact.ends.filter { $0.isRegular && $0.by == .client }.map(\.at).max().map { (other, $0) }
        }
        guard !closings.isEmpty else { return true }
        return closings.contains { closing in
            guard let other = told.connections[closing.key] else { return false }
            let isShown =
                !other.ends.isEmpty || told.showsLoss(at: TraceFacts.Sighting(connection: closing.key, at: closing.at))
            return isShown && (!here.isNamed || !other.owners.isDisjoint(with: here.owners))
        }
    }
}
