import Testing

@testable import Correlation

@Suite struct `Groups of connections` {
    @Test func `joined in the worst order lead to the first one at once`() {
        var grouping = ProcessGrouping()
        let count = 20_000
        for connection in 0..<count { grouping.add(connection) }
        for connection in stride(from: count - 1, to: 0, by: -1) { grouping.join(connection, connection - 1) }
        grouping.flatten()
        #expect((0..<count).allSatisfy { grouping.root(of: $0) == 0 })
    }
}
