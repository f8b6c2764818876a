extension Array {
    /// The same elements, each run of `window` of them in another order, the same for a seed.
    package func shuffled(within window: Int, seed: UInt64) -> [Element] {
        var generator = SeededGenerator(seed: seed)
        var result = self
        for start in stride(from: 0, to: count, by: Swift.max(1, window)) {
            result[start..<Swift.min(start + window, count)].shuffle(using: &generator)
        }
        return result
    }
}
