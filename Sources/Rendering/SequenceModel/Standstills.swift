import Trace

/// A value: where an operation stands still, or was given up.
package struct Standstill: Sendable, Equatable {
    /// Index into `SequenceDiagram.lanes` of who should have gone on.
    package var lane: Int?
    /// A few words, e.g. `waits for network-vif-plugged`.
    package var text: String
    package var qualifier: String?

    package init(lane: Int?, text: String) {
        self.lane = lane
        self.text = text
    }
}

extension SequenceBuilder {
    /// The place at which the diagnosis says that nothing went on; `nil` where an arrow or a row says it already.
    func standstill(
        of operation: Operation, _ arrows: [ArrowComposer.Timed], _ giveUps: [EndedWait], lanes: inout LaneTable
    ) -> SequenceEvent? {
        guard let diagnosis = operation.diagnosis, let text = diagnosis.standstillText else { return nil }
        let message = trace.messages[ifKnown: diagnosis.message]
        if let message, isSaid(message.id, of: operation, arrows, giveUps) { return nil }
        let at = [diagnosis.since, message?.deliveries.last?.at, message?.at].compactMap { $0 }.max()
        let lane = lanes.lane(of: diagnosis.participant ?? message?.deliveries.last?.to ?? message?.from)
        return SequenceEvent(
            at: at ?? operation.endedAt, content: .standstill(Standstill(lane: lane, text: text)))
    }

    /// Whether the message's arrow, its answer's, its end of the wait or its refused state tells what went wrong.
    private func isSaid(
        _ message: MessageID, of operation: Operation, _ arrows: [ArrowComposer.Timed], _ giveUps: [EndedWait]
    ) -> Bool {
        giveUps.contains { $0.message == message }
            || operation.states.contains { $0.message == message && $0.confirmation == .rejected }
            || arrows.contains { timed in
                (timed.answers == message || timed.arrow.messages.contains(message))
                    && timed.arrow.marks.contains(where: \.tellsOfFailure)
            }
    }
}

extension ArrowMark {
    fileprivate var tellsOfFailure: Bool {
        switch self {
        case .failure, .reported, .returned, .neverDelivered, .misdelivered, .rejected: true
        case .retried, .takenOutOfSight, .noListener, .waited, .redelivered, .requeued, .late, .duplicate,
            .requestNotSeen, .senderUnknown, .truncated:
            false
        }
    }
}

extension Diagnosis {
    /// What stands at the place; `nil` for what is no standstill, or where the state alone tells.
    fileprivate var standstillText: String? {
        switch cause {
        case .completed, .underWay, .unclear, .errorState: nil
        case .noValidHost: "no valid host"
        case .retriesExhausted: "no further host is tried"
        case .buildAborted: "the build is given up"
        case .remoteError: "failed here"
        case .rejectedTransition: "the state was refused"
        case .returned: "given back by the broker"
        case .notTaken: "taken by nobody" + (awaited.map { " from \($0)" } ?? "")
        case .notAcknowledged: "given, and not acknowledged"
        case .rejected: "rejected, and nobody has it"
        case .unanswered, .silent: "nothing more is seen"
        case .answerLost: "its answer was lost"
        case .answerLate: "answered too late"
        case .missingEvent: "waits for " + (awaited ?? "an event")
        case .brokerRefused: "refused by the broker"
        case .brokerBlocked: "blocked by the broker"
        case .connectionLost: "connection lost"
        }
    }
}
