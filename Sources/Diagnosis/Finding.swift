import Operations
import Trace

/// A value: the answer to a question about an operation: its diagnosis, and that in one sentence.
struct Finding {
    var diagnosis: Diagnosis
    var sentence: String
    /// Place of the step that did not come.
    var awaitedStep: Int?

    /// What every diagnosis says: the step reached, the hosts that were tried, what took long.
    init(_ cause: Diagnosis.Cause, _ sentence: String, _ facts: Facts) {
        diagnosis = Diagnosis(cause)
        diagnosis.step = facts.lastDone.map { facts.operation.steps[$0].name }
        diagnosis.reschedules = facts.attempts.reschedules
        diagnosis.evidence = facts.reschedulings + facts.waitsEvidence
        self.sentence = sentence + facts.rescheduled
    }

    /// Names who has to act.
    mutating func blame(_ participant: Participant?, service: String? = nil, host: String? = nil) {
        diagnosis.participant = participant?.id
        diagnosis.service = participant?.service ?? service
        diagnosis.host = participant?.host ?? host
    }

    /// Puts evidence before what is there.
    mutating func prove(_ evidence: Diagnosis.Evidence...) {
        diagnosis.evidence.insert(contentsOf: evidence, at: 0)
    }
}

/// A value: one thing that may have become of an operation; `nil` when it has not.
///
/// A new cause is a file with a `static let` and a line in `inOrder`.
struct Question: Sendable {
    let answer: @Sendable (Facts) -> Finding?

    init(_ answer: @escaping @Sendable (Facts) -> Finding?) {
        self.answer = answer
    }

    /// Success before failure, since an operation may recover; failure before waiting, since nobody waits after it; the
    /// cause before its consequence, as a refused save before the error state that follows.
    private static let inOrder: [Question] = [
        .completed,
        .noValidHost, .retriesExhausted, .rejectedTransition, .buildAborted, .remoteError, .returned,
        .answerLost, .rolledBack,
        .errorState, .reportedFault, .reportedError, .givenUp,
        .cutShort,
        .brokerTrouble, .rejected, .notTaken, .notAcknowledged, .unanswered, .missingEvent, .silentTaker, .silentHolder,
        .answered,
        .underWay,
    ]

    static func answer(_ facts: Facts) -> Finding {
        for question in inOrder {
            if let finding = question.answer(facts) { return finding }
        }
        return .unclear(facts)
    }
}
