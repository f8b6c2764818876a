import Foundation
import TestSupport
import Testing

/// What records in these tests.
private let recorder = BusRecorder.tcpdump

/// A real broker and the real library; what the processes say they sent and took is the truth.
@Suite(
    .enabled(if: LiveBus.isAvailable || ExternalProgram.mustBeInstalled, "needs '.ci/setup test' and root"),
    .timeLimit(.minutes(5)))
struct `A live bus` {
    /// Every kind of message, in numbers that tell them apart.
    private static let traffic: [(BusClients.Action, Int)] = [
        (.calls, 24), (.failures, 5), (.slow, 3), (.unserved, 2), (.casts, 17), (.fanouts, 7), (.notifications, 6),
        (.boots, 8),
    ]

    @Test(arguments: OsloRelease.all)
    func `is found as its clients say, from before they connect and from the middle`(
        release: OsloRelease
    ) async throws {
        try await LiveBus.run { bus in
            let before = try await bus.record(with: recorder)
            try await bus.clients.start(release, on: bus.server)
            try await Self.makeTraffic(bus)
            try await expectAgreement(before, bus) { trace in
                #expect(trace.capture.connections.allSatisfy { !$0.midstream && $0.connectionName != nil })
                #expect(
                    trace.participants.map(\.label).sorted() == [
                        "nova-api", "nova-compute@host1", "nova-compute@host2", "nova-conductor", "nova-scheduler",
                    ])
            }
            let middle = try await bus.record(with: recorder)
            try await Self.makeTraffic(bus)
            try await expectAgreement(middle, bus) { trace in
                #expect(trace.capture.connections.contains { $0.midstream })
            }
        }
    }

    @Test func `agrees with its clients when the broker is killed and comes back`() async throws {
        try await LiveBus.run { bus in
            let recording = try await bus.record(with: recorder)
            try await bus.clients.start(OsloRelease.all[0], on: bus.server)
            try await Self.makeTraffic(bus)
            await bus.clients.order(.slow, 4)
            try await Task.sleep(for: .seconds(1))
            let killed = Date()
            try await bus.server.kill()
            try await bus.server.start()
            try await bus.clients.finish(.slow)
            try await bus.clients.perform(.calls, 10)
            let reconnected = Date()
            try await Self.makeTraffic(bus, settled: false)
            try await expectAgreement(recording, bus, outage: killed...reconnected) { trace in
                #expect(trace.calls.count > 50)
            }
        }
    }

    private static func makeTraffic(_ bus: LiveBus, settled: Bool = true) async throws {
        for (action, count) in traffic { try await bus.clients.perform(action, count) }
        let isSettled = try await bus.clients.settle(within: settled ? .seconds(20) : .seconds(3))
        if settled { #expect(isSettled, "the clients did not finish") }
    }

    private func expectAgreement(
        _ recording: BusRecording, _ bus: LiveBus, outage: ClosedRange<Date>? = nil,
        and further: (TraceDocument) throws -> Void
    ) async throws {
        let text = try await recording.finish()
        let (trace, account) = (try TraceDocument(text), try await bus.clients.account())
        let differences = BusComparison.differences(
            between: trace, and: account, from: recording.start, outage: outage)
        #expect(differences == [])
        for kind in ["call", "cast", "fanout", "notification", "reply", "heartbeat"] {
            #expect(account.sent.values.contains { $0.kind == kind && $0.at >= recording.start }, "no \(kind) was sent")
        }
        #expect(Data(text).range(of: Data(BusClients.secret.utf8)) == nil)
        #expect(trace.capture.connections.allSatisfy { $0.gaps == 0 && $0.bytesSkipped == 0 })
        try further(trace)
    }
}
