/// A value: a request with `_msg_id` and what became of it.
package struct Call: Sendable, Identifiable {
    package enum Outcome: String, Sendable, CaseIterable {
        case ok
        /// The reply carries a failure.
        case error
        /// No reply before the capture ended.
        case unanswered
        /// No reply before the request's expiration.
        case timedOut = "timed_out"
        /// The broker gave the request back.
        case returned
        /// A reply whose request the capture does not hold.
        case orphanReply = "orphan_reply"
    }

    /// Index into `BusTrace.calls`.
    package var id: Int
    /// `_msg_id`.
    package var messageID: String
    package var method: String?
    /// As `Message.objectMethod`.
    package var objectMethod: String?
    /// Indexes into `BusTrace.participants`.
    package var from: Int?
    package var to: Int?
    /// Indexes into `CaptureSummary.connections`: where the request was published, and where it was taken or answered.
    package var callerConnection: Int?
    package var serverConnection: Int?
    /// Indexes into `BusTrace.messages`.
    package var request: Int?
    package var reply: Int?
    package var outcome: Outcome
    package var requestedAt: Timestamp?
    /// When the reply reached the caller, else when it was published.
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
    /// The reply came after the request's expiration.
    package var isLate = false
    package var error: RemoteFailure?

    package init(id: Int, messageID: String, outcome: Outcome) {
        self.id = id
        self.messageID = messageID
        self.outcome = outcome
    }

    /// What a person calls it: the object method, else the method.
    package var title: String { objectMethod ?? method ?? "?" }

    /// Whether it failed, was given back, came too late or never came.
    package var isProblem: Bool {
        switch outcome {
        case .ok, .orphanReply: false
        case .error, .unanswered, .timedOut, .returned: true
        }
    }
}
