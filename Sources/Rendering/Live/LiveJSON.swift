import Diagnosis
import Trace

/// A machine that writes what becomes clear of the bus as JSON Lines: the objects of `novatrace.trace/1`, as they are
/// finished.
///
/// A participant's line comes before the first that names it, and again when more is known of it; of lines with the same
/// `type` and `id` the last one counts. What the capture was and which operations it holds comes at the end.
package struct LiveJSON: LiveRenderer {
    private var output: JSONWriter
    private var told: [Int: Participant] = [:]
    private let json = TraceJSON(BusTrace())

    package init(to sink: @escaping OutputSink) {
        output = JSONWriter(to: sink, pretty: false)
    }

    package var tellsCompletion: Bool { true }

    package mutating func write(_ event: BusEvent) {
        guard [.settled, .unanswered, .answerLost, .trouble, .stuck, .silent].contains(event.kind) else { return }
        if let sentence = event.sentence {
            // Its participant has the id of a trace that is not kept.
            return output.line("standstill") { json.members(of: event, sentence, &$0) }
        }
        for participant in ([event.from].compactMap { $0 } + event.to) where told[participant.id] != participant {
            told[participant.id] = participant
            output.line("participant") { json.members(of: participant, &$0) }
        }
        if let incident = event.incident {
            output.line("incident") { json.incidentMembers(incident, client: event.from?.label, &$0) }
        }
        if event.kind == .settled, let message = event.message {
            output.line("message") { json.members(of: message, named: event.instanceNames, &$0) }
        }
        if let call = event.call, event.message == nil || event.message?.kind == .reply || event.kind == .unanswered {
            output.line("call") { json.members(of: call, &$0) }
        }
    }

    package mutating func flush() { output.flush() }

    package mutating func end(
        _ trace: BusTrace, operations: [OperationID]?, messages: [MessageID]?, origin: TraceOrigin
    ) {
        let json = TraceJSON(trace.renamed(to: origin))
        let troubles = trace.connectionTroubles.map { $0.renamed(to: origin) }
        let silent = trace.silentServices.map { $0.renamed(to: origin) }
        output.line("capture") { line in
            line.key("schema")
            line.string(TraceJSON.schema)
            json.captureMembers(&line, troubles: troubles, silent: silent)
        }
        let wanted = operations.map(Set.init)
        for operation in json.trace.operations where wanted?.contains(operation.id) ?? true {
            output.line("operation") { json.members(of: operation, &$0) }
        }
        flush()
    }
}

extension ConnectionTrouble {
    fileprivate func renamed(to origin: TraceOrigin) -> ConnectionTrouble {
        var trouble = self
        trouble.connections = connections.compactMap {
            origin.connections.indices.contains($0) ? origin.connections[$0] : nil
        }
        trouble.participants = participants.compactMap {
            origin.participants.indices.contains($0) ? origin.participants[$0] : nil
        }
        return trouble
    }
}

extension SilentService {
    fileprivate func renamed(to origin: TraceOrigin) -> SilentService {
        var service = self
        if origin.participants.indices.contains(participant) { service.participant = origin.participants[participant] }
        return service
    }
}

extension BusTrace {
    /// The capture and the operations with the ids that what they refer to had before.
    fileprivate func renamed(to origin: TraceOrigin) -> BusTrace {
        func renamed(_ id: Int?, _ names: [Int]) -> Int? { id.flatMap { names.indices.contains($0) ? names[$0] : nil } }
        func renamed<Kind>(_ id: TraceID<Kind>?, _ names: [TraceID<Kind>]) -> TraceID<Kind>? {
            id.flatMap { names.indices.contains($0.index) ? names[$0.index] : nil }
        }
        func renamed(_ ids: [MessageID]) -> [MessageID] { ids.compactMap { renamed($0, origin.messages) } }
        var trace = BusTrace()
        trace.capture = capture
        for (index, connection) in capture.connections.enumerated() {
            trace.capture.connections[index].id = renamed(connection.id, origin.connections) ?? connection.id
            trace.capture.connections[index].participant = renamed(connection.participant, origin.participants)
        }
        for index in trace.capture.anomalies.indices {
            trace.capture.anomalies[index].connection = renamed(
                capture.anomalies[index].connection, origin.connections)
        }
        trace.operations = operations
        for index in operations.indices {
            trace.operations[index].messages = renamed(operations[index].messages)
            for (place, step) in operations[index].steps.enumerated() {
                trace.operations[index].steps[place].from = renamed(step.from, origin.participants)
                trace.operations[index].steps[place].to = renamed(step.to, origin.participants)
                trace.operations[index].steps[place].messages = renamed(step.messages)
            }
            for (place, note) in operations[index].states.enumerated() {
                trace.operations[index].states[place].message = renamed(note.message, origin.messages) ?? note.message
                trace.operations[index].states[place].participant = renamed(note.participant, origin.participants)
            }
            trace.operations[index].diagnosis = operations[index].diagnosis.map { diagnosis in
                var diagnosis = diagnosis
                diagnosis.message = renamed(diagnosis.message, origin.messages)
                diagnosis.participant = renamed(diagnosis.participant, origin.participants)
                for place in diagnosis.evidence.indices {
                    diagnosis.evidence[place].message = renamed(diagnosis.evidence[place].message, origin.messages)
                }
                return diagnosis
            }
        }
        return trace
    }
}
