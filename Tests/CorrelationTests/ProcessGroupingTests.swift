import Testing
import Trace

@testable import Correlation

@Suite struct `Groups of connections` {
    @Test func `joined in the worst order lead to the first one at once`() {
        var grouping = ProcessGrouping()
        let all: Range<ConnectionID> = 0..<20_000
        for connection in all { grouping.add(connection) }
        for connection in all.dropFirst().reversed() { grouping.join(connection, connection.advanced(by: -1)) }
        grouping.flatten()
        #expect(all.allSatisfy { grouping.root(of: $0) == 0 })
    }
}

@Suite struct `One process number` {
    private let number: ProcessIdentity

    init() throws {
        number = try #require(
            ProcessIdentity(
                connectionName: "nova-compute:7:6f6c1d1e-0000-4000-8000-000000000001", address: "192.0.2.1"))
    }

    /// Connections 0 to 3; the first and the third take messages for a host each, where one is given.
    private func grouping(_ first: ServedPlace?, _ third: ServedPlace?, servesLast: Bool) -> ProcessGrouping {
        var grouping = ProcessGrouping()
        func serve() {
            if let first { grouping.serves(0, first) }
            if let third { grouping.serves(2, third) }
        }
        for connection in 0..<4 { grouping.add(ConnectionID(connection)) }
        if !servesLast { serve() }
        for connection in 0..<3 { grouping.identify(ConnectionID(connection), as: number) }
        grouping.join(2, 3)
        if servesLast { serve() }
        return grouping
    }

    private func compute(_ host: String) -> ServedPlace? { ServedPlace(topic: "compute", host: host) }

    @Test(arguments: [true, false]) func `is one process while nothing says otherwise`(servesLast: Bool) {
        for third in [nil, compute("compute1"), ServedPlace(topic: "worker", host: "aa11")] {
            let grouping = grouping(compute("compute1"), third, servesLast: servesLast)
            #expect((0..<4).map { grouping.root(of: ConnectionID($0)) } == [0, 0, 0, 0])
            #expect(grouping.identity(of: 3) == number)
        }
    }

    @Test(arguments: [true, false]) func `is that of several where two serve a topic for two hosts`(servesLast: Bool) {
        var grouping = grouping(compute("compute1"), compute("compute2"), servesLast: servesLast)
        #expect((0..<4).map { grouping.root(of: ConnectionID($0)) } == [0, 1, 2, 2])
        #expect((0..<4).allSatisfy { grouping.identity(of: ConnectionID($0)) == number })
        grouping.join(0, 1)
        grouping.flatten()
        #expect((0..<4).map { grouping.root(of: ConnectionID($0)) } == [0, 0, 2, 2])
    }

    @Test func `is one process where a backend and its cluster are served`() {
        let grouping = grouping(
            ServedPlace(topic: "cinder-volume", host: "ctrl1@rbd"),
            ServedPlace(topic: "cinder-volume", host: "all@rbd"),
            servesLast: true)
        #expect((0..<4).map { grouping.root(of: ConnectionID($0)) } == [0, 0, 0, 0])
    }

    @Test func `passes what is forgotten to its own process, or to the number's where nothing else is kept`() {
        var several = grouping(compute("compute1"), compute("compute2"), servesLast: true)
        var forgotten = several.forget([0, 2])
        #expect(forgotten.standIn(for: 0) == nil && forgotten.standIn(for: 2) == 3)
        #expect(several.root(of: 1) == 1 && several.root(of: 3) == 3)
        var one = grouping(compute("compute1"), nil, servesLast: true)
        forgotten = one.forget([0, 2])
        #expect(forgotten.standIn(for: 0) == 1 && forgotten.standIn(for: 2) == 3)
        #expect(one.root(of: 1) == 1 && one.root(of: 3) == 1)
        #expect(one.identities == 1)
        _ = one.forget([1, 3])
        #expect(one.identities == 0)
    }
}
