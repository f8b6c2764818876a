import Testing

@testable import Capture

@Suite struct `A queue between threads` {
    private final class Item: Sendable {}

    @Test func `lets go of what was taken at once, since a batch is a mebibyte`() {
        let queue = BoundedQueue<Item>(limit: 8)
        weak var first: Item?
        do {
            let item = Item()
            first = item
            #expect(queue.offer(item))
            #expect(queue.offer(Item()))
        }
        #expect(first != nil)
        _ = queue.next(within: 0)
        #expect(first == nil)
        #expect(!queue.isEmpty)
    }

    @Test func `gives out in order what was offered, and takes more only where there is room`() {
        let queue = BoundedQueue<Int>(limit: 3)
        var taken: [Int] = []
        for number in 0..<200 {
            #expect(queue.offer(number))
            guard number % 3 == 2 else { continue }
            #expect(!queue.offer(-1))
            for _ in 0..<3 {
                if case .element(let element) = queue.next(within: 0) { taken.append(element) }
            }
        }
        #expect(taken == Array(0..<198))
        queue.close()
        #expect(!queue.offer(-1))
    }
}
