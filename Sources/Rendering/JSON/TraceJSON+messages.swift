import Trace

extension TraceJSON {
    func members(of message: Message, _ json: inout JSONWriter) {
        let names = message.instances.count > 1 ? message.names(in: trace.instanceNames) : []
        members(of: message, named: names, &json)
    }

    /// - Parameter names: what its instances are called, in their order; told where there are several.
    func members(of message: Message, named names: [String?], _ json: inout JSONWriter) {
        json.member("id", id: "m", message.id)
        json.member("kind", message.kind.rawValue)
        json.member("unique_id", message.uniqueID)
        json.member("msg_id", message.messageID)
        json.member("reply_q", message.amqp?.replyQueue)
        json.member("method", message.method)
        json.member("object_method", message.objectMethod)
        json.member("namespace", message.namespace)
        json.member("version", message.version)
        json.member("event_type", message.eventType)
        json.member("priority", message.priority)
        json.member("publisher_id", message.publisherID)
        json.member("exchange", message.amqp?.exchange)
        json.member("routing_key", message.amqp?.routingKey)
        if hasSeveralVirtualHosts { json.member("virtual_host", trace.scope(of: message).virtualHost) }
        json.member("request_id", message.requestID)
        json.member("global_request_id", message.globalRequestID)
        json.member("instances", message.instances)
        json.member("instance_name", message.instanceName)
        if message.instances.count > 1, names.contains(where: { $0 != nil }) {
            json.key("instance_names")
            json.row { json in
                for name in names { name.map { json.string($0) } ?? json.null() }
            }
        }
        if let change = message.stateChange {
            json.key("state")
            json.object { stateMembers(of: change, &$0) }
        }
        if !message.events.isEmpty { json.member("events", message.events.map(\.name)) }
        json.member("from", id: "p", message.from)
        json.member("connection", id: "c", message.connection)
        json.member("published_at", message.publishedAt)
        json.member("confirmed_at", message.amqp?.confirmedAt)
        json.member("refused_at", message.amqp?.refusedAt)
        json.key("deliveries")
        json.array { json in
            for delivery in message.deliveries { json.object { members(of: delivery, &$0) } }
        }
        json.member("bytes", message.bytes)
        json.member("content", message.facts?.content)
        if message.isTruncated { json.member("truncated", true) }
        if let returned = message.returned {
            json.key("returned")
            json.object { json in
                json.member("code", returned.code)
                json.member("text", returned.text)
            }
        }
        if let failure = message.failure { write(failure, &json) }
        if let fault = message.facts?.fault {
            json.key("fault")
            json.object { json in
                json.member("class", fault.className)
                json.member("message", fault.message)
            }
        }
        json.member("expiration", seconds: message.amqp?.expiration)
        json.member("operation", id: "op", message.operation)
        json.member("call", id: "call", message.call)
        if message.isBackground { json.member("background", true) }
        if let times = message.amqp?.republished, times > 0 { json.member("republished", Int(times)) }
        writePackets(message.packets, &json)
        json.member("detail", message.detail)
    }

    private func members(of delivery: Delivery, _ json: inout JSONWriter) {
        json.member("to", id: "p", delivery.to)
        json.member("at", delivery.at)
        json.member("redelivered", delivery.redelivered)
        json.member("acked_at", delivery.acknowledgedAt)
        json.member("rejected_at", delivery.rejectedAt)
        if delivery.rejectedAt != nil { json.member("requeued", delivery.settlement == .requeued) }
        json.member("connection", id: "c", delivery.connection)
    }

    /// Packet numbers; with several sources also which source each is of, as an index into `capture.sources`.
    func writePackets(_ packets: [PacketReference], _ json: inout JSONWriter) {
        json.key("packets")
        json.row { json in
            for packet in packets { json.integer(Int(packet.number)) }
        }
        guard trace.capture.sources.count > 1 else { return }
        json.key("packet_sources")
        json.row { json in
            for packet in packets { json.integer(Int(packet.source)) }
        }
    }

    private func write(_ failure: RemoteFailure, _ json: inout JSONWriter) {
        json.key("error")
        json.object { json in
            json.member("class", failure.className)
            json.member("module", failure.module)
            json.member("message", failure.message)
        }
    }

    func members(of call: Call, _ json: inout JSONWriter) {
        json.member("id", id: "call", call.id)
        json.member("msg_id", call.messageID)
        json.member("method", call.method)
        json.member("object_method", call.objectMethod)
        json.member("from", id: "p", call.from)
        json.member("to", id: "p", call.to)
        json.member("request", id: "m", call.request)
        json.member("reply", id: "m", call.reply)
        json.member("outcome", call.outcome.rawValue)
        json.member("requested_at", call.requestedAt)
        json.member("replied_at", call.repliedAt)
        json.member("latency", seconds: call.latency)
        json.member("broker_time", seconds: call.brokerTime)
        json.member("service_time", seconds: call.serviceTime)
        json.member("heartbeats", call.heartbeats)
        if call.duplicateReplies > 0 { json.member("duplicate_replies", call.duplicateReplies) }
        json.member("reply_fate", call.replyFate?.rawValue)
        if call.replyAttempts > 1 {
            json.member("reply_attempts", call.replyAttempts)
            json.member("first_reply_attempt_at", call.firstReplyAttemptAt)
            json.member("last_reply_attempt_at", call.lastReplyAttemptAt)
        }
        if call.isLate { json.member("late", true) }
        if let failure = call.error { write(failure, &json) }
    }
}
