import Testing
import Trace

@testable import Correlation

@Suite struct `Contents that wait for their acknowledgement` {
    private func messages(_ contents: inout UnsettledContents, _ numbers: [Int]) -> [MessageID?] {
        numbers.map { contents.remove($0)?.message }
    }

    @Test func `each is found once, in whatever order they come and go`() {
        var contents = UnsettledContents()
        for number in [0, 1, 4, 3, 2, 7] {
            contents.add(number, message: MessageID(number * 10), delivery: nil, oldest: 0, limit: 100)
        }
        #expect(messages(&contents, [3, 0, 3, 7, 5, 1, 2, 4]) == [30, 0, nil, 70, nil, 10, 20, 40])
        contents.add(8, message: 80, delivery: 2, oldest: 0, limit: 100)
        let last = contents.remove(8)
        #expect(last?.message == 80)
        #expect(last?.delivery == 2)
    }

    @Test func `beyond the limit the oldest are forgotten, a quarter at once`() {
        var contents = UnsettledContents()
        for number in 0..<9 { contents.add(number, message: MessageID(number), delivery: nil, oldest: 0, limit: 8) }
        #expect(messages(&contents, Array(0..<9)) == [nil, nil] + (2..<9).map { MessageID($0) })
    }

    @Test func `many settled in order leave nothing behind`() {
        var contents = UnsettledContents()
        for number in 0..<10_000 {
            contents.add(number, message: MessageID(number), delivery: nil, oldest: 0, limit: 16)
            if number >= 8 { #expect(contents.remove(number - 8)?.message.index == number - 8) }
        }
    }
}

@Suite struct `A store whose oldest values go` {
    @Test func `ids stay while values come, change and go`() {
        var store = ExpiringStore<String>()
        for id in 0..<2000 {
            #expect(store.nextID.index == id)
            store.append("\(id)")
            if id >= 700 { #expect(store.takeOldest().hasPrefix("\(id - 700)")) }
            store[TraceID(id)] += "!"
        }
        #expect(store.count == 700)
        #expect(store.first == 1300)
        #expect(!store.contains(1299))
        #expect(store.contains(1300))
        #expect(!store.contains(2000))
        #expect((1300..<2000).allSatisfy { store[TraceID($0)] == "\($0)!" })
        while store.count > 0 { #expect(store.takeOldest() == "\(store.first.index - 1)!") }
        #expect(store.count == 0)
        #expect(store.nextID == 2000)
    }
}
