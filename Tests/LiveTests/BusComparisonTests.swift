import Foundation
import TestSupport
import Testing

/// What judges the live tests is itself tested with an account and traces of a few lines.
@Suite struct `A trace is held against an account` {
    private static let account = #"""
        {"event":"sent","at":10,"service":"nova-api","host":"a","unique_id":"u1","msg_id":"m1","kind":"call","method":"get","topic":"compute","server":"host1","request_id":"req-1"}
        {"event":"result","at":11,"service":"nova-api","host":"a","unique_id":"u1","result":"ok"}
        {"event":"taken","at":10.2,"service":"nova-compute","host":"host1","unique_id":"u1","msg_id":"m1"}
        {"event":"sent","at":10.3,"service":"nova-compute","host":"host1","unique_id":"u2","msg_id":"m1","kind":"reply","method":"get","topic":"reply_1"}
        {"event":"result","at":10.4,"service":"nova-compute","host":"host1","unique_id":"u2","result":"ok"}
        {"event":"sent","at":12,"service":"nova-api","host":"a","unique_id":"u3","kind":"cast","method":"put","topic":"compute","request_id":"req-2"}
        {"event":"result","at":12,"service":"nova-api","host":"a","unique_id":"u3","result":"ok"}

        """#

    private static let trace = #"""
        {"capture":{"connections":[],"anomalies":[]},
         "participants":[{"id":"p0","label":"nova-api"},{"id":"p1","label":"nova-compute@host1"}],
         "messages":[
          {"id":"m0","kind":"call","unique_id":"u1","msg_id":"m1","method":"get","exchange":"nova","routing_key":"compute.host1","request_id":"req-1","from":"p0","published_at":"t","deliveries":[{"to":"p1"}]},
          {"id":"m1","kind":"reply","unique_id":"u2","msg_id":"m1","method":"get","exchange":"","routing_key":"reply_1","from":"p1","published_at":"t","deliveries":[{"to":"p0"}]},
          {"id":"m2","kind":"cast","unique_id":"u3","method":"put","exchange":"nova","routing_key":"compute","request_id":"req-2","from":"p0","published_at":"t","deliveries":[]}],
         "calls":[{"msg_id":"m1","outcome":"ok","from":"p0","to":"p1","reply":"m1","latency":0.5,"heartbeats":0}]}
        """#

    private func differences(
        _ changes: [(String, String)] = [], from start: Double = 0, outage: ClosedRange<Date>? = nil
    ) throws -> [String] {
        var text = Self.trace
        for (old, new) in changes {
            try #require(text.contains(old))
            text = text.replacing(old, with: new)
        }
        return BusComparison.differences(
            between: try TraceDocument(Array(text.utf8)), and: try BusAccount([Data(Self.account.utf8)]),
            from: Date(timeIntervalSince1970: start), outage: outage)
    }

    @Test func `there is no difference when they agree`() throws {
        #expect(try differences() == [])
    }

    @Test(arguments: [
        (
            #""unique_id":"u3""#, #""unique_id":"u4""#,
            ["cast m2 was sent by nobody", "cast put u3 of nova-api is missing"]
        ),
        (#""kind":"cast""#, #""kind":"fanout""#, ["cast put u3 of nova-api has kind fanout, not cast"]),
        (#""req-2""#, #""req-1""#, ["cast put u3 of nova-api has request req-1, not req-2"]),
        (
            #""routing_key":"compute","#, #""routing_key":"x","#,
            ["cast put u3 of nova-api has routing key x, not compute"]
        ),
        (#""latency":0.5,"#, "", ["call get u1 of nova-api has a wrong latency"]),
        (#""outcome":"ok""#, #""outcome":"error""#, ["call get u1 of nova-api is error, not ok"]),
        (#""heartbeats":0"#, #""heartbeats":1"#, ["call get u1 of nova-api has 1 heartbeats, not 0"]),
        (#""from":"p0","to":"p1""#, #""from":"p1","to":"p1""#, ["call get u1 of nova-api has another caller"]),
        (#""from":"p0","to":"p1""#, #""from":"p0","to":"p0""#, ["call get u1 of nova-api has another server"]),
        (#"[{"to":"p1"}]"#, "[]", [#"call get u1 of nova-api is delivered to [], not ["nova-compute@host1"]"#]),
        (
            #"{"msg_id":"m1","outcome""#, #"{"msg_id":"m2","outcome""#,
            ["call get u1 of nova-api is 0 calls", "call m2 was made by nobody"]
        ),
    ])
    func `every difference is said`(old: String, new: String, expected: [String]) throws {
        #expect(try differences([(old, new)]) == expected)
    }

    @Test func `what was sent before the recording began may be missing or there`() throws {
        let change = (
            #"{"msg_id":"m1","outcome":"ok","from":"p0","to":"p1","reply":"m1","latency":0.5,"heartbeats":0}"#, ""
        )
        #expect(try differences([change]).count == 1)
        #expect(try differences([change], from: 11) == [])
    }

    @Test func `what was on its way when the broker went away may be missing`() throws {
        let change = (#""unique_id":"u3""#, #""unique_id":"u1""#)
        let outage = Date(timeIntervalSince1970: 13)...Date(timeIntervalSince1970: 14)
        #expect(try differences([change]).contains("cast put u3 of nova-api is missing"))
        #expect(try !differences([change], outage: outage).contains("cast put u3 of nova-api is missing"))
    }
}
