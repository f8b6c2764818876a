/// A value: a request with `_msg_id` and what became of it.
package struct Call: Sendable, Identifiable {
    package enum Outcome: String, Sendable, CaseIterable {
        case ok
        /// The reply carries a failure.
        case error
        /// No reply reached the caller before the capture ended.
        case unanswered
        /// No reply reached the caller before it gave up.
        case timedOut = "timed_out"
        /// The broker gave the request back, or the reply: `replyFate` tells them apart.
        case returned
        /// A reply whose request the capture does not hold.
        case orphanReply = "orphan_reply"
    }

    /// What became of a reply that was published.
    package enum ReplyFate: String, Sendable, CaseIterable {
        /// The caller got it in time.
        case delivered
        /// The broker gave it back to who had published it: the caller's reply queue was gone.
        case returned
        /// It was not given to the caller, though that would have been seen.
        case undelivered
        /// It was given to another process than the one that had asked.
        case misdelivered
        /// It came after the caller had given up.
        case late

        /// Whether the caller never got it.
        package var isLost: Bool { self == .returned || self == .undelivered || self == .misdelivered }
    }

    /// A value: the end of a caller's patience.
    package struct Expiry: Sendable, Equatable {
        package var at: Timestamp
        /// How long it had waited then.
        package var patience: Nanoseconds
        /// Whether it had waited so long for a sign of life, of which each begins the wait anew (`_timeout` of a call with a
        /// call monitor); else for the answer (`expiration`).
        package var isForLife: Bool

        package init(at: Timestamp, patience: Nanoseconds, isForLife: Bool) {
            (self.at, self.patience, self.isForLife) = (at, patience, isForLife)
        }
    }

    package var id: CallID
    /// `_msg_id`.
    package var messageID: String
    package var method: String?
    /// As `Message.objectMethod`.
    package var objectMethod: String?
    package var from: ParticipantID?
    package var to: ParticipantID?
    /// Where the request was published, and where it was taken or answered.
    package var callerConnection: ConnectionID?
    package var serverConnection: ConnectionID?
    package var request: MessageID?
    package var reply: MessageID?
    package var outcome: Outcome
    package var requestedAt: Timestamp?
    /// `nil` without a reply, and where the capture does not tell whether the caller got it.
    package var replyFate: ReplyFate?
    /// How often the reply was published: one that the broker gives back is published anew for a minute.
    package var replyAttempts = 0
    /// When it was published first.
    package var firstReplyAttemptAt: Timestamp?
    /// When it was published for the last time, where that was more than once.
    package var lastReplyAttemptAt: Timestamp?
    /// When the reply reached the caller, or was published where that is all that is known of it; `nil` for one that
    /// never reached the caller.
    package var repliedAt: Timestamp?
    /// From the request's publish to the reply's arrival.
    package var latency: Nanoseconds?
    /// The part of it spent between publish and delivery, both ways.
    package var brokerTime: Nanoseconds?
    /// From the request's delivery to the reply's publish.
    package var serviceTime: Nanoseconds?
    /// Call-monitor heartbeats before the reply.
    package var heartbeats = 0
    /// Further replies to the same request: retries, or a late second answer.
    package var duplicateReplies = 0
    /// The reply came after the caller had given up.
    package var isLate = false
    /// When and why the caller gave up, where its request tells.
    package var expiry: Expiry? {
        get { rareExpiry?.value }
        set { rareExpiry = newValue.map { InPlace($0) } }
    }
    private var rareExpiry: InPlace<Expiry>?
    /// The exception that the caller was answered with.
    package var error: RemoteFailure? {
        get { rareError?.value }
        set { rareError = newValue.map { InPlace($0) } }
    }
    private var rareError: InPlace<RemoteFailure>?

    package init(id: CallID, messageID: String, outcome: Outcome) {
        self.id = id
        self.messageID = messageID
        self.outcome = outcome
    }

    /// What a person calls it: the object method, else the method.
    package var title: String { objectMethod ?? method ?? "?" }

    /// Whether the caller was answered in time, as far as the capture tells.
    package var isAnswered: Bool { outcome == .ok || outcome == .error }

    /// Whether it failed, was given back, came too late or never came.
    package var isProblem: Bool {
        switch outcome {
        case .ok, .orphanReply: false
        case .error, .unanswered, .timedOut, .returned: true
        }
    }
}
