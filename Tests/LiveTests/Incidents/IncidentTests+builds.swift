import Foundation
import Subprocess
import TestSupport
import Testing

/// Builds whose compute, queue or way to the broker is gone.
extension `An incident on a live bus` {
    private static let untrue = ["completed", "all answered", "ended right after"]

    @Test func `that cancels a consumer is the evidence for a build that nobody takes`() async throws {
        try await SharedBroker.incident { incident in
            try await incident.record()
            let cloud = try await incident.startCloud()
            // One that runs would declare the queue again.
            await cloud.compute.send(.suspend)
            try await incident.delete(queue: "compute.host1")
            try await cloud.boot()
            try await Task.sleep(for: .seconds(7))
            let recording = try await incident.finishRecording()
            try await recording.expect(
                Saying(
                    "explain", says: ["stuck", "build_and_run_instance", "compute.host1", "cancel"],
                    never: Self.untrue, status: 1),
                Saying("list", says: ["vm-1", "stuck", "cancel"]), Saying("list", "--problems", says: ["vm-1"]))
            recording.expectLive(says: ["build_and_run_instance", "not seen taken", "cancel"], never: Self.untrue)
        }
    }

    @Test func `that blocks publishers is named while it lasts, and told of a boot that it slowed`() async throws {
        try await SharedBroker.incidentForAll { incident in
            try await incident.record()
            let cloud = try await incident.startCloud()
            try await cloud.bootAndHold()
            try await incident.broker.control("set_vm_memory_high_watermark", "0.0000001")
            try await cloud.compute.tell("release")
            try await Task.sleep(for: .seconds(7))
            let meanwhile = try await incident.recordingSoFar()
            try await incident.broker.control("set_vm_memory_high_watermark", "0.4")
            try await cloud.compute.waitUntilSent("update_instance_info")
            let recording = try await incident.finishRecording()
            for saying in [
                Saying(
                    "explain", says: ["blocked", "memory", "nova-compute@host1"],
                    never: Self.untrue + ["blocked to nova-api", "taken by nobody", "whether nova-conductor"],
                    status: 1),
                Saying("list", says: ["vm-1", "memory"], never: ["completed"]),
                Saying("list", "--problems", says: ["vm-1"]),
            ] {
                let faults = try await saying.faults(on: meanwhile)
                #expect(faults.isEmpty, "\(faults)")
            }
            try await recording.expect(
                Saying(
                    "explain", says: ["completed: active on host1", "memory"], never: ["nobody took", "stuck"],
                    status: 0))
            recording.expectLive(says: ["sent connection.blocked to", "low on memory", "completed: active on host1"])
        }
    }

    @Test func `that ends the compute with the build names it, and when it went`() async throws {
        try await SharedBroker.incident { incident in
            try await incident.record()
            let cloud = try await incident.startCloud()
            try await cloud.bootAndHold()
            await cloud.compute.send(.kill)
            try await Task.sleep(for: .seconds(7))
            let recording = try await incident.finishRecording()
            try await recording.expect(
                Saying(
                    "explain", says: ["stuck", "nova-compute@host1", "connection", "spawning"], never: Self.untrue,
                    status: 1),
                Saying("list", says: ["vm-1", "stuck"]), Saying("list", "--problems", says: ["vm-1"]),
                Saying("connections", says: ["nova-compute@host1"]))
            #expect(try await recording.trace().boots.map(\.outcome) == ["stuck"])
        }
    }

    @Test func `after which the compute comes back does not call it gone`() async throws {
        try await SharedBroker.incident { incident in
            try await incident.record()
            let cloud = try await incident.startCloud()
            try await cloud.bootAndHold()
            await cloud.compute.send(.kill)
            let again = await incident.begin("nova-compute", on: "host1", options: ["--reports", "0.5"])
            try await again.waitUntilConnected()
            try await Task.sleep(for: .seconds(3))
            let recording = try await incident.finishRecording()
            try await recording.expect(
                Saying("explain", says: ["vm-1"], never: Self.untrue + ["did not come back", "is gone"], status: 1),
                Saying("list", never: ["completed", "did not come back"]))
        }
    }

    @Test func `that closes the compute's connections is no reason to call a boot stuck that went on`() async throws {
        try await SharedBroker.incident { incident in
            try await incident.record()
            let cloud = try await incident.startCloud(computeUser: SharedBroker.user)
            try await cloud.bootAndHold()
            try await incident.broker.control("close_all_user_connections", SharedBroker.user, "for maintenance")
            try await Task.sleep(for: .seconds(3))
            try await cloud.compute.tell("release")
            try await cloud.compute.waitUntilSent("update_instance_info")
            let recording = try await incident.finishRecording()
            try await recording.expect(
                Saying(
                    "explain", says: ["completed: active on host1"], never: ["stuck", "did not come back"], status: 0),
                Saying("list", says: ["320", "for maintenance"]),
                Saying("connections", says: ["320", "for maintenance", SharedBroker.user, "nova-compute@host1"]))
            recording.expectLive(says: ["320", "for maintenance", "completed: active on host1"])
        }
    }

    @Test func `that stops a compute in its tracks does not make it dead`() async throws {
        try await SharedBroker.incident { incident in
            try await incident.record()
            let cloud = try await incident.startCloud()
            await cloud.compute.send(.suspend)
            try await cloud.boot()
            try await Task.sleep(for: .seconds(7))
            let recording = try await incident.finishRecording()
            try await recording.expect(
                Saying(
                    "explain", says: ["build_and_run_instance", "nova-compute@host1"],
                    never: Self.untrue + ["did not come back", "is gone", "lost its connection", "nobody took"],
                    status: 1))
        }
    }

    @Test func `in one virtual host is not explained by the services of another`() async throws {
        try await SharedBroker.incident { incident in
            try await incident.record()
            let elsewhere = await incident.begin("nova-conductor", on: "controller", virtualHost: "cell1")
            let reporter = await incident.begin(
                "nova-compute", on: "host1", virtualHost: "cell1", options: ["--reports", "0.5"])
            let cloud = try await incident.startCloud(virtualHost: "cell2")
            for client in [elsewhere, reporter] { try await client.waitUntilConnected() }
            try await cloud.bootAndHold()
            await cloud.conductor.send(.kill)
            try await cloud.compute.tell("release")
            try await Task.sleep(for: .seconds(7))
            let recording = try await incident.finishRecording()
            try await recording.expect(
                Saying(
                    "explain",
                    // The broker may have given it the message already, or may have noticed in time that it is gone.
                    says: [
                        "stuck: ", "nova-conductor (cell2) lost its connection", "Instance.save", "did not come back",
                    ],
                    never: Self.untrue + ["-p cell1"], status: 1),
                Saying("connections", says: ["cell1", "cell2"]))
        }
    }
}
