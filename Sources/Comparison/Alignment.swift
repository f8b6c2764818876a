/// A value: two sequences side by side: what stands in both, in order, and what in one of them only.
///
/// It holds a longest common subsequence (Hunt and Szymanski's problem, solved by the table of Wagner and Fischer with
/// one bit a cell). Of several, the choice depends on the elements alone and not on which sequence is the left one:
/// exchanged sequences give the exchanged alignment. What the ends have in common costs nothing; of what lies between,
/// at most `cells` pairs of elements are held against each other, and the rest is said to be uncompared.
package struct Alignment: Sendable, Equatable {
    /// Indexes into the left and the right sequence.
    package enum Pair: Sendable, Equatable {
        case both(Int, Int)
        case left(Int)
        case right(Int)
    }

    /// In order; where elements of both sequences are alone in the same place, the left ones come first.
    package private(set) var pairs: [Pair] = []
    /// What was too long to be compared.
    package private(set) var uncomparedLeft: Range<Int>
    package private(set) var uncomparedRight: Range<Int>
    /// How many of `pairs` stand before the uncompared part.
    package private(set) var pairsBeforeUncompared = 0

    package init<Element: Comparable>(
        _ left: [Element], _ right: [Element], cells: Int = Limits.alignmentCells
    ) {
        let shorter = min(left.count, right.count)
        var head = 0
        while head < shorter, left[head] == right[head] { head += 1 }
        var tail = 0
        while tail < shorter - head, left[left.count - 1 - tail] == right[right.count - 1 - tail] { tail += 1 }
        let (leftEnd, rightEnd) = (left.count - tail, right.count - tail)
        let size = Self.admitted(leftEnd - head, rightEnd - head, cells: cells)
        uncomparedLeft = head + size.left..<leftEnd
        uncomparedRight = head + size.right..<rightEnd

        pairs = (0..<head).map { .both($0, $0) }
        pairs += Self.middle(left[head..<uncomparedLeft.lowerBound], right[head..<uncomparedRight.lowerBound])
        pairsBeforeUncompared = pairs.count
        pairs += (0..<tail).map { .both(leftEnd + $0, rightEnd + $0) }
    }

    /// How much of two lengths may be compared; a row of the table takes whole words, however short it is.
    private static func admitted(_ left: Int, _ right: Int, cells: Int) -> (left: Int, right: Int) {
        let side = Int(Double(cells).squareRoot())
        if left <= side, right <= side { return (left, right) }
        if left <= side { return (left, min(right, max(side, cells / max(left, UInt64.bitWidth)))) }
        if right <= side { return (min(left, max(side, cells / max(right, UInt64.bitWidth))), right) }
        return (side, side)
    }

    private static func middle<Element: Comparable>(
        _ left: ArraySlice<Element>, _ right: ArraySlice<Element>
    ) -> [Pair] {
        let table = SkipTable(left, right)
        var (i, j) = (left.startIndex, right.startIndex)
        var pairs: [Pair] = []
        var waiting: [Pair] = []
        while i < left.endIndex || j < right.endIndex {
            if i < left.endIndex, j < right.endIndex, left[i] == right[j] {
                pairs += waiting
                waiting.removeAll(keepingCapacity: true)
                pairs.append(.both(i, j))
                (i, j) = (i + 1, j + 1)
            } else if j == right.endIndex
                || i < left.endIndex && table.skipsLeft(i - left.startIndex, j - right.startIndex)
            {
                pairs.append(.left(i))
                i += 1
            } else {
                waiting.append(.right(j))
                j += 1
            }
        }
        return pairs + waiting
    }
}

/// A value: for each place in two sequences whether the left or the right element is left out, a bit each.
private struct SkipTable {
    private let bits: [UInt64]
    /// Words of a row.
    private let stride: Int

    func skipsLeft(_ row: Int, _ column: Int) -> Bool {
        bits[row * stride + (column >> 6)] >> UInt64(column & 63) & 1 == 1
    }

    /// Fills the table from the ends; `lengths` holds how much is in common of what is left.
    ///
    /// Of two elements that may both be left out it is the smaller: so the choice is the same from either side.
    init<Element: Comparable>(_ left: ArraySlice<Element>, _ right: ArraySlice<Element>) {
        let (left, right) = (Array(left), Array(right))
        let stride = (right.count + 63) / 64
        var bits = [UInt64](repeating: 0, count: left.count * stride)
        var lengths = [Int32](repeating: 0, count: right.count)
        for row in left.indices.reversed() {
            let element = left[row]
            var (word, diagonal, beside): (UInt64, Int32, Int32) = (0, 0, 0)
            for column in right.indices.reversed() {
                let below = lengths[column]
                if element == right[column] {
                    beside = diagonal + 1
                } else {
                    if below > beside || below == beside && element < right[column] {
                        word |= 1 << UInt64(column & 63)
                    }
                    beside = max(below, beside)
                }
                lengths[column] = beside
                diagonal = below
                if column & 63 == 0 {
                    bits[row * stride + (column >> 6)] = word
                    word = 0
                }
            }
        }
        self.bits = bits
        self.stride = stride
    }
}
