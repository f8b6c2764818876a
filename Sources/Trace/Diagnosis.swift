/// A value: what became of an operation, why, and by what that is known.
///
/// `Operation.verdict` is its first sentence. It never claims more than the wire shows.
package struct Diagnosis: Sendable {
    /// What decided; `Operation.Outcome` follows from it.
    package enum Cause: String, Sendable, CaseIterable {
        /// Done.
        case completed
        /// The scheduler found no host.
        case noValidHost = "no_valid_host"
        /// Every host that was tried failed.
        case retriesExhausted = "retries_exhausted"
        /// The compute gave the build up and did not ask for another host.
        case buildAborted = "build_aborted"
        /// A call that the operation needs was answered with an exception, a service reported one, or gave the work up.
        case remoteError = "remote_error"
        /// A save was refused since the instance was in another state than expected.
        case rejectedTransition = "rejected_transition"
        /// The instance went to `error`, and no answer said why.
        case errorState = "error_state"
        /// The broker gave a message back.
        case returned
        /// Published, and taken by nobody.
        case notTaken = "not_taken"
        /// Given to a consumer that did not acknowledge it, as a stopped process.
        case notAcknowledged = "not_acknowledged"
        /// Given to a consumer that rejected it, so that nobody has it.
        case rejected
        /// Taken, and not answered.
        case unanswered
        /// Taken, and nothing more was seen of it for long; whoever has it may still be at it.
        case silent
        /// Answered, and the answer did not reach who had asked.
        case answerLost = "answer_lost"
        /// Answered after who had asked had given up.
        case answerLate = "answer_late"
        /// Something waits for an event that never came, e.g. `network-vif-plugged`.
        case missingEvent = "missing_event"
        /// The broker refused a message or closed the channel over it.
        case brokerRefused = "broker_refused"
        /// The broker let nobody publish (`connection.blocked`).
        case brokerBlocked = "broker_blocked"
        /// The connection of who should have acted was lost.
        case connectionLost = "connection_lost"
        /// Still going on when the capture ended.
        case underWay = "under_way"
        /// The capture ends too early, begins too late, has gaps, or holds one direction only: it cannot be said.
        case unclear
    }

    /// A value: something that was seen, or was not.
    package struct Evidence: Sendable {
        /// One sentence without the full stop.
        package var text: String
        package var at: Timestamp?
        package var message: MessageID?
        /// The packets that show it, where that is no message.
        package var packets: [PacketReference]
        /// Whether it tells of something that should have been seen and was not.
        package var isMissing: Bool

        package init(
            _ text: String, at: Timestamp? = nil, message: MessageID? = nil, packets: [PacketReference] = [],
            isMissing: Bool = false
        ) {
            self.text = text
            self.at = at
            self.message = message
            self.packets = packets
            self.isMissing = isMissing
        }
    }

    /// A value: a build that was sent on to another host.
    package struct Reschedule: Sendable {
        package var at: Timestamp
        /// Hosts, as far as they were seen.
        package var from: String?
        package var to: String?
        package var reason: String?

        package init(at: Timestamp, from: String?, to: String?, reason: String?) {
            self.at = at
            self.from = from
            self.to = to
            self.reason = reason
        }
    }

    package var cause: Cause
    /// Name of the last step that was reached; `nil` where none was seen, or there is no workflow.
    package var step: String?
    /// Where it stands still or failed: the message after which nothing further came, and since when.
    package var message: MessageID?
    package var since: Timestamp?
    /// Who has to act, as far as that is known, with service and host.
    package var participant: ParticipantID?
    package var service: String?
    package var host: String?
    /// The queue or exchange that nobody took from, the event that did not come.
    package var awaited: String?
    /// Whether another process came in the place of the one that has to act.
    package var isReplaced = false
    /// Whether more should have come, and nothing did in a capture that lacks nothing: a problem, though it does not tell
    /// why, and the outcome is unknown.
    package var isSilent = false
    /// Whether it may go on where this capture shows nothing of it, as at the broker of a cell.
    package var mayGoOnElsewhere = false
    /// Whether messages go ways that the capture does not show, so that it cannot be said.
    package var hasHiddenWays = false
    package var evidence: [Evidence] = []
    package var reschedules: [Reschedule] = []

    package init(_ cause: Cause) {
        self.cause = cause
    }
}

extension Diagnosis.Cause {
    /// How an operation ended for that cause.
    package var outcome: Operation.Outcome {
        switch self {
        case .completed: .completed
        case .noValidHost, .retriesExhausted, .buildAborted, .remoteError, .rejectedTransition, .errorState, .returned:
            .failed
        case .notTaken, .notAcknowledged, .rejected, .unanswered, .silent, .answerLost, .answerLate, .missingEvent,
            .brokerRefused, .brokerBlocked, .connectionLost:
            .stuck
        case .underWay: .running
        case .unclear: .unknown
        }
    }
}
