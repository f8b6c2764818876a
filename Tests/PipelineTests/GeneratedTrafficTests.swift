import Capture
import Foundation
import Pipeline
import TestSupport
import Testing
import Trace

@Suite struct `Generated traffic` {
    private func withCapture<Value>(
        _ size: TrafficGenerator.Size, _ body: (String, TrafficGenerator.Tally) throws -> Value
    ) throws -> Value {
        let file = FileManager.default.temporaryDirectory.appending(path: "novatrace-\(UUID().uuidString).pcap")
        defer { try? FileManager.default.removeItem(at: file) }
        return try body(file.path, try TrafficGenerator.write(size, to: file.path))
    }

    @Test func `every call, cast, fanout and notification is read back, and nothing else`() throws {
        try withCapture(.conversations(400)) { path, tally in
            let trace = try TracePipeline.trace(of: [path])
            #expect(trace.capture.anomalyCount == 0)
            #expect(trace.capture.connections.allSatisfy { $0.bytesSkipped == 0 && $0.gaps == 0 && !$0.midstream })
            #expect([tally.calls, tally.casts, tally.fanouts, tally.notifications].allSatisfy { $0 > 10 })
            let kinds = trace.messages.map(\.kind)
            #expect(kinds.count { $0 == .cast } == tally.casts)
            #expect(kinds.count { $0 == .fanout } == tally.fanouts)
            #expect(kinds.count { $0 == .notification } == tally.notifications)
            #expect(kinds.count { $0 == .call } == tally.calls)
            #expect(kinds.count { $0 == .reply } == tally.calls)
            #expect(kinds.count { $0 == .opaque } == 0)
            #expect(trace.calls.count == tally.calls)
            #expect(trace.calls.allSatisfy { $0.outcome == .ok && $0.latency != nil && $0.serviceTime != nil })
            #expect(trace.messages.allSatisfy { $0.amqp?.confirmedAt != nil })
            #expect(trace.messages.allSatisfy { $0.deliveries.count == ($0.kind == .fanout ? 2 : 1) })
            #expect(trace.messages.allSatisfy { $0.deliveries.allSatisfy { $0.acknowledgedAt != nil } })
        }
    }

    @Test func `the same seed gives the same file`() throws {
        let one = try withCapture(.bytes(300_000)) { path, _ in try Data(contentsOf: URL(filePath: path)) }
        let other = try withCapture(.bytes(300_000)) { path, _ in try Data(contentsOf: URL(filePath: path)) }
        #expect(one == other)
        #expect(one.count >= 300_000)
    }

    @Test func `database packets alone hold no AMQP`() throws {
        try withCapture(.unrelatedPackets(2000)) { path, tally in
            let trace = try TracePipeline.trace(of: [path])
            #expect(trace.messages.isEmpty)
            #expect(trace.capture.connections.isEmpty)
            #expect(tally.packets == tally.unrelatedPackets)
            #expect(tally.packets >= 2000)
        }
    }
}
