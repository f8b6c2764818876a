import Trace

/// A value: a table of an extract as comma-separated values: its columns in order, and how a row is written.
///
/// Column names are the keys of the JSON where there is one of the same meaning. What they hold is described in
/// `novatrace.csv-metadata.json` beside this file (W3C, Metadata Vocabulary for Tabular Data).
struct CSVTable<Row> {
    /// A value: a column: its name in the first record, and how the field of a row is written.
    struct Column {
        let name: String
        let write: (Row, BusTrace, inout CSVWriter) -> Void

        static func text(_ name: String, _ value: @escaping (Row, BusTrace) -> String?) -> Column {
            Column(name: name) { row, trace, csv in csv.field(value(row, trace)) }
        }

        static func number(_ name: String, _ value: @escaping (Row, BusTrace) -> Int?) -> Column {
            Column(name: name) { row, trace, csv in csv.field(value(row, trace)) }
        }

        static func seconds(_ name: String, _ value: @escaping (Row, BusTrace) -> Nanoseconds?) -> Column {
            Column(name: name) { row, trace, csv in csv.field(seconds: value(row, trace)) }
        }

        static func time(_ name: String, _ value: @escaping (Row, BusTrace) -> Timestamp?) -> Column {
            Column(name: name) { row, trace, csv in csv.field(value(row, trace)) }
        }
    }

    let columns: [Column]

    func write(_ rows: some Sequence<Row>, of trace: BusTrace, to sink: @escaping OutputSink) {
        var csv = CSVWriter(to: sink)
        for column in columns { csv.field(column.name) }
        csv.endRecord()
        for row in rows {
            for column in columns { column.write(row, trace, &csv) }
            csv.endRecord()
        }
        csv.flush()
    }
}

extension CSVTable<Call> {
    /// A row a call: who asked whom for what, how it ended, how long it took.
    static var calls: CSVTable<Call> {
        CSVTable(columns: [
            .text("id") { call, _ in "call\(call.id)" },
            .time("requested_at") { call, _ in call.requestedAt },
            .text("from") { call, trace in trace.label(of: call.from) },
            .text("to") { call, trace in trace.label(of: call.to) },
            .text("method") { call, _ in call.title },
            .text("outcome") { call, _ in call.outcome.rawValue },
            .seconds("latency") { call, _ in call.latency },
            .seconds("broker_time") { call, _ in call.brokerTime },
            .seconds("service_time") { call, _ in call.serviceTime },
            .time("replied_at") { call, _ in call.repliedAt },
            .number("heartbeats") { call, _ in call.heartbeats },
            .text("error_class") { call, _ in call.error?.className },
            .text("error_message") { call, _ in call.error?.message },
            .text("operation") { call, trace in trace.operation(of: call).map { "op\($0.id)" } },
            .text("kind") { call, trace in trace.operation(of: call)?.kind.rawValue },
            .text("instance_name") { call, trace in
                trace.request(of: call).flatMap(trace.instanceNames(of:)) ?? trace.operation(of: call)?.instanceName
            },
            .text("instances") { call, trace in trace.request(of: call)?.instances.joined(separator: " ") },
            .text("request_id") { call, trace in trace.request(of: call)?.requestID },
            .text("msg_id") { call, _ in call.messageID },
            .text("request") { call, _ in call.request.map { "m\($0)" } },
            .text("reply") { call, _ in call.reply.map { "m\($0)" } },
            .text("reply_fate") { call, _ in call.replyFate?.rawValue },
            .number("reply_attempts") { call, _ in call.replyAttempts > 1 ? call.replyAttempts : nil },
            .text("virtual_host") { call, trace in
                trace.request(of: call).flatMap { trace.scope(of: $0).virtualHost }
            },
        ])
    }
}

extension CSVTable<Message> {
    /// A row a message: who sent what to whom, when it was sent and taken.
    static var messages: CSVTable<Message> {
        CSVTable<Message>(columns: [
            .text("id") { message, _ in "m\(message.id)" },
            .time("published_at") { message, _ in message.publishedAt },
            .time("delivered_at") { message, _ in message.deliveries.first?.at },
            .text("from") { message, trace in trace.label(of: message.from) },
            .text("to") { message, trace in
                message.deliveries.map { trace.label(of: $0.to) ?? "?" }.joined(separator: " ")
            },
            .text("kind") { message, _ in message.kind.rawValue },
            .text("method") { message, _ in message.title },
            .text("events") { message, _ in message.events.map(\.name).joined(separator: " ") },
            .text("vm_state") { message, _ in message.stateChange?.vmState.value },
            .text("task_state") { message, _ in message.stateChange?.taskState.value },
            .text("power_state") { message, _ in message.stateChange?.powerState.value },
            .number("deliveries") { message, _ in message.deliveries.count },
            .number("redelivered") { message, _ in message.deliveries.count(where: \.redelivered) },
            .number("bytes") { message, _ in message.bytes },
            .text("exchange") { message, _ in message.amqp?.exchange },
            .text("routing_key") { message, _ in message.amqp?.routingKey },
            .number("returned_code") { message, _ in message.returned?.code },
            .text("returned_text") { message, _ in message.returned?.text },
            .text("error_class") { message, _ in
                message.failure?.className ?? message.facts?.fault?.className
            },
            .text("error_message") { message, _ in message.failure?.message ?? message.facts?.fault?.message },
            .text("operation") { message, _ in message.operation.map { "op\($0)" } },
            .text("call") { message, _ in message.call.map { "call\($0)" } },
            .text("instance_name") { message, trace in trace.instanceNames(of: message) },
            .text("instances") { message, _ in message.instances.joined(separator: " ") },
            .text("request_id") { message, _ in message.requestID },
            .text("msg_id") { message, _ in message.messageID },
            .text("unique_id") { message, _ in message.uniqueID },
            .text("packets") { message, trace in trace.packetWords(of: message)?.droppingNoun },
            .text("virtual_host") { message, trace in trace.scope(of: message).virtualHost },
        ])
    }
}

extension BusTrace {
    fileprivate func request(of call: Call) -> Message? {
        messages[ifKnown: call.request ?? call.reply]
    }

    /// What each of its instances is called, one after the other; `nil` where no name is known.
    fileprivate func instanceNames(of message: Message) -> String? {
        guard message.instances.count > 1 else { return message.instanceName }
        let names = message.names(in: instanceNames)
        return names.contains { $0 != nil } ? names.map { $0 ?? "?" }.joined(separator: "; ") : nil
    }

    fileprivate func operation(of call: Call) -> Operation? {
        operations[ifKnown: request(of: call)?.operation]
    }
}

extension String {
    /// Packet numbers without the word before them.
    fileprivate var droppingNoun: String {
        String(drop { !$0.isNumber })
    }
}
