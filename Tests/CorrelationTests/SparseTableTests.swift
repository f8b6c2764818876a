import TestSupport
import Testing
import Trace

@testable import Correlation

@Suite struct `Values under ids that only grow` {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `are those of a dictionary, whatever comes and goes`(seed: UInt64) {
        var numbers = SeededGenerator(seed: seed)
        var table = SparseTable<Connection, Int>()
        var model: [ConnectionID: Int] = [:]
        for id in 0..<5000 as Range<ConnectionID> {
            #expect(table.place(of: id) == nil)
            table.insert(id.index * 2, for: id)
            model[id] = id.index * 2
            while model.count > 100, let gone = table.ids.randomElement(using: &numbers) {
                #expect(table.remove(gone) == model.removeValue(forKey: gone))
                #expect(table.remove(gone) == nil)
            }
        }
        #expect(table.count == model.count)
        #expect(Set(table.ids) == Set(model.keys))
        for id in 0..<5000 as Range<ConnectionID> { #expect(table[id] == model[id]) }
    }

    @Test func `are changed where they lie, and replaced by a second value of the same id`() {
        var table = SparseTable<Connection, [Int]>()
        let place = table.insert([1], for: 7)
        table[at: place].append(2)
        #expect(table[7] == [1, 2])
        #expect(table.insert([], for: 7) == place)
        #expect(table.count == 1)
        #expect(!table.contains(8))
    }

    @Test func `take no more room than those that are kept need, however far their ids lie apart`() {
        var table = SparseTable<Connection, Int>()
        for id in 0..<100_000 as Range<ConnectionID> {
            table.insert(id.index, for: id)
            if id.index % 10_000 != 0 { table.remove(id) }
        }
        #expect(table.ids.sorted() == (0..<10).map { ConnectionID($0 * 10_000) })
        #expect(table.slots.count <= 64)
    }
}

@Suite struct `A dictionary that knows its oldest` {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `lets them go in the order in which they came`(seed: UInt64) {
        var numbers = SeededGenerator(seed: seed)
        var dictionary = AgingDictionary<Int, String>()
        var model: [(key: Int, value: String)] = []
        for step in 0..<5000 {
            let key = Int(numbers.next() % 40)
            switch numbers.next() % 4 {
            case 0, 1:
                dictionary[key] = "\(step)"
                if let index = model.firstIndex(where: { $0.key == key }) {
                    model[index].value = "\(step)"
                } else {
                    model.append((key, "\(step)"))
                }
            case 2:
                let index = model.firstIndex { $0.key == key }
                #expect(dictionary.removeValue(forKey: key) == index.map { model.remove(at: $0).value })
            default:
                #expect(dictionary.removeOldest()?.key == (model.isEmpty ? nil : model.removeFirst().key))
            }
            #expect(dictionary.oldest == model.first?.value)
            #expect(dictionary.count == model.count)
        }
        #expect(dictionary.values == model.map(\.value))
        dictionary.mapInPlace { $0.hasSuffix("1") ? nil : $0 + "!" }
        #expect(dictionary.values == model.map(\.value).filter { !$0.hasSuffix("1") }.map { $0 + "!" })
    }
}
