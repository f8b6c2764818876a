import Foundation
import TestSupport
import Testing

/// What records in these tests.
private let recorder = BusRecorder.novatrace

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
                #expect(trace.participants.allSatisfy { $0.pid != nil }, "this machine knows its processes")
            }
        }
    }

    @Test(arguments: OsloRelease.all)
    func `agrees with its clients when the broker is killed and comes back`(release: OsloRelease) async throws {
        try await LiveBus.run { bus in
            let recording = try await bus.record(with: recorder)
            try await bus.clients.start(release, on: bus.server)
            try await Self.makeTraffic(bus)
            await bus.clients.order(.slow, 4)
            try await Task.sleep(for: .seconds(1))
            let killed = Date()
            try await bus.server.kill()
            try await bus.server.start()
            try await bus.clients.finish(.slow)
            try await bus.clients.reconnect()
            let back = Date()
            try await Self.makeTraffic(bus)
            try await expectAgreement(recording, bus, outage: killed...back) { trace in
                let answered = trace.calls.count { $0.outcome == "ok" }
                #expect(answered >= 2 * Self.answeredCalls)
                #expect(Set(trace.participants.compactMap(\.service)).count == 4)
            }
        }
    }

    @Test func `leaves nothing behind, even when a test fails`() async throws {
        struct Failure: Error {}
        var used: LiveBus?
        await #expect(throws: Failure.self) {
            try await LiveBus.run { bus in
                used = bus
                _ = try await bus.record(with: recorder)
                try await bus.clients.start(OsloRelease.all[0], on: bus.server)
                #expect(try bus.processes().count >= 8, "the broker, its port mapper, five clients and a recorder")
                throw Failure()
            }
        }
        let bus = try #require(used)
        #expect(try bus.processes() == [])
        #expect(!FileManager.default.fileExists(atPath: bus.folder.path(percentEncoded: false)))
    }

    /// Calls of the API that are answered with a result.
    private static let answeredCalls = 24 + 3

    private static func makeTraffic(_ bus: LiveBus) async throws {
        let start = Date()
        for (action, count) in traffic { try await bus.clients.perform(action, count) }
        #expect(try await bus.clients.settle(from: start), "the clients did not finish")
    }

    /// A trace without what only a live capture knows: the interface, its drops, and who is who by this machine's table
    /// of processes, which matters for connections that were open before.
    private static func comparable(_ text: [UInt8]) throws -> NSDictionary {
        let trace = try #require(JSONSerialization.jsonObject(with: Data(text)) as? [String: Any])
        return try #require(withoutNames(trace) as? NSDictionary)
    }

    private static func withoutNames(_ value: Any) -> Any {
        if let values = value as? [Any] { return values.map(withoutNames) as NSArray }
        guard let members = value as? [String: Any] else { return value }
        var unknown: Set = ["sources", "ended_at", "participants", "participant", "from", "to"]
        // How long something goes on already counts until the capture ended, and in its file until the last packet.
        if let outcome = members["outcome"] as? String, ["stuck", "running", "unknown"].contains(outcome) {
            unknown.formUnion(["outcome", "verdict", "diagnosis", "steps", "open_until"])
        }
        return members.filter { !unknown.contains($0.key) }.mapValues(withoutNames) as NSDictionary
    }

    private func expectAgreement(
        _ recording: BusRecording, _ bus: LiveBus, outage: ClosedRange<Date>? = nil,
        and further: (TraceDocument) throws -> Void
    ) async throws {
        let text = try await recording.finish()
        #expect(try Self.comparable(text) == Self.comparable(await recording.replay()))
        let (trace, account) = (try TraceDocument(text), try await bus.clients.account())
        let differences = BusComparison.differences(
            between: trace, and: account, from: recording.start, outage: outage)
        #expect(differences == [])
        for kind in ["call", "cast", "fanout", "notification", "reply", "heartbeat"] {
            #expect(account.sent.values.contains { $0.kind == kind && $0.at >= recording.start }, "no \(kind) was sent")
        }
        let secret = Data(BusClients.secret.utf8)
        #expect(Data(text).range(of: secret) == nil)
        #expect(try Data(contentsOf: URL(filePath: recording.file)).range(of: secret) != nil)
        #expect(trace.capture.connections.allSatisfy { $0.gaps == 0 && $0.bytesSkipped == 0 })
        try further(trace)
    }
}
