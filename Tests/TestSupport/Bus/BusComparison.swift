package import Foundation

/// A machine that holds a trace against the account of the clients and says where the two differ.
///
/// Messages and calls are joined by `_unique_id` and `_msg_id`. Everything that the clients sent from `start` on must be in
/// the trace, once and as they say; the trace must hold nothing that is in no account.
package struct BusComparison {
    private let trace: TraceDocument
    private let account: BusAccount
    private let labels: [String: String]
    /// When the recorder was ready.
    private let start: Date
    /// When the broker was away. What was on its way then may have been lost, at any place on its way.
    private let outage: ClosedRange<Date>?
    private var differences: [String] = []

    /// Sentences about each difference; none when the two agree.
    package static func differences(
        between trace: TraceDocument, and account: BusAccount, from start: Date,
        outage: ClosedRange<Date>? = nil
    ) -> [String] {
        var comparison = BusComparison(trace: trace, account: account, start: start, outage: outage)
        comparison.compareMessages()
        comparison.compareCalls()
        return comparison.differences.sorted()
    }

    private init(trace: TraceDocument, account: BusAccount, start: Date, outage: ClosedRange<Date>?) {
        (self.trace, self.account, self.start, self.outage) = (trace, account, start, outage)
        labels = Dictionary(trace.participants.map { ($0.id, $0.label) }) { first, _ in first }
    }

    // MARK: Messages

    private mutating func compareMessages() {
        for message in trace.messages where account.sent[message.uniqueId ?? ""] == nil {
            differ("\(message.kind) \(message.id) was sent by nobody")
        }
        let found = Dictionary(grouping: trace.messages, by: { $0.uniqueId ?? "" })
        for sent in account.sent.values where sent.at >= start {
            let messages = found[sent.uniqueID] ?? []
            guard let message = messages.first else {
                if !wasOnItsWay(sent), sent.result != "failed" { differ("\(name(sent)) is missing") }
                continue
            }
            if messages.count > 1 { differ("\(name(sent)) is there \(messages.count) times") }
            compare(message, sent)
        }
    }

    private mutating func compare(_ message: TraceDocument.Message, _ sent: BusAccount.Sent) {
        func expect(_ what: String, _ found: String?, _ expected: String?) {
            if found != expected { differ("\(name(sent)) has \(what) \(found ?? "none"), not \(expected ?? "none")") }
        }
        expect("kind", message.kind, sent.kind)
        expect("_msg_id", message.msgId, sent.messageID)
        expect("method", message.method, sent.method)
        expect("event type", message.eventType, sent.eventType)
        expect("sender", message.from.flatMap { labels[$0] }, sent.sender)
        switch sent.kind {
        case "fanout": expect("exchange", message.exchange, sent.topic + "_fanout")
        default:
            expect("routing key", message.routingKey, sent.server.map { "\(sent.topic).\($0)" } ?? sent.topic)
        }
        guard sent.kind != "reply", sent.kind != "heartbeat" else { return }
        expect("request", message.requestId, sent.requestID)
        if message.publishedAt == nil { differ("\(name(sent)) has no publish") }
        guard !wasOnItsWay(sent) else { return }
        let receivers = message.deliveries.map { $0.to.flatMap { labels[$0] } ?? "nobody" }.sorted()
        let takers = (account.takers[sent.uniqueID] ?? []).sorted()
        if receivers != takers { differ("\(name(sent)) is delivered to \(receivers), not \(takers)") }
    }

    // MARK: Calls

    private mutating func compareCalls() {
        let requests = Dictionary(
            account.sent.values.filter { $0.kind == "call" }.map { ($0.messageID ?? "", $0) }
        ) { first, _ in first }
        for call in trace.calls where requests[call.msgId] == nil {
            differ("call \(call.msgId) was made by nobody")
        }
        let found = Dictionary(grouping: trace.calls, by: \.msgId)
        for (messageID, request) in requests where request.at >= start {
            let calls = found[messageID] ?? []
            if calls.count == 1 {
                compare(calls[0], request)
            } else if !(calls.isEmpty && wasOnItsWay(request)) {
                differ("\(name(request)) is \(calls.count) calls")
            }
        }
    }

    private mutating func compare(_ call: TraceDocument.Call, _ request: BusAccount.Sent) {
        let isAnswered = ["ok", "error"].contains(call.outcome)
        if call.from.flatMap({ labels[$0] }) != request.sender { differ("\(name(request)) has another caller") }
        if isAnswered && call.reply == nil { differ("\(name(request)) has no reply") }
        if (call.reply != nil) != (call.latency ?? 0 > 0) { differ("\(name(request)) has a wrong latency") }
        if wasOnItsWay(request), request.result != "ok" { return }
        if call.outcome != request.result {
            differ("\(name(request)) is \(call.outcome), not \(request.result ?? "open")")
        }
        if call.error?.class != request.error.flatMap({ call.outcome == "error" ? $0 : nil }) {
            differ("\(name(request)) failed with \(call.error?.class ?? "nothing")")
        }
        let heartbeats = account.sent.values.count { $0.kind == "heartbeat" && $0.messageID == request.messageID }
        if call.heartbeats != heartbeats {
            differ("\(name(request)) has \(call.heartbeats) heartbeats, not \(heartbeats)")
        }
        let server = account.takers[request.uniqueID]?.first
        if let server, call.to.flatMap({ labels[$0] }) != server { differ("\(name(request)) has another server") }
    }

    // MARK: Words

    /// Whether the broker was away between a message's sending and its end.
    private func wasOnItsWay(_ sent: BusAccount.Sent) -> Bool {
        guard let outage else { return false }
        let isRequest = sent.kind == "cast" || sent.kind == "fanout"
        let end = isRequest ? sent.at.addingTimeInterval(2) : sent.endedAt ?? .distantFuture
        return sent.at <= outage.upperBound && end >= outage.lowerBound
    }

    private func name(_ sent: BusAccount.Sent) -> String {
        "\(sent.kind) \(sent.method ?? sent.eventType ?? "") \(sent.uniqueID.prefix(8)) of \(sent.sender)"
    }

    private mutating func differ(_ sentence: String) {
        differences.append(sentence)
    }
}
