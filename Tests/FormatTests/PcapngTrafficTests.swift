import Foundation
import TestSupport
import Testing
import Trace

/// Traffic made for what the recordings do not hold.
@Suite struct `The packets of an operation, of made traffic,` {
    private let scratch: Scratch
    private let excerpt: String

    init() throws {
        scratch = try Scratch()
        excerpt = scratch.path("excerpt.pcapng")
    }

    private static let requests = [
        "req-aaaaaaaa-0000-4000-8000-000000000001", "req-bbbbbbbb-0000-4000-8000-000000000002",
    ]

    /// A publish, or a delivery, of a call or cast of one of the requests.
    private func message(
        _ number: Int, of request: Int, deliver: Bool = false, call: Bool = false, method: String = "do_it",
        size: Int = 900
    ) -> [UInt8] {
        let body = OsloBuilder.request(
            method, ["filling": .string(String(repeating: "x", count: size))],
            messageID: call ? "call\(number)" : nil, replyQueue: call ? "reply_1" : nil, uniqueID: "unique\(number)",
            context: OsloBuilder.context(requestID: Self.requests[request]))
        let start =
            deliver
            ? AMQPBuilder.deliver(1, tag: UInt64(number), exchange: "nova", routingKey: "conductor")
            : AMQPBuilder.publish(1, exchange: "nova", routingKey: "conductor")
        return start + AMQPBuilder.content(1, body)
    }

    private func capture(_ packets: [RecordedPacket], _ name: String = "capture.pcap") throws -> String {
        try scratch.write(name, CaptureFileBuilder.pcap(packets.sorted { $0.time < $1.time }))
    }

    private func export(_ arguments: String...) async throws {
        let result = try await ExternalProgram.novatrace.run(["export", "-o", excerpt] + arguments)
        #expect(result.status == 0, "\(result.errors)")
    }

    @Test func `come without the operations whose messages share packets with them`() async throws {
        var publisher = TCPSessionBuilder()
        var taker = TCPSessionBuilder(client: .v4(3, port: 40_001))
        let order = [0, 1, 1, 0, 1, 0, 0, 1, 1, 1, 0, 1]
        // One stream cut without regard for messages: nearly every packet ends in the middle of one.
        publisher.send(.client, order.indices.flatMap { message($0 + 1, of: order[$0]) }, segmentSize: 1448)
        taker.time = publisher.time
        taker.send(.server, order.indices.flatMap { message($0 + 1, of: order[$0], deliver: true) }, segmentSize: 2896)
        let path = try capture(publisher.packets + taker.packets)
        let original = try await ReplayedOperations(of: [path])
        #expect(original.descriptions.count == 2)
        for request in Self.requests {
            try await export(path, "--request", request)
            let replayed = try await ReplayedOperations(of: [excerpt])
            #expect(replayed.isExcerpt)
            #expect(replayed.descriptions == original.descriptions.filter { $0.key.contains(request) })
        }
    }

    @Test(arguments: [false, true])
    func `leave a verdict as careful as the capture makes it`(hasGap: Bool) async throws {
        var publisher = TCPSessionBuilder()
        publisher.send(.client, message(1, of: 0, call: true))
        publisher.send(.server, AMQPBuilder.ack(1, 7))
        var other = TCPSessionBuilder(client: .v4(3, port: 40_001), at: publisher.time)
        other.send(.client, AMQPBuilder.ack(1, 7))
        other.send(.server, message(2, of: 1, deliver: true))
        if hasGap { other.lose(.server, 5000) }
        other.time = other.time + .seconds(100)
        other.send(.server, message(3, of: 1, deliver: true))
        other.send(.server, message(4, of: 1, deliver: true))
        let path = try capture(publisher.packets + other.packets)
        let original = try await ReplayedOperations(of: [path], ["--request", "req-aaaaaaaa"])
        try await export(path, "--request", "req-aaaaaaaa")
        let replayed = try await ReplayedOperations(of: [excerpt], ["--request", "req-aaaaaaaa"])
        #expect(replayed.isExcerpt && original.verdicts.count == 1)
        #expect(replayed.verdicts == original.verdicts)
        #expect(replayed.descriptions == original.descriptions)
        #expect(original.verdicts.values.allSatisfy { $0.contains("lacks bytes") == hasGap }, "\(original.verdicts)")
    }

    @Test func `may be some messages only, which proves nothing`() async throws {
        var publisher = TCPSessionBuilder()
        publisher.send(.client, message(1, of: 0, call: true))
        publisher.send(.client, message(2, of: 0, method: "do_more"))
        publisher.time = publisher.time + .seconds(100)
        publisher.send(.client, message(3, of: 1))
        let path = try capture(publisher.packets)
        try await export(path, "--method", "do_it", "--request", "req-aaaaaaaa")
        let replayed = try await ReplayedOperations(of: [excerpt])
        #expect(replayed.isExcerpt && replayed.messageCount == 1)
        #expect(replayed.verdicts.values.allSatisfy { $0.contains("only some messages") }, "\(replayed.verdicts)")
    }

    @Test func `keep the link type of each`() async throws {
        var publisher = TCPSessionBuilder(clientSequence: 4_294_966_000)
        publisher.send(.client, message(1, of: 0, size: 4000))
        publisher.send(.client, message(2, of: 0, size: 4000))
        var taker = TCPSessionBuilder(client: .v4(3, port: 40_001), at: publisher.time)
        taker.send(.server, message(1, of: 0, deliver: true, size: 4000))
        taker.send(.server, message(2, of: 0, deliver: true, size: 4000))
        let packets =
            publisher.packets
            + taker.packets.map { RecordedPacket($0.time, Array($0.bytes.dropFirst(14)), interface: 1) }
        let path = try scratch.write(
            "capture.pcapng",
            CaptureFileBuilder.pcapng(packets, interfaces: [.init(linkType: 1), .init(linkType: 101, decimals: 9)]))
        let original = try await ReplayedOperations(of: [path])
        try await export(path, "--request", "req-aaaaaaaa")
        let replayed = try await ReplayedOperations(of: [excerpt])
        #expect(replayed.isExcerpt)
        #expect(replayed.messageCount == 2)
        #expect(replayed.descriptions == original.descriptions)
    }

    @Test func `name what is hostile visibly, in comments that end where they should`() async throws {
        var publisher = TCPSessionBuilder()
        let method = "do\u{1B}[31m\n\u{202E}; %0A participant id=9 \"<x>"
        publisher.send(.client, message(1, of: 0, method: method))
        let path = try capture(publisher.packets)
        let original = try await ReplayedOperations(of: [path])
        try await export(path)
        #expect(try await ReplayedOperations(of: [excerpt]).descriptions == original.descriptions)
        let text = String(decoding: try scratch.bytes("excerpt.pcapng"), as: UTF8.self)
        #expect(text.contains("do\\x1B[31m"))
        #expect(!text.contains("\u{1B}[31m\n"))
    }

    @Test func `are no excerpt any more when some were taken out`() async throws {
        guard let editcap = ExternalProgram.installed("editcap") else {
            return #expect(!ExternalProgram.mustBeInstalled, "editcap is missing (Debian: wireshark-common)")
        }
        try await export("captures/boot-novalidhost.pcap")
        let shorter = scratch.path("shorter.pcapng")
        let result = try await editcap.run([excerpt, shorter, "30-40"])
        #expect(result.status == 0, "\(result.errors)")
        #expect(try await !ReplayedOperations(of: [shorter]).isExcerpt)
        let copy = scratch.path("copy.pcapng")
        #expect(try await editcap.run([excerpt, copy]).status == 0)
        #expect(try await ReplayedOperations(of: [copy]).isExcerpt)
    }
}
