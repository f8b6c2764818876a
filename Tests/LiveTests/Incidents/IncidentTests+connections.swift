import Foundation
import Subprocess
import TestSupport
import Testing

/// Clients that cannot get on the bus.
extension `An incident on a live bus` {
    private static let falseAlarms = [
        "is this the broker's interface", "begin the capture before", "not one message on them", "all answered",
    ]

    @Test func `where the broker refuses logins is told with who, as whom and in the broker's words`() async throws {
        try await SharedBroker.incident { incident in
            try await incident.record()
            _ = await incident.begin("nova-compute", on: "host1", user: SharedBroker.user, password: "wrong")
            _ = await incident.begin(
                "nova-conductor", on: "controller", user: SharedBroker.stranger, password: BrokerAccounts.password)
            _ = await incident.begin("nova-scheduler", on: "controller", virtualHost: "nowhere")
            try await incident.waitUntilOnTheWire("ACCESS_REFUSED - Login was refused")
            try await incident.waitUntilOnTheWire("refused for user '\(SharedBroker.stranger)'")
            try await incident.waitUntilOnTheWire("vhost nowhere not found")
            let recording = try await incident.finishRecording()
            let words = [
                "refused", "nova-compute", SharedBroker.user, "403", "nova-conductor", SharedBroker.stranger,
                incident.virtualHost, "530", "nova-scheduler", "nowhere",
            ]
            try await recording.expect(
                Saying("list", says: words, never: Self.falseAlarms),
                Saying("replay", says: words, never: Self.falseAlarms),
                Saying("connections", says: words), Saying("explain", never: Self.falseAlarms, status: 2))
            recording.expectLive(
                says: ["refused", SharedBroker.user, SharedBroker.stranger, "nowhere"],
                never: [BrokerAccounts.password, "wrong"])
        }
    }

    @Test func `where nobody listens is told with who was refused by whom, and how often`() async throws {
        try await SharedBroker.incident(port: LoopbackPorts.free(1)[0]) { incident in
            try await incident.record()
            _ = await incident.begin("nova-compute", on: "host1")
            try await Task.sleep(for: .seconds(4))
            let recording = try await incident.finishRecording()
            let broker = "127.0.0.1:\(incident.port)"
            try await recording.expect(
                Saying("list", says: ["refused", broker], never: Self.falseAlarms),
                Saying("replay", says: ["refused", broker], never: Self.falseAlarms),
                Saying("connections", says: ["refused", broker]),
                Saying("explain", says: ["refused"], never: Self.falseAlarms, status: 2))
            recording.expectLive(says: ["refused", broker], never: Self.falseAlarms)
        }
    }

    @Test func `where TLS is spoken to a plain port is told as that`() async throws {
        try await SharedBroker.incident { incident in
            try await incident.record()
            _ = await incident.begin("nova-compute", on: "host1", options: ["--tls"])
            // What the broker answers to anything that is not AMQP.
            try await incident.waitUntilOnTheWire("AMQP\u{0}\u{0}\u{9}\u{1}")
            let recording = try await incident.finishRecording()
            let broker = "127.0.0.1:\(incident.port)"
            try await recording.expect(
                Saying("list", says: ["TLS", "a port without TLS", broker], never: Self.falseAlarms),
                Saying("replay", says: ["TLS", "a port without TLS"], never: Self.falseAlarms),
                Saying("connections", says: ["TLS", broker]),
                Saying("explain", says: ["TLS", "a port without TLS"], never: Self.falseAlarms, status: 2))
            recording.expectLive(says: ["TLS", "a port without TLS"], never: Self.falseAlarms)
        }
    }

    @Test func `whose broker is killed with a build pending names the broker, not the compute`() async throws {
        try await SharedBroker.incidentForAll { incident in
            try await incident.record()
            let cloud = try await incident.startCloud()
            try await cloud.bootAndHold()
            try await incident.broker.kill()
            try await cloud.compute.tell("release")
            try await Task.sleep(for: .seconds(5))
            let recording = try await incident.finishRecording()
            try await incident.broker.start()
            let broker = "127.0.0.1:\(incident.port)"
            try await recording.expect(
                Saying("explain", says: ["vm-1", "broker", broker], never: ["completed", "all answered"], status: 1),
                Saying("list", says: ["vm-1", "refused", broker], never: ["completed"]),
                Saying("list", "--problems", says: ["vm-1"]), Saying("connections", says: ["refused", broker]))
            recording.expectLive(says: ["refused", broker], never: ["completed"])
            #expect(try await recording.trace().boots.map(\.outcome) == ["stuck"])
        }
    }
}
