import Services
import Trace

extension Diagnosis {
    /// What steps, states and calls tell of an operation that nobody has diagnosed: the cause, who has to act, no evidence.
    init(inferredFrom operation: Operation, in trace: BusTrace) {
        let reader = OutcomeReader(operation: operation, trace: trace)
        self = reader.diagnosis
        step = operation.steps.last { $0.status == .done }?.name
    }
}

/// A view of an operation whose outcome is read from its steps and messages.
private struct OutcomeReader {
    let operation: Operation
    let trace: BusTrace

    var diagnosis: Diagnosis {
        switch operation.outcome {
        case .completed: Diagnosis(.completed)
        case .unknown: Diagnosis(.unclear)
        case .running: waiting(else: .underWay, as: .underWay)
        case .stuck: waiting(else: .unclear, as: nil)
        case .failed: failure
        }
    }

    private var messages: [Message] {
        operation.messages.compactMap { trace.messages[ifKnown: $0] }
    }

    private func call(of message: Message) -> Call? {
        trace.calls[ifKnown: message.call]
    }

    // MARK: Failure

    private var failure: Diagnosis {
        for message in messages {
            if message.returned != nil { return toward(message, .returned) }
            guard message.kind == .call, let call = call(of: message) else { continue }
            if call.outcome == .error { return toward(message, cause(of: call.error)) }
            if let cause = lostAnswer(call) { return toward(message, cause) }
            if call.outcome == .timedOut {
                return toward(message, message.deliveries.isEmpty ? .notTaken : .unanswered)
            }
        }
        return Diagnosis(.errorState)
    }

    private func lostAnswer(_ call: Call) -> Diagnosis.Cause? {
        guard !call.isAnswered, let fate = call.replyFate else { return nil }
        return fate == .late ? .answerLate : fate.isLost ? .answerLost : nil
    }

    private func cause(of error: RemoteFailure?) -> Diagnosis.Cause {
        switch error?.className {
        case "NoValidHost": .noValidHost
        case "MaxRetriesExceeded": .retriesExhausted
        case "BuildAbortException": .buildAborted
        case "UnexpectedTaskStateError", "UnexpectedDeletingTaskStateError": .rejectedTransition
        default: .remoteError
        }
    }

    // MARK: Waiting

    /// The first request that nobody was seen to take or to answer.
    private func waiting(else cause: Diagnosis.Cause, as fixed: Diagnosis.Cause?) -> Diagnosis {
        for message in messages {
            if message.kind == .cast, message.isUntaken { return toward(message, fixed ?? .notTaken) }
            if message.kind == .call, let call = call(of: message), !call.isAnswered {
                if let cause = lostAnswer(call) { return toward(message, fixed ?? cause) }
                return toward(message, fixed ?? (message.isUntaken ? .notTaken : .unanswered))
            }
        }
        return Diagnosis(cause)
    }

    /// Whoever took the message has to act, else who reads its topic.
    private func toward(_ message: Message, _ cause: Diagnosis.Cause) -> Diagnosis {
        var diagnosis = Diagnosis(cause)
        diagnosis.message = message.id
        diagnosis.participant = message.deliveries.last?.to ?? call(of: message)?.to
        if diagnosis.participant == nil {
            let topic = ServiceTopic(message.queue)
            (diagnosis.service, diagnosis.host) = (topic.service, topic.host)
            diagnosis.awaited = message.destination
        }
        return diagnosis
    }
}
