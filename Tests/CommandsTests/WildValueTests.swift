import Foundation
import TestSupport
import Testing
import Trace

/// Numbers, times and names in packets that the formats which are written have no place for.
@Suite struct `Values that no output has a place for` {
    /// A call whose properties hold what AMQP allows and JSON does not.
    private static func packets(at time: Timestamp) -> [RecordedPacket] {
        var session = TCPSessionBuilder(at: time)
        session.interval = 0
        session.handshake()
        session.send(.client, AMQPBuilder.protocolHeader)
        session.send(.server, AMQPBuilder.start())
        session.send(.client, AMQPBuilder.channelOpen(1))
        session.send(.server, AMQPBuilder.channelOpenOk(1))
        let headers = [
            AMQPBuilder.entry("nan", "d", [0x7F, 0xF8, 0, 0, 0, 0, 0, 0]),
            AMQPBuilder.entry("infinite", "f", [0xFF, 0x80, 0, 0]),
            AMQPBuilder.entry("late", "T", [UInt8](repeating: 0xFF, count: 8)), [2, 0xC3, 0x28, 0x56],
        ]
        let properties = AMQPBuilder().shortstr("application/json").table(headers).longlong(.max).bytes
        let message =
            #"{"method": "m\ud800", "args": {"a": NaN, "b": [Infinity, -Infinity], "c": 1e999}, "_unique_id": "u"}"#
        let body = OsloBuilder.envelope(message)
        session.send(
            .client,
            AMQPBuilder.publish(1, exchange: "nova", routingKey: "conductor")
                + AMQPBuilder.header(1, bodySize: UInt64(body.count), flags: 0xA040, properties: properties)
                + AMQPBuilder.body(1, body))
        return session.packets
    }

    /// Before 1970, in 2106, the last that nanoseconds can say, and a count that no date is.
    private static let times: [Int64] = [-1, 4_294_967_295_999_999_999, .max, .min]

    @Test(arguments: times)
    func `become what JSON has, and times of four-digit years`(nanoseconds: Int64) async throws {
        let capture = CaptureFileBuilder.pcapng(
            Self.packets(at: Timestamp(nanoseconds: nanoseconds)), interfaces: [.init(decimals: 9)])
        for format in ["json", "jsonl"] {
            let result = try await ExternalProgram.novatrace.run(
                ["export", "--format", format, "--all", "--detail", "full", "-"], input: capture)
            #expect(result.output.contains("m\u{FFFD}"))
            for document in format == "json" ? [result.output[...]] : result.output.split(separator: "\n") {
                _ = try JSONSerialization.jsonObject(with: Data(document.utf8))
            }
            let times = result.output.matches(of: #/"([0-9+-]+)-[0-9]+-[0-9]+T[0-9:.]+Z"/#).map(\.1)
            #expect(!times.isEmpty && times.allSatisfy { $0.count == 4 }, "\(Set(times))")
        }
        for command in [["list"], ["replay", "--all", "--detail", "full"], ["connections"], ["stats"]] {
            let result = try await ExternalProgram.novatrace.run(command + ["-"], input: capture)
            #expect([0, 1].contains(result.status), "\(command) \(result.errors)")
        }
    }
}
