/// A machine that finds which connections belong to one process: union-find over connection ids.
///
/// The root of a group is the oldest of its connections that is kept.
package struct ProcessGrouping: Sendable {
    private struct Member: Sendable {
        var parent: Int
        /// `argv0:pid@address` of a group's root, where any of its connections said it.
        var identity: ProcessIdentity?
    }

    private var members = SparseTable<Member>()

    package init() {}

    /// Makes room for `connection`, alone in its group.
    package mutating func add(_ connection: Int) {
        if !members.contains(connection) { members.insert(Member(parent: connection), for: connection) }
    }

    /// The connection that stands for the whole group; itself for one that is not kept.
    package func root(of connection: Int) -> Int {
        var root = connection
        while let place = members.place(of: root), members[at: place].parent != root {
            root = members[at: place].parent
        }
        return root
    }

    /// Makes every connection know its root at once: joined in a bad order they would lead to it one by one.
    package mutating func flatten() {
        // A root is the oldest of its group, so that whatever leads to it is flat already.
        for connection in members.ids.sorted() { setParent(root(of: connection), of: connection) }
    }

    /// States what process a connection belongs to.
    package mutating func identify(_ connection: Int, as identity: ProcessIdentity) {
        add(connection)
        setIdentity(identity, of: root(of: connection))
    }

    package func identity(of connection: Int) -> ProcessIdentity? {
        members.place(of: root(of: connection)).flatMap { members[at: $0].identity }
    }

    /// Joins the groups of two connections, unless both are known to be different processes.
    ///
    /// - Returns: whether they are one group now.
    @discardableResult
    package mutating func join(_ one: Int, _ other: Int) -> Bool {
        add(one)
        add(other)
        let (first, second) = (root(of: one), root(of: other))
        guard first != second else { return true }
        let (left, right) = (identity(of: first), identity(of: second))
        if let left, let right, left != right { return false }
        let (winner, loser) = (min(first, second), max(first, second))
        if let known = left ?? right { setIdentity(known, of: winner) }
        setParent(winner, of: loser)
        shorten(one, to: winner)
        shorten(other, to: winner)
        return true
    }

    /// Forgets connections: the oldest that is left of a group becomes its root and takes over its identity.
    package mutating func forget(_ connections: [Int]) -> ForgottenConnections {
        let rootsOfForgotten = connections.map { ($0, root(of: $0)) }
        let rootsOfKept = keptRoots(without: connections)
        var newRoots: [Int: Int] = [:]
        for (connection, root) in rootsOfKept { newRoots[root] = min(newRoots[root] ?? connection, connection) }
        for (old, new) in newRoots {
            if let identity = identity(of: old) { setIdentity(identity, of: new) }
        }
        for (connection, root) in rootsOfKept { setParent(newRoots[root] ?? connection, of: connection) }
        for connection in connections { members.remove(connection) }
        return ForgottenConnections(heirs: rootsOfForgotten.map { ($0, newRoots[$1]) })
    }

    private func keptRoots(without connections: [Int]) -> [(connection: Int, root: Int)] {
        let forgotten = Set(connections)
        return members.ids.lazy.filter { !forgotten.contains($0) }.map { ($0, root(of: $0)) }
    }

    private mutating func setParent(_ parent: Int, of connection: Int) {
        if let place = members.place(of: connection) { members[at: place].parent = parent }
    }

    private mutating func setIdentity(_ identity: ProcessIdentity, of root: Int) {
        if let place = members.place(of: root) { members[at: place].identity = identity }
    }

    private mutating func shorten(_ connection: Int, to root: Int) {
        var connection = connection
        while let place = members.place(of: connection) {
            let next = members[at: place].parent
            guard next != root, next != connection else { return }
            members[at: place].parent = root
            connection = next
        }
    }
}

/// A value: connections that are no longer kept, and for each another one of its process that is.
package struct ForgottenConnections: Sendable {
    /// -1 where nothing of the process is kept.
    private let heirs: [Int: Int]

    init(heirs: [(connection: Int, heir: Int?)]) {
        self.heirs = Dictionary(heirs.map { ($0, $1 ?? -1) }, uniquingKeysWith: { first, _ in first })
    }

    /// The connection itself where it is kept, else its heir; `nil` where its whole process is forgotten.
    func standIn(for connection: Int) -> Int? {
        guard let heir = heirs[connection] else { return connection }
        return heir >= 0 ? heir : nil
    }
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
