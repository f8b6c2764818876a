import Foundation
import TestSupport
import Testing

@Suite struct `Connections and what went wrong with them` {
    private func capture(_ openings: [BrokerOpening], _ scratch: Scratch) throws -> String {
        let packets = openings.flatMap(\.session.packets).sorted { $0.time < $1.time }
        return try scratch.write("refused.pcap", CaptureFileBuilder.pcap(packets))
    }

    private static let sentence =
        "12 logins of nova refused by 10.0.0.2:5672: 403 ACCESS_REFUSED - Login was refused (nova-compute 10.0.0.7), "
        + "22:13:20 to 22:15:10"

    @Test(arguments: [
        ("80", ["--width", "80"]), ("expanded-100", ["--width", "100", "--expand", "--service", "nova-*"]),
    ])
    func `are listed as they were looked at`(look: String, options: [String]) async throws {
        let result = try await ExternalProgram.novatrace.run(
            ["connections", "captures/boot-conductor-down.pcap"] + options)
        #expect(result.status == 0 && result.errors.isEmpty)
        try GoldenFile("Golden/connections-conductor-down-\(look).txt").check(result.output)
    }

    @Test func `list, replay, connections and explain tell of refused logins in one sentence`() async throws {
        let scratch = try Scratch()
        let path = try capture(BrokerOpening.refusedLogins(12), scratch)
        for (command, status) in [("list", 0), ("replay", 0), ("connections", 0), ("explain", 2)] {
            let result = try await ExternalProgram.novatrace.run([command, path, "--width", "1000"])
            #expect(result.status == status, "\(command)")
            #expect(result.output.contains(Self.sentence), "\(command): \(result.output)")
        }
        let explained = try await ExternalProgram.novatrace.run(["explain", path])
        // What was told is not said again.
        #expect(explained.errors == "novatrace: no boot found: not one message on 12 AMQP connections\n")
        #expect(explained.output.contains("rabbitmqctl list_users"))
        #expect(!(explained.output + explained.errors).contains("hunter2"))
    }

    @Test func `only those in trouble are listed where that is asked for`() async throws {
        let scratch = try Scratch()
        var good = BrokerOpening(port: 50_000)
        good.login(as: "glance")
        good.open("/")
        good.opened()
        let path = try capture(BrokerOpening.refusedLogins(2) + [good], scratch)
        let all = try await ExternalProgram.novatrace.run(["connections", path])
        let troubled = try await ExternalProgram.novatrace.run(["connections", path, "--problems"])
        #expect(all.output.contains("glance") && !troubled.output.contains("glance"))
        #expect(troubled.output.contains("2 connections"))
        let none = try await ExternalProgram.novatrace.run(["connections", path, "--service", "cinder-*"])
        #expect(none.status == 1 && none.output.isEmpty)
    }

    @Test func `JSON names user, virtual host, ends and troubles, and no password`() async throws {
        let scratch = try Scratch()
        let path = try capture(BrokerOpening.refusedLogins(1), scratch)
        let result = try await ExternalProgram.novatrace.run(["connections", path, "--format", "json"])
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        let connection = try #require((document["connections"] as? [[String: Any]])?.first)
        #expect(connection["user"] as? String == "nova" && connection["closed_by"] as? String == "broker")
        #expect(connection["close_code"] as? Int == 403 && connection["stage"] as? String == "login")
        #expect(connection["virtual_host"] == nil, "it was not asked for yet")
        let trouble = try #require((document["troubles"] as? [[String: Any]])?.first)
        #expect(trouble["kind"] as? String == "login_refused" && trouble["count"] as? Int == 1)
        #expect(!result.output.contains("hunter2"))
    }
}
