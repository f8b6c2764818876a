/// A machine that finds which connections belong to one process: union-find over connection ids.
package struct ProcessGrouping: Sendable {
    private var parents: [Int] = []
    /// `argv0:pid@address` of a group's root, where any of its connections said it.
    private var identities: [ProcessIdentity?] = []

    package init() {}

    /// Makes room for `connection`, alone in its group.
    package mutating func add(_ connection: Int) {
        while parents.count <= connection {
            parents.append(parents.count)
            identities.append(nil)
        }
    }

    /// The connection that stands for the whole group.
    package func root(of connection: Int) -> Int {
        var root = connection
        while root < parents.count, parents[root] != root { root = parents[root] }
        return root
    }

    /// States what process a connection belongs to.
    package mutating func identify(_ connection: Int, as identity: ProcessIdentity) {
        add(connection)
        identities[root(of: connection)] = identity
    }

    package func identity(of connection: Int) -> ProcessIdentity? {
        connection < parents.count ? identities[root(of: connection)] : nil
    }

    /// Joins the groups of two connections, unless both are known to be different processes.
    ///
    /// - Returns: whether they are one group now.
    @discardableResult
    package mutating func join(_ one: Int, _ other: Int) -> Bool {
        add(max(one, other))
        let (first, second) = (root(of: one), root(of: other))
        guard first != second else { return true }
        if let left = identities[first], let right = identities[second], left != right { return false }
        let (winner, loser) = (min(first, second), max(first, second))
        identities[winner] = identities[winner] ?? identities[loser]
        parents[loser] = winner
        shorten(one, to: winner)
        shorten(other, to: winner)
        return true
    }

    private mutating func shorten(_ connection: Int, to root: Int) {
        var index = connection
        while parents[index] != root, parents[index] != index {
            let next = parents[index]
            parents[index] = root
            index = next
        }
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
