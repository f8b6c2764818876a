/// A value: what one API request set off on one instance.
package struct Operation: Sendable, Identifiable {
    /// Kinds are the workflows' names, `other` where none fits.
    package struct Kind: RawRepresentable, Hashable, Sendable {
        package let rawValue: String

        package init(rawValue: String) { self.rawValue = rawValue }

        package static let boot = Kind(rawValue: "boot")
        package static let delete = Kind(rawValue: "delete")
        package static let other = Kind(rawValue: "other")
    }

    /// A value: an operation on the same instance that puts an end to those before it.
    package struct Successor: Sendable {
        package var kind: Kind
        package var at: Timestamp
        package var requestID: String?
        /// The request with which it began; `nil` where an excerpt does not hold it.
        package var message: MessageID?

        package init(kind: Kind, at: Timestamp, requestID: String?, message: MessageID?) {
            (self.kind, self.at, self.requestID, self.message) = (kind, at, requestID, message)
        }
    }

    package enum Outcome: String, Sendable, CaseIterable {
        case completed, failed, stuck, running, unknown
    }

    package let id: OperationID
    package var kind: Kind
    package var requestID: String?
    /// Uuids: one, none where the request names no instance.
    package var instances: [String]
    package var instanceName: String?
    package var outcome: Outcome
    package var startedAt: Timestamp
    /// When its last message came.
    package var endedAt: Timestamp
    /// Of one that is not done the end of the capture: so long it has lasted, whenever its last message came.
    package var openUntil: Timestamp?
    package var steps: [Step] = []
    package var states: [StateNote] = []
    /// One sentence.
    package var verdict: String
    /// What the verdict rests on; `nil` until it was worked out.
    package var diagnosis: Diagnosis?
    /// In order of time; messages of a request for many instances stand in each.
    package var messages: [MessageID] = []
    /// Those of them that were not seen taken, where the capture does not show all that is taken there.
    package var takenOutOfSight: Set<MessageID> = []
    /// Whether it began before the capture, or where that does not show it.
    package var beganUnseen = false
    /// What put an end to it, where it had not come to one.
    package var successor: Successor?

    package init(
        id: OperationID, kind: Kind, requestID: String?, instances: [String], outcome: Outcome, startedAt: Timestamp,
        endedAt: Timestamp, verdict: String
    ) {
        self.id = id
        self.kind = kind
        self.requestID = requestID
        self.instances = instances
        self.outcome = outcome
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.verdict = verdict
    }

    /// How long it took, or has lasted so far.
    package var duration: Nanoseconds { (openUntil ?? endedAt) - startedAt }

    /// Whether it waits for something, or goes on.
    package var isOpen: Bool { outcome == .stuck || outcome == .running }
}

/// A value: a step of a workflow and whether the wire showed it.
package struct Step: Sendable {
    package enum Status: String, Sendable {
        case done, failed, missing, pending, skipped
    }

    package var name: String
    package var status: Status
    package var from: ParticipantID?
    package var to: ParticipantID?
    package var messages: [MessageID]
    package var at: Timestamp?

    package init(
        name: String, status: Status, from: ParticipantID? = nil, to: ParticipantID? = nil, messages: [MessageID] = [],
        at: Timestamp? = nil
    ) {
        self.name = name
        self.status = status
        self.from = from
        self.to = to
        self.messages = messages
        self.at = at
    }
}

/// A value: states of an instance that a message set, and whether that was confirmed.
package struct StateNote: Sendable {
    package enum Confirmation: String, Sendable {
        case confirmed, rejected, unanswered
        /// The state was set, and the answer that says so did not reach who had asked for it in time.
        case unheard

        /// Whether the state was set.
        package var isSet: Bool { self == .confirmed || self == .unheard }
    }

    package var at: Timestamp
    /// When the next state was set; `nil` for the last, and for one that was rejected.
    package var until: Timestamp?
    package var change: StateChange
    package var confirmation: Confirmation
    /// The message and who sent it.
    package var message: MessageID
    package var participant: ParticipantID?

    package init(
        at: Timestamp, change: StateChange, confirmation: Confirmation, message: MessageID, participant: ParticipantID?
    ) {
        self.at = at
        self.change = change
        self.confirmation = confirmation
        self.message = message
        self.participant = participant
    }

    /// The time spent in the state, as far as the next was seen.
    package var duration: Nanoseconds? { until.map { $0 - at } }
}
