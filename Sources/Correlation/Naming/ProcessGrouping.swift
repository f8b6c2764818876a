package import Trace

/// A machine that finds which connections belong to one process: union-find over connection ids.
///
/// What ids join is certain. What only gives one process number at one address is taken for one process, until two of
/// them serve one topic on two hosts: behind an address translator or a proxy every container has the same numbers.
///
/// The root of a group is the oldest of its connections that is kept.
package struct ProcessGrouping: Sendable {
    private struct Member: Sendable {
        var parent: ConnectionID
        /// Of a root: the index in `processes` of what any of its connections said that it is; negative for none.
        var process: Int32 = -1
    }

    /// A value: groups of connections that gave the same process.
    private struct Process: Sendable {
        let identity: ProcessIdentity
        /// The oldest of their roots.
        var eldest: ConnectionID
        var place: ServedPlace?
        /// Whether it is the number of several processes.
        var isSeveral = false
    }

    private var members = SparseTable<Connection, Member>()
    private var processes: [Process] = []
    private var indexByIdentity: [ProcessIdentity: Int32] = [:]
    /// The root of a group → what it serves on a host of its own, first.
    private var places: [ConnectionID: ServedPlace] = [:]

    package init() {}

    /// Processes that said which they are.
    var identities: Int { processes.count }

    /// Makes room for `connection`, alone in its group.
    package mutating func add(_ connection: ConnectionID) {
        if !members.contains(connection) { members.insert(Member(parent: connection), for: connection) }
    }

    /// The connection that stands for the whole process; itself for one that is not kept.
    package func root(of connection: ConnectionID) -> ConnectionID {
        let root = certainRoot(of: connection)
        guard let process = process(ofRoot: root), !processes[process].isSeveral else { return root }
        return processes[process].eldest
    }

    /// That of the connections which ids join.
    private func certainRoot(of connection: ConnectionID) -> ConnectionID {
        var root = connection
        while let place = members.place(of: root), members[at: place].parent != root {
            root = members[at: place].parent
        }
        return root
    }

    private func process(ofRoot root: ConnectionID) -> Int? {
        guard let place = members.place(of: root), members[at: place].process >= 0 else { return nil }
        return Int(members[at: place].process)
    }

    /// Makes every connection know its root at once: joined in a bad order they would lead to it one by one.
    package mutating func flatten() {
        // A root is the oldest of its group, so that whatever leads to it is flat already.
        for connection in members.ids.sorted() { setParent(certainRoot(of: connection), of: connection) }
    }

    /// States what process a connection belongs to.
    package mutating func identify(_ connection: ConnectionID, as identity: ProcessIdentity) {
        add(connection)
        let root = certainRoot(of: connection)
        let index = indexByIdentity[identity] ?? Int32(clamping: processes.count)
        if index == processes.count {
            processes.append(Process(identity: identity, eldest: root))
            indexByIdentity[identity] = index
        }
        setProcess(index, ofRoot: root)
    }

    package func identity(of connection: ConnectionID) -> ProcessIdentity? {
        process(ofRoot: certainRoot(of: connection)).map { processes[$0].identity }
    }

    /// States that a connection takes the messages of a topic for one host.
    mutating func serves(_ connection: ConnectionID, _ place: ServedPlace) {
        let root = certainRoot(of: connection)
        guard members.contains(root), places[root] == nil else { return }
        places[root] = place
        compare(root)
    }

    /// Joins the groups of two connections, unless both are known to be different processes.
    ///
    /// - Returns: whether they are one group now.
    @discardableResult
    package mutating func join(_ one: ConnectionID, _ other: ConnectionID) -> Bool {
        add(one)
        add(other)
        let (first, second) = (certainRoot(of: one), certainRoot(of: other))
        guard first != second else { return true }
        let (left, right) = (process(ofRoot: first), process(ofRoot: second))
        if let left, let right, left != right { return false }
        let (winner, loser) = (min(first, second), max(first, second))
        setParent(winner, of: loser)
        shorten(one, to: winner)
        shorten(other, to: winner)
        if let place = places.removeValue(forKey: loser), places[winner] == nil { places[winner] = place }
        if let known = left ?? right { setProcess(Int32(clamping: known), ofRoot: winner) }
        return true
    }

    /// Whether ids make two connections one process.
    func areCertainlyOne(_ one: ConnectionID, _ other: ConnectionID) -> Bool {
        certainRoot(of: one) == certainRoot(of: other)
    }

    /// Forgets connections: the oldest that is left of a group becomes its root and takes over what it is.
    package mutating func forget(_ connections: [ConnectionID]) -> ForgottenConnections {
        let rootsOfForgotten = connections.map { ($0, certainRoot(of: $0)) }
        let rootsOfKept = keptRoots(without: connections)
        var newRoots: [ConnectionID: ConnectionID] = [:]
        for (connection, root) in rootsOfKept { newRoots[root] = min(newRoots[root] ?? connection, connection) }
        var heirs: [(connection: ConnectionID, heir: ConnectionID?)] = []
        let eldest = eldestKept(newRoots)
        for (connection, root) in rootsOfForgotten {
            heirs.append((connection, newRoots[root] ?? process(ofRoot: root).flatMap { eldest[$0] }))
        }
        let former = (processes, places)
        (processes, indexByIdentity, places) = ([], [:], [:])
        for (old, new) in newRoots.sorted(by: { $0.value < $1.value }) {
            places[new] = former.1[old]
            guard let known = process(ofRoot: old).map({ former.0[$0] }) else { continue }
            let index = indexByIdentity[known.identity] ?? Int32(clamping: processes.count)
            if index == processes.count {
                var kept = known
                kept.eldest = new
                processes.append(kept)
                indexByIdentity[known.identity] = index
            }
            if let place = members.place(of: new) { members[at: place].process = index }
        }
        for (connection, root) in rootsOfKept { setParent(newRoots[root] ?? connection, of: connection) }
        for connection in connections { members.remove(connection) }
        return ForgottenConnections(heirs: heirs)
    }

    /// Of each process that is one as far as is known, the oldest connection that is kept.
    private func eldestKept(_ newRoots: [ConnectionID: ConnectionID]) -> [Int: ConnectionID] {
        var eldest: [Int: ConnectionID] = [:]
        for (old, new) in newRoots {
            guard let process = process(ofRoot: old), !processes[process].isSeveral else { continue }
            eldest[process] = min(eldest[process] ?? new, new)
        }
        return eldest
    }

    private func keptRoots(without connections: [ConnectionID]) -> [(connection: ConnectionID, root: ConnectionID)] {
        let forgotten = Set(connections)
        return members.ids.lazy.filter { !forgotten.contains($0) }.map { ($0, certainRoot(of: $0)) }
    }

    private mutating func setParent(_ parent: ConnectionID, of connection: ConnectionID) {
        if let place = members.place(of: connection) { members[at: place].parent = parent }
    }

    private mutating func setProcess(_ index: Int32, ofRoot root: ConnectionID) {
        guard let place = members.place(of: root) else { return }
        members[at: place].process = index
        processes[Int(index)].eldest = min(processes[Int(index)].eldest, root)
        compare(root)
    }

    /// Finds out that a process number is several processes': two of its groups serve one topic on two hosts.
    private mutating func compare(_ root: ConnectionID) {
        guard let process = process(ofRoot: root), let place = places[root] else { return }
        guard let known = processes[process].place else { return processes[process].place = place }
        if known.topic == place.topic, known.host != place.host { processes[process].isSeveral = true }
    }

    private mutating func shorten(_ connection: ConnectionID, to root: ConnectionID) {
        var connection = connection
        while let place = members.place(of: connection) {
            let next = members[at: place].parent
            guard next != root, next != connection else { return }
            members[at: place].parent = root
            connection = next
        }
    }
}

/// A value: a topic that a process serves for the host that it runs on, as `compute` and `compute1`.
struct ServedPlace: Sendable {
    var topic: String
    var host: String

    /// `nil` for the backends of a volume service: a process serves its own and its cluster's, both named alike
    /// (cinder `service.py`: `cinder-volume.ctrl1@rbd` and `cinder-volume.cluster1@rbd`).
    init?(topic: String, host: String?) {
        guard let host, !host.contains("@") else { return nil }
        self.topic = topic
        self.host = host
    }
}

/// A value: connections that are no longer kept, and for each another one of its process that is.
package struct ForgottenConnections: Sendable {
    /// `nil` where nothing of the process is kept.
    private let heirs: [ConnectionID: ConnectionID?]

    init(heirs: [(connection: ConnectionID, heir: ConnectionID?)]) {
        self.heirs = Dictionary(heirs.map { ($0, $1) }, uniquingKeysWith: { first, _ in first })
    }

    /// The connection itself where it is kept, else its heir; `nil` where its whole process is forgotten.
    func standIn(for connection: ConnectionID) -> ConnectionID? { heirs[connection] ?? connection }
}

/// A value: a process as `connection_name` and address tell it (oslo.messaging `impl_rabbit.py`: `argv0:pid:uuid`).
package struct ProcessIdentity: Hashable, Sendable {
    package var command: String
    package var pid: Int
    package var address: String

    /// `nil` when `name` has not oslo.messaging's form.
    package init?(connectionName name: String, address: String) {
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count >= 3, let pid = Int(parts[parts.count - 2]), let uuid = parts.last, uuid.utf8.count == 36,
            pid > 0
        else { return nil }
        command = parts[..<(parts.count - 2)].joined(separator: ":")
        self.pid = pid
        self.address = address
    }
}
