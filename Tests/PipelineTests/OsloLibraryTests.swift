import Foundation
import Pipeline
import Testing
import Trace

/// A recording of oslo.messaging 14.0.3 alone, one process that is client and server, against RabbitMQ 3.10.8 on port
/// 25673. The expected facts were read by a decoder that shares nothing with this one.
@Suite struct `A recording of the RPC library alone` {
    private func trace() throws -> BusTrace {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Fixtures/oslo-14.0.3.pcap.gz")
        return try TracePipeline.trace(of: [file.path(percentEncoded: false)])
    }

    @Test func `holds these messages, in this order`() throws {
        let found = try trace().messages.map { message in
            "\(message.kind.rawValue) \(message.title) \(message.bytes) "
                + "\(message.amqp?.exchange ?? "")/\(message.queue.prefix(15)) \(message.deliveries.count)"
        }
        #expect(
            found == [
                "call ping 803 nova/conductor 1", "reply ping 216 /reply_e70f56b7d 1",
                "call none 789 nova/conductor.host1 1", "reply none 203 /reply_e70f56b7d 1",
                "cast build_instances 688 nova/conductor 1", "fanout build_instances 688 conductor_fanout/ 1",
                "call fail 789 nova/conductor 1", "reply fail 1414 /reply_e70f56b7d 1",
                "call nosuch 791 nova/conductor 1", "reply nosuch 1047 /reply_e70f56b7d 1",
                "call slow 786 nova/conductor 1", "heartbeat slow 204 /reply_e70f56b7d 1",
                "heartbeat slow 204 /reply_e70f56b7d 1", "reply slow 207 /reply_e70f56b7d 1",
                "call big 300802 nova/conductor 1", "reply big 300203 /reply_e70f56b7d 1", "call x 785 nova/nobody 0",
                "cast x 656 nova/nobody2 0",
                "notification compute.instance.update 718 nova/notifications.i 0",
                "notification instance.update 590 nova/versioned_notif 0",
            ])
    }

    @Test func `every call ends as the client saw it`() throws {
        let calls = try trace().calls
        #expect(calls.map(\.title) == ["ping", "none", "fail", "nosuch", "slow", "big", "x"])
        #expect(calls.map(\.outcome) == [.ok, .ok, .error, .error, .ok, .ok, .timedOut])
        #expect(calls.map(\.heartbeats) == [0, 0, 0, 0, 2, 0, 0])
        #expect(calls.map(\.error?.className) == [nil, nil, "NoHost", "NoSuchMethod", nil, nil, nil])
        #expect(calls[3].error?.module == "oslo_messaging.rpc.dispatcher")
        #expect(calls.allSatisfy { $0.duplicateReplies == 0 && !$0.isLate })
        let latencies = calls.compactMap(\.latency).map { $0 / 1000 }
        #expect(latencies == [18075, 29796, 23199, 35236, 5_010_207, 12650])
    }

    @Test func `what the broker gave back, confirmed and delivered is said, and no more`() throws {
        let trace = try trace()
        let returned = trace.messages.filter { $0.returned != nil }
        #expect(returned.map(\.title) == ["x"])
        #expect(returned.first?.returned == Returned(code: 312, text: "NO_ROUTE"))
        #expect(trace.messages.allSatisfy { $0.amqp?.confirmedAt != nil })
        #expect(trace.messages.flatMap(\.deliveries).allSatisfy { $0.acknowledgedAt != nil && !$0.redelivered })
        #expect(trace.messages.allSatisfy { $0.amqp?.republished == 0 && !$0.isTruncated })
        #expect(trace.capture.anomalies.isEmpty)
        #expect(trace.capture.connections.map(\.bytes) == trace.capture.connections.map(\.bytesDecoded))
    }

    @Test func `five connections are one process`() throws {
        let trace = try trace()
        #expect(trace.capture.connections.count == 5)
        #expect(trace.participants.map(\.pid) == [26850])
        #expect(trace.participants.first?.host == "host1")
    }
}
