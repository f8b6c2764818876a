/// A machine that remembers names, and forgets them all when there are too many; most connections use a few.
struct ExaminedNames: Sendable {
    /// A value: a name, or two that belong together.
    private struct Name: Hashable, Sendable {
        let first: String
        let second: String?
    }

    private var few: [Name] = []
    /// All of them, where they are more.
    private var many: Set<Name> = []
    private static let fewAtMost = 8

    /// Adds a name.
    ///
    /// - Returns: whether it was not known.
    mutating func insert(_ first: String, _ second: String? = nil, limit: Int) -> Bool {
        let name = Name(first: first, second: second)
        guard many.isEmpty else {
            if many.count >= limit { many.removeAll(keepingCapacity: true) }
            return many.insert(name).inserted
        }
        if few.count >= limit { few = [] }
        guard !few.contains(name) else { return false }
        few.append(name)
        if few.count > Self.fewAtMost {
            many = Set(few)
            few = []
        }
        return true
    }
}
