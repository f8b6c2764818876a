import Foundation
import Subprocess
import TestSupport
import Testing

/// Answers that do not reach who asked.
extension `An incident on a live bus` {
    @Test(arguments: OsloRelease.all)
    func `that takes the reply queue from a waiting caller leaves the call returned`(
        release: OsloRelease
    ) async throws {
        try await SharedBroker.incident { incident in
            try await incident.record()
            let cloud = try await incident.startCloud(of: release)
            let queue = try await Self.takeReplyQueue(incident, cloud)
            try await incident.waitUntilOnTheWire("NO_ROUTE", count: 5)
            let recording = try await incident.finishRecording()
            let untrue = ["completed", "all answered", "call, answered", "attached on"]
            try await recording.expect(
                Saying("explain", says: ["312", queue, "nova-api"], never: untrue),
                Saying("replay", says: ["312"], never: untrue),
                Saying("list", never: untrue), Saying("list", "--problems", says: ["attach-interface"]),
                Saying("stats", says: ["attach_interface"]))
            recording.expectLive(says: ["312", "attach_interface"], never: untrue)
            let call = try #require(try await recording.trace().calls.first { $0.method == "attach_interface" })
            #expect(call.outcome == "returned")
        }
    }

    @Test func `that gives the reply queue back in time leaves the call answered`() async throws {
        try await SharedBroker.incident { incident in
            try await incident.record()
            let cloud = try await incident.startCloud()
            _ = try await Self.takeReplyQueue(incident, cloud)
            try await incident.waitUntilOnTheWire("NO_ROUTE", count: 2)
            await cloud.api.send(.resume)
            try await cloud.api.finish("attach")
            let recording = try await incident.finishRecording()
            try await recording.expect(
                Saying("explain", says: ["completed: attached on host1"], never: ["stuck", "nobody received"]),
                Saying("list", "--problems", never: ["attach-interface"]))
            let call = try #require(try await recording.trace().calls.first { $0.method == "attach_interface" })
            #expect(call.outcome == "ok")
        }
    }

    @Test func `whose answer comes after the caller gave up leaves the call timed out`() async throws {
        try await SharedBroker.incident { incident in
            try await incident.record()
            let cloud = try await incident.startCloud()
            await cloud.api.order("attach", ["host": "host1", "seconds": 4, "timeout": 2])
            try await cloud.compute.waitUntilTaken("attach_interface")
            try await Task.sleep(for: .seconds(5))
            let recording = try await incident.finishRecording()
            let untrue = ["completed", "all answered", "attached on"]
            try await recording.expect(
                Saying("explain", says: ["attach_interface", "late"], never: untrue),
                Saying("replay", never: untrue), Saying("list", never: untrue),
                Saying("list", "--problems", says: ["attach-interface"]))
            let call = try #require(try await recording.trace().calls.first { $0.method == "attach_interface" })
            #expect(call.outcome == "timed_out")
        }
    }

    /// Has nova-api call a compute, and deletes the queue for the answer while it cannot make it anew.
    private static func takeReplyQueue(_ incident: Incident, _ cloud: IncidentCloud) async throws -> String {
        await cloud.api.order("attach", ["host": "host1", "seconds": 2, "timeout": 8])
        let queue = try #require(try await cloud.compute.waitUntilTaken("attach_interface"))
        await cloud.api.send(.suspend)
        try await incident.delete(queue: queue)
        return queue
    }
}
