package import Trace

/// A value: the trace as JSON (`novatrace.trace/1`), one document or one object a line.
///
/// The contract: snake_case, times in RFC 3339 UTC with microseconds, absent means unknown, `null` means none, unknown
/// keys may be added. Ids are strings: `m17`, `c3`, `p2`, `call5`, `op1`. The schema stands beside this file.
package struct TraceJSON: Sendable {
    package enum Shape: Sendable {
        /// One document, indented.
        case document
        /// JSON Lines: one object a line, its first key `type`.
        case lines
    }

    let trace: BusTrace
    /// What to export; `nil` for everything.
    let selection: TraceSelection?
    /// Whether it has to be told of messages and operations in which they passed.
    let hasSeveralVirtualHosts: Bool

    /// - Parameter messages: where single messages are selected, those; they need not belong to an operation.
    package init(_ trace: BusTrace, operations: [OperationID]? = nil, messages: [MessageID]? = nil) {
        self.trace = trace
        hasSeveralVirtualHosts = trace.capture.virtualHosts.count > 1
        selection = operations.map { TraceSelection(trace, operations: $0, messages: messages) }
    }

    package func write(_ shape: Shape, to sink: @escaping OutputSink) {
        var json = JSONWriter(to: sink, pretty: shape == .document)
        switch shape {
        case .document: writeDocument(&json)
        case .lines: writeLines(&json)
        }
        json.flush()
    }

    private func writeDocument(_ json: inout JSONWriter) {
        json.object { json in
            json.key("schema")
            json.string(Self.schema)
            json.key("capture")
            json.object { captureMembers(&$0) }
            json.key("participants")
            json.array { json in
                for item in participants { json.object { members(of: item, &$0) } }
            }
            json.key("messages")
            json.array { json in
                for item in messages { json.object { members(of: item, &$0) } }
            }
            json.key("calls")
            json.array { json in
                for item in calls { json.object { members(of: item, &$0) } }
            }
            json.key("operations")
            json.array { json in
                for item in operations { json.object { members(of: item, &$0) } }
            }
        }
        json.endLine()
    }

    private func writeLines(_ json: inout JSONWriter) {
        json.line("capture") { json in
            json.key("schema")
            json.string(Self.schema)
            captureMembers(&json)
        }
        for item in participants { json.line("participant") { members(of: item, &$0) } }
        for item in messages { json.line("message") { members(of: item, &$0) } }
        for item in calls { json.line("call") { members(of: item, &$0) } }
        for item in operations { json.line("operation") { members(of: item, &$0) } }
    }

    static let schema = "novatrace.trace/1"

    private var participants: some Sequence<Participant> {
        trace.participants.lazy.filter { selection?.participants.contains($0.id) ?? true }
    }

    private var messages: some Sequence<Message> {
        trace.messages.lazy.filter { selection?.messages.contains($0.id) ?? true }
    }

    private var calls: some Sequence<Call> {
        trace.calls.lazy.filter { selection?.calls.contains($0.id) ?? true }
    }

    private var operations: some Sequence<Operation> {
        trace.operations.lazy.filter { selection?.operations.contains($0.id) ?? true }
    }
}

/// A value: some operations of a trace and everything they refer to, or of that some messages.
///
/// Ids of selected objects may name objects that are not selected.
struct TraceSelection {
    var operations: Set<OperationID>
    var messages: Set<MessageID> = []
    var calls: Set<CallID> = []
    var participants: Set<ParticipantID> = []

    init(_ trace: BusTrace, operations ids: [OperationID], messages selected: [MessageID]? = nil) {
        operations = Set(ids.filter { trace.operations.contains($0) })
        for id in operations {
            messages.formUnion(trace.operations[id].messages.filter(trace.messages.contains))
            let operation = trace.operations[id]
            participants.formUnion(operation.states.compactMap(\.participant))
            participants.formUnion(operation.steps.flatMap { [$0.from, $0.to] }.compactMap(\.self))
            if let participant = operation.diagnosis?.participant { participants.insert(participant) }
        }
        if let selected { messages = Set(selected.filter(trace.messages.contains)) }
        for id in messages {
            let message = trace.messages[id]
            if let call = trace.calls[ifKnown: message.call] { calls.insert(call.id) }
            participants.formUnion([message.from].compactMap { $0 } + message.deliveries.compactMap(\.to))
        }
        for id in calls {
            participants.formUnion([trace.calls[id].from, trace.calls[id].to].compactMap { $0 })
        }
    }
}

extension JSONWriter {
    /// One object on a line of its own, with its type.
    mutating func line(_ type: StaticString, _ members: (inout JSONWriter) -> Void) {
        object { json in
            json.key("type")
            json.string(type.description)
            members(&json)
        }
        endLine()
    }

    /// Members that are absent when not known.
    mutating func member(_ name: StaticString, _ value: String?) {
        guard let value else { return }
        key(name)
        string(value)
    }

    mutating func member(_ name: StaticString, _ value: Int?) {
        guard let value else { return }
        key(name)
        integer(value)
    }

    mutating func member(_ name: StaticString, _ value: Bool) {
        key(name)
        boolean(value)
    }

    mutating func member(_ name: StaticString, _ value: Timestamp?) {
        guard let value else { return }
        key(name)
        timestamp(value)
    }

    mutating func member(_ name: StaticString, seconds value: Nanoseconds?) {
        guard let value else { return }
        key(name)
        seconds(value)
    }

    mutating func member<Kind>(_ name: StaticString, id prefix: StaticString, _ id: TraceID<Kind>?) {
        guard let id else { return }
        key(name)
        self.id(prefix, id.index)
    }

    mutating func member<Kind>(_ name: StaticString, ids prefix: StaticString, _ ids: [TraceID<Kind>]) {
        key(name)
        row { json in
            for id in ids { json.id(prefix, id.index) }
        }
    }

    mutating func member(_ name: StaticString, _ values: [String]) {
        key(name)
        row { json in
            for value in values { json.string(value) }
        }
    }

    /// Absent when unknown, `null` when there is none.
    mutating func member(_ name: StaticString, _ value: Known<String>) {
        switch value {
        case .unknown: break
        case .none:
            key(name)
            null()
        case .some(let text): member(name, text)
        }
    }
}
