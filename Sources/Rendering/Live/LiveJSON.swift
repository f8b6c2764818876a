import Diagnosis
package import Trace

/// A machine that writes what becomes clear of the bus as JSON Lines: the objects of `novatrace.trace/1`, as they are
/// finished.
///
/// A participant's line comes before the first that names it, and again when more is known of it; of lines with the same
/// `type` and `id` the last one counts. What the capture was and which operations it holds comes at the end.
package struct LiveJSON: LiveRenderer {
    private var output: JSONWriter
    private var told: [ParticipantID: Participant] = [:]
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

extension TraceID {
    fileprivate func renamed(by names: [Self]) -> Self? { names.indices.contains(index) ? names[index] : nil }
}

extension Array {
    fileprivate func renamed<Kind>(by names: Self) -> Self where Element == TraceID<Kind> {
        compactMap { $0.renamed(by: names) }
    }
}

extension ConnectionTrouble {
    fileprivate func renamed(to origin: TraceOrigin) -> ConnectionTrouble {
        var trouble = self
        trouble.connections = connections.renamed(by: origin.connections)
        trouble.participants = participants.renamed(by: origin.participants)
        return trouble
    }
}

extension SilentService {
    fileprivate func renamed(to origin: TraceOrigin) -> SilentService {
        var service = self
        service.participant = participant.renamed(by: origin.participants) ?? participant
        return service
    }
}

extension BusTrace {
    /// The capture and the operations with the ids that what they refer to had before.
    fileprivate func renamed(to origin: TraceOrigin) -> BusTrace {
        var trace = BusTrace()
        trace.capture = capture
        for (index, connection) in capture.connections.enumerated() {
            trace.capture.connections[index].id = connection.id.renamed(by: origin.connections) ?? connection.id
            trace.capture.connections[index].participant = connection.participant?.renamed(by: origin.participants)
        }
        for index in trace.capture.anomalies.indices {
            trace.capture.anomalies[index].connection = capture.anomalies[index].connection?.renamed(
                by: origin.connections)
        }
        trace.operations = operations
        for index in operations.indices {
            trace.operations[index].messages = operations[index].messages.renamed(by: origin.messages)
            for (place, step) in operations[index].steps.enumerated() {
                trace.operations[index].steps[place].from = step.from?.renamed(by: origin.participants)
                trace.operations[index].steps[place].to = step.to?.renamed(by: origin.participants)
                trace.operations[index].steps[place].messages = step.messages.renamed(by: origin.messages)
            }
            for (place, note) in operations[index].states.enumerated() {
                trace.operations[index].states[place].message =
                    note.message.renamed(by: origin.messages) ?? note.message
                trace.operations[index].states[place].participant = note.participant?.renamed(by: origin.participants)
            }
            trace.operations[index].diagnosis = operations[index].diagnosis.map { diagnosis in
                var diagnosis = diagnosis
                diagnosis.message = diagnosis.message?.renamed(by: origin.messages)
                diagnosis.participant = diagnosis.participant?.renamed(by: origin.participants)
                for place in diagnosis.evidence.indices {
                    diagnosis.evidence[place].message = diagnosis.evidence[place].message?.renamed(by: origin.messages)
                }
                return diagnosis
            }
        }
        return trace
    }
}
