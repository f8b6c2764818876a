import DequeModule

/// A machine that keeps elements in the order in which they came and gives them back in it.
///
/// They lie in blocks of fixed size: none moves when others come. What was given back leaves an empty place until the whole
/// block was.
struct BlockQueue<Element: Sendable>: Sendable {
    private static var blockSize: Int { 256 }

    private var blocks: Deque<[Element?]> = []
    /// Elements of the first block that were given back.
    private var taken = 0
    private(set) var count = 0

    mutating func append(_ element: consuming Element) {
        if blocks.last.map({ $0.count == Self.blockSize }) ?? true {
            var block: [Element?] = []
            block.reserveCapacity(Self.blockSize)
            blocks.append(block)
        }
        blocks[blocks.count - 1].append(element)
        count += 1
    }

    mutating func popFirst() -> Element? {
        guard count > 0 else { return nil }
        let element = blocks[0][taken].take()
        taken += 1
        count -= 1
        if taken == Self.blockSize || count == 0 {
            blocks.removeFirst()
            taken = 0
        }
        return element
    }
}
