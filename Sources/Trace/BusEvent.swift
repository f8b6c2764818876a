/// A value: something that has just become clear of the bus, for who watches it.
package struct BusEvent: Sendable {
    package enum Kind: Sendable, Equatable {
        /// A message that was taken, given back by the broker, or whose taking was not seen for a while.
        case passed
        /// A message whose taking was not seen for a while was taken after all.
        case takenLate
        /// A request that nobody took for longer than a broker with a ready consumer needs, though that would have been
        /// seen.
        case untaken
        /// The broker gave a message out once more.
        case redelivered
        /// The caller's patience with a call is over.
        case unanswered
        /// An answer was not given to its caller, though that would have been seen by now.
        case answerLost
        /// A message is as complete as it will be, as far as can be told; more often than once if that was wrong.
        case settled
        /// Something went wrong with a connection, or an attempt at one: `incident` says what.
        case trouble
        /// An operation stands still: `operation` says which, `sentence` why.
        case stuck
        /// A service's reports stopped, as `sentence` says.
        case silent
    }

    package var kind: Kind
    /// When what it tells of began: the publish of a message, the end of a caller's patience.
    package var at: Timestamp
    /// When it became clear; `nil` where that is not known.
    package var clearAt: Timestamp?
    /// `nil` for `trouble`, `stuck` and `silent`, and for `unanswered` when the request is no longer known.
    package var message: Message?
    /// The call that a request or reply belongs to, as it stands.
    package var call: Call?
    /// Who sent it, and who took it, where that is known.
    package var from: Participant?
    package var to: [Participant] = []
    /// For whom a message was meant that nobody was seen to take: a service, a queue, an exchange.
    package var meantFor: String?
    /// For `stuck`, with the ids of a trace that is not kept.
    package var operation: Operation?
    /// For `stuck` and `silent`, without the full stop.
    package var sentence: String?
    /// For `trouble`, with how often it happened since it was told last.
    package var incident: ConnectionIncident?
    /// What each of the message's instances is called, as far as that is known by now; in the order of `instances`.
    package var instanceNames: [String?] = []

    package init(_ kind: Kind, at: Timestamp, message: Message?, call: Call?) {
        self.kind = kind
        self.at = at
        self.message = message
        self.call = call
        instanceNames = message?.names(in: InstanceNames()) ?? []
    }

    /// Whether it tells of something that went wrong.
    package var isProblem: Bool {
        switch kind {
        case .unanswered, .answerLost, .untaken, .redelivered, .trouble, .stuck, .silent: true
        case .passed, .takenLate, .settled:
            message?.failure != nil || message?.returned != nil || message?.facts?.fault != nil || hasLostAnswer
        }
    }

    /// Whether it tells of an answer that its caller did not get, or too late.
    private var hasLostAnswer: Bool {
        guard let message, message.kind == .reply, message.id == call?.reply else { return false }
        return call?.replyFate.map { $0 != .delivered } ?? false
    }

    package var isBackground: Bool { message?.isBackground ?? false }
}
