import Foundation
import TestSupport
import Testing

@Suite struct `novatrace explain` {
    private func explain(_ arguments: String..., input: [UInt8] = []) async throws -> ProgramResult {
        try await ExternalProgram.novatrace.run(["explain"] + arguments, input: input)
    }

    @Test(arguments: [
        ("boot-ok", 0, "completed: active on compute1"), ("boot-midstream", 0, "completed: active on compute2"),
        ("boot-conductor-down", 0, "completed: active on compute1"), ("boot-novalidhost", 1, "failed: "),
    ])
    func `tells with its exit status whether every boot became active`(
        recording: String, status: Int, sentence: String
    ) async throws {
        let result = try await explain("captures/\(recording).pcap", "--width", "80")
        #expect(result.status == status)
        #expect(result.errors.isEmpty)
        #expect(result.output.contains("\n\(sentence)"))
        #expect(result.output.contains("look at next") == (status != 0))
    }

    @Test func `NoValidHost names step, log and placement`() async throws {
        let result = try await explain("captures/boot-novalidhost.pcap", "--width", "120")
        #expect(result.output.contains("✗ host selected"))
        #expect(
            result.output.contains(
                "grep req-743c42b8-a5a8-489b-8855-c55a992c2118 /var/log/nova/nova-scheduler.log"))
        #expect(result.output.contains("openstack allocation candidate list"))
    }

    @Test func `without a boot it is 2, in one sentence`() async throws {
        let result = try await explain("captures/lifecycle.pcap")
        #expect(result.status == 2)
        #expect(result.output.isEmpty)
        #expect(
            result.errors
                == "novatrace: no boot found: the capture holds 13 other operations (novatrace list shows them)\n")
    }

    @Test func `what is selected is explained, boot or not`() async throws {
        let result = try await explain("captures/lifecycle.pcap", "--request", "req-36098a02")
        #expect(result.status == 2)
        #expect(result.output.hasPrefix("live-migrate"))
        #expect(result.errors == "novatrace: no boot is selected\n")
        let nothing = try await explain("captures/boot-ok.pcap", "--instance", "nobody")
        #expect(nothing.status == 2)
        #expect(nothing.output.isEmpty)
        #expect(nothing.errors == "novatrace: no boot found: nothing matches the selection\n")
    }

    @Test func `a capture without packets, and one without AMQP, have their own answers`() async throws {
        let empty = try await explain("-", input: CaptureFileBuilder.pcap([]))
        #expect(empty.status == 2)
        #expect(empty.errors == "novatrace: no boot found: the capture holds no packets\n")
        var session = TCPSessionBuilder(server: .v4(2, port: 80))
        session.handshake()
        session.send(.client, Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
        let web = try await explain("-", input: CaptureFileBuilder.pcap(session.packets))
        #expect(web.status == 2)
        #expect(web.errors.hasPrefix("novatrace: no boot found: no AMQP in "), "\(web.errors)")
    }

    @Test func `another application's messages are told as such`() async throws {
        var session = TCPSessionBuilder()
        session.handshake()
        session.send(.client, AMQPBuilder.protocolHeader)
        session.send(.server, AMQPBuilder.start())
        session.send(.client, AMQPBuilder.startOk(connectionName: "celery", response: "secret"))
        session.send(.client, AMQPBuilder.channelOpen(1))
        session.send(.server, AMQPBuilder.channelOpenOk(1))
        let publish = AMQPBuilder.publish(1, exchange: "celery", routingKey: "celery")
        session.send(.client, publish + AMQPBuilder.content(1, Array("[[1], {}, {\"chain\": null}]".utf8)))
        let opaque = try await explain("-", input: CaptureFileBuilder.pcap(session.packets))
        #expect(opaque.status == 2)
        #expect(opaque.errors.contains("not oslo.messaging's"), "\(opaque.errors)")
        let body = OsloBuilder.request("pay", messageID: "m1", replyQueue: "reply_x", uniqueID: "u1")
        session.send(
            .client, AMQPBuilder.publish(1, exchange: "shop", routingKey: "till") + AMQPBuilder.content(1, body))
        let foreign = try await explain("-", input: CaptureFileBuilder.pcap(session.packets))
        #expect(foreign.status == 2)
        #expect(foreign.errors.contains("none of nova's services"), "\(foreign.errors)")
    }
}
