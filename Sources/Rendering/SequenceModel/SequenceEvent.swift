package import Trace

/// A value: one thing that happens in a diagram, and when.
package struct SequenceEvent: Sendable, Equatable {
    package enum Content: Sendable, Equatable {
        case arrow(SequenceArrow)
        /// An instance's state changes, on the lane of the service that made it.
        case state(StateMark)
        /// A call's wait ends without an answer, on the caller's lane.
        case giveUp(GiveUp)
        /// The operation stands still from here on.
        case standstill(Standstill)
        /// Nothing happens for so long.
        case pause(Nanoseconds)
        /// The capture ends while the operation is still open.
        case captureEnd
    }

    package var at: Timestamp
    /// When the last of the messages in it was sent or came in; later than `at` for folded ones.
    package var until: Timestamp
    package var content: Content

    package init(at: Timestamp, until: Timestamp? = nil, content: Content) {
        self.at = at
        self.until = until ?? at
        self.content = content
    }
}

/// A value: a message on its way, or several alike folded into one.
package struct SequenceArrow: Sendable, Equatable {
    package var kind: Message.Kind
    /// Index into `SequenceDiagram.lanes`; `nil` where the sender is not known.
    package var from: Int?
    /// Indexes into `SequenceDiagram.lanes`, ascending, without repeats: every receiver.
    package var to: [Int]
    /// Where it would have gone, had anybody taken it: an index into `SequenceDiagram.lanes`.
    package var missed: Int?
    /// What a person calls it, e.g. `Instance.save`; of a reply, its request's.
    package var label: String
    /// Messages of the same kind folded into this arrow, answers not counted.
    package var count = 1
    /// Of a reply, from its request to its arrival; of folded calls, the median.
    package var latency: Nanoseconds?
    /// Whether the answers of the folded calls are part of this arrow.
    package var holdsAnswers = false
    /// Whether it answers the arrow drawn right before it.
    package var answersPrevious = false
    package var marks: [ArrowMark] = []
    /// Which of several hosts that share a lane it concerns, e.g. `@compute7`.
    package var qualifier: String?
    /// Redacted arguments or body as JSON text.
    package var detail: String?
    /// Answers of folded calls included.
    package var messages: [MessageID]

    package init(kind: Message.Kind, from: Int?, to: [Int], label: String, messages: [MessageID]) {
        self.kind = kind
        self.from = from
        self.to = to
        self.label = label
        self.messages = messages
    }

    /// Whether it leads nowhere or comes from nowhere, so that it may be as long as it likes.
    var isStub: Bool { (to.isEmpty && missed == nil) || from == nil }
}

/// A value: what is out of the ordinary with a message.
package enum ArrowMark: Sendable, Equatable {
    /// The reply carries this exception.
    case failure(RemoteFailure)
    /// Its sender reports this exception, in words that no arrow above has.
    case reported(ReportedFault)
    /// `basic.return`.
    case returned(Returned)
    /// Published, and no delivery seen; with the queue's or exchange's name.
    case neverDelivered(String)
    /// Published, and the capture does not show all that is taken from there.
    case takenOutOfSight
    /// A fanout that nobody subscribed to, as happens in a healthy cloud.
    case noListener
    /// Taken so long after it was published: its queue stood still.
    case waited(Nanoseconds)
    case redelivered(times: Int)
    /// Rejected with requeue, so often, and taken then.
    case requeued(times: Int)
    /// Rejected, so often, and nobody has it.
    case rejected(times: Int, isDropped: Bool)
    /// An answer that the broker gave back each time it was published, over so long.
    case retried(over: Nanoseconds)
    /// An answer that went to another process than the one that had asked.
    case misdelivered
    /// A reply after its request's expiration.
    case late
    /// A reply after the first one.
    case duplicate
    /// A reply whose request the capture does not hold.
    case requestNotSeen
    case senderUnknown
    /// The capture does not hold the whole body.
    case truncated
}

/// A value: an instance's new state.
package struct StateMark: Sendable, Equatable {
    /// Index into `SequenceDiagram.lanes`.
    package var lane: Int?
    /// What changed, e.g. `["active", "running"]`.
    package var states: [String]
    package var confirmation: StateNote.Confirmation
    /// Of an operation on several instances, whose state it is.
    package var instance: String?

    package init(lane: Int?, states: [String], confirmation: StateNote.Confirmation, instance: String? = nil) {
        self.lane = lane
        self.states = states
        self.confirmation = confirmation
        self.instance = instance
    }
}

/// A value: calls that got no answer, at the moment when that was certain.
package struct GiveUp: Sendable, Equatable {
    package enum Reason: Sendable, Equatable {
        /// The caller's timeout ended.
        case timeout
        /// The capture ended.
        case captureEnd
    }

    /// Index into `SequenceDiagram.lanes` of the caller.
    package var lane: Int?
    package var label: String
    package var count = 1
    package var reason: Reason
    /// From the request to this moment; the longest of several.
    package var waited: Nanoseconds
    package var qualifier: String?

    package init(lane: Int?, label: String, reason: Reason, waited: Nanoseconds) {
        self.lane = lane
        self.label = label
        self.reason = reason
        self.waited = waited
    }
}

extension SequenceDiagram {
    /// Its arrows, in the order in which they are drawn.
    var arrows: [SequenceArrow] {
        events.compactMap { event in
            if case .arrow(let arrow) = event.content { arrow } else { nil }
        }
    }
}
