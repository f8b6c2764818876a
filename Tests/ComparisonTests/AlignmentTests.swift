import TestSupport
import Testing
import Trace

@testable import Comparison

@Suite struct `An alignment of two sequences` {
    /// Both sequences as the alignment tells them.
    private func replayed(_ alignment: Alignment, _ left: [Int], _ right: [Int]) -> (left: [Int], right: [Int]) {
        var (one, other): ([Int], [Int]) = ([], [])
        for (place, pair) in alignment.pairs.enumerated() {
            if place == alignment.pairsBeforeUncompared {
                one += left[alignment.uncomparedLeft]
                other += right[alignment.uncomparedRight]
            }
            switch pair {
            case .both(let i, let j):
                one.append(left[i])
                other.append(right[j])
            case .left(let i): one.append(left[i])
            case .right(let j): other.append(right[j])
            }
        }
        if alignment.pairsBeforeUncompared == alignment.pairs.count {
            one += left[alignment.uncomparedLeft]
            other += right[alignment.uncomparedRight]
        }
        return (one, other)
    }

    private func matches(_ alignment: Alignment) -> [[Int]] {
        alignment.pairs.compactMap { if case .both(let i, let j) = $0 { [i, j] } else { nil } }
    }

    /// The length of a longest common subsequence, by the definition.
    private func longest(_ left: ArraySlice<Int>, _ right: ArraySlice<Int>, _ known: inout [[Int]: Int]) -> Int {
        guard let one = left.first, let other = right.first else { return 0 }
        let key = [left.startIndex, right.startIndex]
        if let length = known[key] { return length }
        let length =
            one == other
            ? 1 + longest(left.dropFirst(), right.dropFirst(), &known)
            : max(longest(left.dropFirst(), right, &known), longest(left, right.dropFirst(), &known))
        known[key] = length
        return length
    }

    private func sequence(_ generator: inout SeededGenerator, upTo length: Int, of kinds: Int) -> [Int] {
        (0..<Int.random(in: 0...length, using: &generator)).map { _ in Int.random(in: 0..<kinds, using: &generator) }
    }

    @Test(arguments: 0..<200)
    func `holds both whole and in order, and as much in common as there is`(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let kinds = Int.random(in: 1...9, using: &generator)
        let left = sequence(&generator, upTo: 30, of: kinds)
        let right = sequence(&generator, upTo: 30, of: kinds)
        let alignment = Alignment(left, right)
        let both = replayed(alignment, left, right)
        #expect(both.left == left)
        #expect(both.right == right)
        #expect(matches(alignment).allSatisfy { left[$0[0]] == right[$0[1]] })
        var known: [[Int]: Int] = [:]
        #expect(matches(alignment).count == longest(left[...], right[...], &known))
        #expect(alignment.uncomparedLeft.isEmpty && alignment.uncomparedRight.isEmpty)
    }

    @Test(arguments: 0..<200)
    func `is mirrored when the sequences are exchanged`(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed) &+ 1000)
        let left = sequence(&generator, upTo: 25, of: 4)
        let right = sequence(&generator, upTo: 25, of: 4)
        let mirrored = matches(Alignment(right, left)).map { [$0[1], $0[0]] }
        #expect(matches(Alignment(left, right)) == mirrored)
    }

    @Test(arguments: 0..<200)
    func `of sequences that are too long compares a part and says of the rest that it did not`(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed) &+ 2000)
        let left = sequence(&generator, upTo: 60, of: 5)
        let right = sequence(&generator, upTo: 60, of: 5)
        let cells = Int.random(in: 0...900, using: &generator)
        let alignment = Alignment(left, right, cells: cells)
        let both = replayed(alignment, left, right)
        #expect(both.left == left)
        #expect(both.right == right)
        let mirrored = Alignment(right, left, cells: cells)
        #expect(mirrored.uncomparedLeft == alignment.uncomparedRight)
        #expect(mirrored.uncomparedRight == alignment.uncomparedLeft)
    }

    @Test func `of long sequences that differ in little costs little`() {
        let left = Array(0..<200_000)
        var right = left
        right.remove(at: 100_000)
        let alignment = Alignment(left, right)
        #expect(alignment.uncomparedLeft.isEmpty)
        #expect(alignment.pairs.filter { if case .both = $0 { false } else { true } } == [.left(100_000)])
    }

    @Test func `of long sequences without anything in common is bounded`() {
        let alignment = Alignment(
            Array(repeating: 1, count: 30_000), Array(repeating: 2, count: 30_000), cells: 1 << 20)
        #expect(alignment.pairs.count == 2048)
        #expect(alignment.uncomparedLeft == 1024..<30_000)
        #expect(alignment.uncomparedRight == 1024..<30_000)
    }
}
