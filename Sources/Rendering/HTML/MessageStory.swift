import Trace

/// A view of what the panel shows of one message, all of it in words: the script only lays it out.
///
///     {"title", "kind", "from", "to": […], "problems": […], "sections": [[name, [[label, value, remark]…]]…],
///      "parts": [[label, text, nanoseconds]…], "peer": message, "body" or "absent"}
struct MessageStory {
    let row: MessageTable.Row
    let page: HTMLPage
    /// Of the operation.
    let start: Timestamp

    /// Deliveries and packets that are listed; of further ones the number is said.
    private static let listed = 100

    private typealias Fact = (label: String, value: String, remark: String)

    private var message: Message { row.message }
    private var trace: BusTrace { page.trace }
    private var glyphs: GlyphTable { page.glyphs }

    func write(to json: inout JSONWriter) {
        json.member("title", safe(row.title))
        json.member("kind", message.kind.rawValue)
        json.member("from", safe(row.from ?? "unknown sender"))
        json.member("to", receivers.map(safe))
        json.member("problems", row.remarks.map(safe))
        json.key("sections")
        json.array { json in
            section("Times", times, &json)
            section("Call", callFacts, &json)
            section("Message", messageFacts, &json)
            section("Ids", ids, &json)
            section("On the wire", wire, &json)
        }
        writeParts(to: &json)
        if let call = row.call, let peer = message.kind == .call ? call.reply : call.request {
            json.member("peer", peer.index)
        }
        if let detail = message.detail {
            json.member("body", safe(detail))
        } else {
            json.member("absent", absence)
        }
    }

    private func safe(_ text: String) -> String { glyphs.text(text).string }

    private var receivers: [String] {
        if !row.to.isEmpty { return row.to }
        return [row.missed.map { "nobody (\($0))" } ?? "nobody"]
    }

    private var absence: String {
        if message.kind == .opaque {
            return "not a message of oslo.messaging" + (message.facts?.content.map { ": \($0)" } ?? "")
        }
        return page.extract.options.detail == .none ? "not kept" : "not kept, or not readable"
    }

    // MARK: Facts

    private var times: [Fact] {
        var facts: [Fact] = []
        if let at = message.publishedAt {
            facts.append(("published", clock(at), "\(glyphs.seconds(at - start)) s from the start"))
        }
        facts.append(fact("confirmed", message.amqp?.confirmedAt))
        facts.append(fact("refused", message.amqp?.refusedAt))
        for delivery in message.deliveries.prefix(Self.listed) {
            let again = delivery.redelivered ? "redelivered" : "delivered"
            let to = message.deliveries.count > 1 ? delivery.to.flatMap(label).map { " to \($0)" } ?? "" : ""
            facts.append(fact(again + to, delivery.at))
            if let acknowledged = delivery.acknowledgedAt {
                facts.append(
                    ("acknowledged", clock(acknowledged), "\(glyphs.duration(acknowledged - delivery.at)) after that"))
            }
            if let rejected = delivery.rejectedAt {
                facts.append(
                    (
                        "rejected", clock(rejected),
                        delivery.settlement == .requeued ? "to be given out again" : "without requeue"
                    ))
            }
        }
        if message.deliveries.count > Self.listed {
            facts.append(("and", counted(message.deliveries.count - Self.listed, "more delivery"), ""))
        }
        return facts
    }

    private var callFacts: [Fact] {
        guard let call = row.call else { return [] }
        var facts: [Fact] = [("outcome", call.outcome.rawValue.replacing("_", with: " "), "")]
        facts.append(fact("latency", call.latency.map(glyphs.duration)))
        facts.append(fact("service time", call.serviceTime.map(glyphs.duration)))
        facts.append(fact("broker time", call.brokerTime.map(glyphs.duration), "both ways"))
        facts.append(fact("caller waits for", message.timeout.map(glyphs.duration)))
        facts.append(fact("heartbeats", call.heartbeats > 0 ? "\(call.heartbeats)" : nil))
        facts.append(fact("the answer", call.replyFate.map { $0 == .late ? "came too late" : $0.rawValue }))
        facts.append(fact("answered", call.replyAttempts > 1 ? "\(call.replyAttempts) times" : nil))
        facts.append(fact("further answers", call.duplicateReplies > 0 ? "\(call.duplicateReplies)" : nil))
        if let error = call.error {
            facts.append(fact("failure", error.className, error.module ?? ""))
            facts.append(fact("text", error.message))
        }
        return facts
    }

    private var messageFacts: [Fact] {
        var facts = [
            fact("method", message.method), fact("object method", message.objectMethod),
            fact("event type", message.eventType), fact("events", joined(message.events.map(\.title))),
            fact("priority", message.priority), fact("publisher", message.publisherID),
            fact("namespace", message.namespace), fact("version", message.version),
            fact("instance", joined(message.names(in: trace.instanceNames).compactMap(\.self), ", ")),
            fact("uuid", joined(message.instances)),
            fact("sets", message.stateChange.map(\.words)),
        ]
        facts.append(
            fact("size", counted(message.bytes, "byte"), message.isTruncated ? "cut short by the capture" : ""))
        return facts
    }

    private var ids: [Fact] {
        [
            fact("_unique_id", message.uniqueID), fact("_msg_id", message.messageID),
            fact("_reply_q", message.amqp?.replyQueue), fact("request", message.requestID),
            fact("global request", message.globalRequestID),
        ]
    }

    private var wire: [Fact] {
        var facts = [
            fact("exchange", message.amqp.map { $0.exchange.isEmpty ? "(default)" : $0.exchange }),
            fact("routing key", message.amqp?.routingKey), fact("connection", connection),
            fact("published again", message.amqp.flatMap { $0.republished > 0 ? "\($0.republished) times" : nil }),
        ]
        var sources: [Int32] = []
        for packet in message.packets where !sources.contains(packet.source) { sources.append(packet.source) }
        for source in sources.prefix(Self.listed) {
            let numbers = message.packets.filter { $0.source == source }.map(\.number)
            let more = numbers.count > Self.listed ? " and \(numbers.count - Self.listed) more" : ""
            let isNamed = trace.capture.sources.count > 1 && trace.capture.sources.indices.contains(Int(source))
            facts.append(
                fact(
                    numbers.count == 1 ? "packet" : "packets",
                    runs(of: Array(numbers.prefix(Self.listed))) + more,
                    isNamed ? trace.capture.sources[Int(source)].path : ""))
        }
        return facts
    }

    private var connection: String? {
        guard let connection = trace.capture.connections[ifKnown: message.connection] else { return nil }
        return "\(connection.client) \(glyphs.arrow) \(connection.server)"
    }

    // MARK: Forms

    /// Without a value it is left out.
    private func fact(_ label: String, _ value: String?, _ remark: String = "") -> Fact {
        (label, value ?? "", remark)
    }

    /// A moment, and how long after the publish.
    private func fact(_ label: String, _ at: Timestamp?) -> Fact {
        guard let at else { return (label, "", "") }
        return (label, clock(at), message.publishedAt.map { "\(glyphs.duration(at - $0)) after the publish" } ?? "")
    }

    private func clock(_ at: Timestamp) -> String { "\(at.clock) UTC" }

    private func joined(_ texts: [String], _ separator: String = " ") -> String? {
        let more = texts.count > Self.listed ? " and \(texts.count - Self.listed) more" : ""
        return texts.isEmpty ? nil : texts.prefix(Self.listed).joined(separator: separator) + more
    }

    private func label(_ participant: ParticipantID) -> String? { trace.label(of: participant) }

    private func section(_ name: String, _ facts: [Fact], _ json: inout JSONWriter) {
        let facts = facts.filter { !$0.value.isEmpty }
        guard !facts.isEmpty else { return }
        json.array { json in
            json.string(name)
            json.array { json in
                for fact in facts {
                    json.row { json in
                        json.string(safe(fact.label))
                        json.string(safe(fact.value))
                        if !fact.remark.isEmpty { json.string(safe(fact.remark)) }
                    }
                }
            }
        }
    }

    /// Where the time of a call went.
    private func writeParts(to json: inout JSONWriter) {
        guard let call = row.call, let service = call.serviceTime, let broker = call.brokerTime, service >= 0,
            broker >= 0
        else { return }
        json.key("parts")
        json.array { json in
            for (label, time) in [("service", service), ("broker", broker)] {
                json.row { json in
                    json.string(label)
                    json.string(glyphs.duration(time))
                    json.integer(Int(time.nanoseconds))
                }
            }
        }
    }
}

extension StateChange {
    /// E.g. `building, networking`.
    fileprivate var words: String {
        let task: String? = taskState == .none ? "no task" : taskState.value
        return [vmState.value, task, powerState.value, host.map { "on \($0)" }].compactMap { $0 }.joined(
            separator: ", ")
    }
}
