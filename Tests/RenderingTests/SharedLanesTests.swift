import Testing
import Trace

@testable import Rendering

@Suite struct `Lanes of several diagrams` {
    private static let trace = TraceBuilder(services: [
        ("nova-conductor", "ctl1"), ("nova-conductor", "ctl2"), ("nova-api", nil), ("nova-compute", "compute1"),
    ]).trace

    private func joined(_ diagrams: [Lane]...) -> SharedLanes {
        var shared = SharedLanes(Self.trace)
        for lanes in diagrams {
            let header = SequenceHeader(
                kind: "boot", instanceName: nil, instances: [], requestID: nil, outcome: "", verdict: "")
            shared.add(SequenceDiagram(header: header, lanes: lanes, startedAt: TraceBuilder.start))
        }
        shared.arrange()
        return shared
    }

    @Test func `the same service on the same host is one lane, whether the host is named or not`() {
        let shared = joined(
            [Lane(title: "nova-conductor", participants: [0])],
            [
                Lane(title: "nova-conductor", subtitle: "@ctl1", participants: [0]),
                Lane(title: "nova-conductor", subtitle: "@ctl2", participants: [1]),
            ])
        #expect(shared.lanes.map(\.name) == ["nova-conductor@ctl1", "nova-conductor@ctl2"])
        #expect(shared.places == [[0], [0, 1]])
    }

    @Test func `two hosts that no diagram names are named where they meet`() {
        let shared = joined(
            [Lane(title: "nova-conductor", participants: [1])], [Lane(title: "nova-conductor", participants: [0])])
        #expect(shared.lanes.map(\.name) == ["nova-conductor@ctl1", "nova-conductor@ctl2"])
        #expect(shared.places == [[1], [0]])
    }

    @Test func `they stand in the order of a boot`() {
        let shared = joined(
            [
                Lane(title: "nova-api", participants: [2]),
                Lane(title: "nova-compute", subtitle: "@compute1", participants: [3]),
            ],
            [
                Lane(title: "nova-api", participants: [2]), Lane(title: "nova-conductor", participants: [0]),
                Lane(title: "compute.compute9", subtitle: "(nobody)", isVacant: true),
            ])
        #expect(
            shared.lanes.map(\.name) == [
                "nova-api", "nova-conductor", "compute.compute9(nobody)", "nova-compute@compute1",
            ])
        #expect(shared.places == [[0, 3], [0, 1, 2]])
    }

    @Test func `two lanes of a diagram are never one`() {
        let shared = joined([Lane(title: "x"), Lane(title: "x")], [Lane(title: "x")])
        #expect(shared.lanes.count == 2)
    }
}
