import Correlation
import DequeModule
import HeapModule
import Trace

/// A machine that decides when something is to be told of a message: as soon as it is clear, and once.
///
/// A message is told when it is taken; a fanout when its receivers had time to; what nobody was seen to take after
/// `FeedLimits.patience`. All on packet time, so that the same packets tell the same. What is to be told waits in order
/// as notices, which hold no messages: to make an event of one is for who takes it.
struct LiveFeed {
    /// A value: something that is to be told.
    struct Notice {
        let kind: BusEvent.Kind
        let message: MessageID
        /// When it became clear.
        let at: Timestamp
        /// `_msg_id` of the call whose answer did not come, for `unanswered` and `answerLost`.
        var messageID: String?
    }

    private struct State {
        /// Deliveries that were told.
        var deliveries = 0
        /// Whether anything was told of it.
        var isTold = false
        var saidUntaken = false
        var saidReturned = false
        var isGathering = false
        /// Whether it waits to be taken for complete.
        var isSettling = false
    }

    private struct Due {
        let at: Timestamp
        let message: MessageID
    }

    private struct Timeout: Comparable {
        let at: Timestamp
        let message: MessageID
        let messageID: String
        /// Whether the answer's delivery is waited for, not the end of the caller's patience.
        var isOfAnswer = false

        static func < (left: Timeout, right: Timeout) -> Bool { left.at < right.at }
    }

    /// Of the messages from `firstMessage` on: their ids follow each other, and the oldest is let go first.
    private var states: Deque<State> = []
    private var firstMessage: MessageID = 0
    private var gathering: Deque<Due> = []
    private var waiting: Deque<Due> = []
    private var settling: Deque<Due> = []
    private var timeouts = Heap<Timeout>()
    /// A value: an answer that the broker gives back, again and again.
    private struct GivenBack {
        var toldAt: Timestamp
        /// The last attempt, and when it was given back.
        var message: MessageID
        var lastAt: Timestamp
        /// Whether attempts were not told.
        var hasMore = false
    }

    /// By the `_msg_id` of their calls.
    private var givenBack: [String: GivenBack] = [:]
    /// When it is looked through next.
    private var retriesDueAt: Timestamp?
    private var notices: Deque<Notice> = []
    /// Requests that nobody took so far.
    private var untaken: Deque<Due> = []
    /// Whether anybody wants to know when a message is complete.
    let tellsCompletion: Bool
    /// After this a request that nobody took is a problem.
    private let untakenLimit: Nanoseconds

    init(tellsCompletion: Bool, patience: Patience = Patience()) {
        self.tellsCompletion = tellsCompletion
        untakenLimit = patience.untaken
    }

    /// Takes the next thing to be told.
    mutating func nextNotice() -> Notice? { notices.popFirst() }

    private mutating func tell(_ kind: BusEvent.Kind, _ message: MessageID, at now: Timestamp) {
        notices.append(Notice(kind: kind, message: message, at: now))
    }

    // MARK: What happens

    /// Something passed of a message.
    mutating func changed(_ id: MessageID, in correlator: borrowing Correlator, at now: Timestamp) {
        guard let passages = correlator.passages(of: id) else { return }
        let place = firstMessage.distance(to: id)
        guard place >= 0 else { return }
        let isNew = place >= states.count
        while states.count <= place { states.append(State()) }
        if isNew { began(id, in: correlator) }
        if tellsCompletion, !states[place].isSettling {
            states[place].isSettling = true
            settling.append(Due(at: now + FeedLimits.settling, message: id))
        }
        if passages.wasReturned, !states[place].saidReturned {
            states[place].saidReturned = true
            states[place].isTold = true
            if isWorthTelling(returned: id, passages.kind, correlator, at: now) { tell(.passed, id, at: now) }
        } else if passages.deliveries > states[place].deliveries {
            if !states[place].isGathering { taken(id, passages, at: place, now) }
        } else if isNew {
            waiting.append(Due(at: now + min(FeedLimits.patience, untakenLimit), message: id))
            if passages.kind.isRequest, !passages.isBackground {
                untaken.append(Due(at: now + untakenLimit, message: id))
            }
        }
    }

    /// The first time an answer is given back, and once in a while of its further attempts.
    private mutating func isWorthTelling(
        returned id: MessageID, _ kind: Message.Kind, _ correlator: borrowing Correlator, at now: Timestamp
    ) -> Bool {
        guard kind == .reply, let messageID = correlator.message(id)?.messageID else { return true }
        if var known = givenBack[messageID], now >= known.toldAt, now - known.toldAt < FeedLimits.retries {
            (known.message, known.lastAt, known.hasMore) = (id, now, true)
            givenBack[messageID] = known
            retriesDueAt = retriesDueAt ?? now + FeedLimits.lastRetry
            return false
        }
        if givenBack.count >= FeedLimits.retriedAnswers { givenBack.removeAll(keepingCapacity: true) }
        givenBack[messageID] = GivenBack(toldAt: now, message: id, lastAt: now)
        return true
    }

    /// Tells the last count of answers that are not tried any more.
    private mutating func countRetries(at now: Timestamp) {
        var next: Timestamp?
        for (messageID, answer) in givenBack.sorted(by: { $0.value.message < $1.value.message }) where answer.hasMore {
            let due = answer.lastAt + FeedLimits.lastRetry
            if due <= now {
                tell(.passed, answer.message, at: now)
                givenBack[messageID]?.hasMore = false
                givenBack[messageID]?.toldAt = now
            } else {
                next = next.map { min($0, due) } ?? due
            }
        }
        retriesDueAt = next
    }

    /// At the end: what is still to be told of answers that were tried again.
    mutating func tellRetries(at now: Timestamp) {
        for answer in givenBack.values.sorted(by: { $0.message < $1.message }) where answer.hasMore {
            tell(.passed, answer.message, at: now)
        }
        givenBack = [:]
    }

    private mutating func began(_ id: MessageID, in correlator: borrowing Correlator) {
        guard timeouts.count < FeedLimits.timeouts, let patience = correlator.patience(of: id) else { return }
        timeouts.insert(Timeout(at: patience.end, message: id, messageID: patience.messageID))
    }

    /// More deliveries of a message were seen than were told.
    private mutating func taken(_ id: MessageID, _ passages: Passages, at place: Int, _ now: Timestamp) {
        let state = states[place]
        if !state.isTold, !passages.kind.expectsTaker {
            states[place].isGathering = true
            gathering.append(Due(at: now + FeedLimits.gathering, message: id))
            return
        }
        if !state.isTold {
            tell(.passed, id, at: now)
        } else if state.saidUntaken, state.deliveries == 0 {
            tell(.takenLate, id, at: now)
        } else if passages.isRedelivered {
            tell(.redelivered, id, at: now)
        }
        states[place].isTold = true
        states[place].deliveries = passages.deliveries
    }

    /// The correlator let a message go: nothing more will be known of it.
    ///
    /// - Returns: what is still to be told of it, at once.
    mutating func ended(_ message: MessageID) -> [BusEvent.Kind] {
        if isUnknown(message) {
            (states, firstMessage) = ([], message.advanced(by: 1))
            return [.passed] + (tellsCompletion ? [.settled] : [])
        }
        guard let place = place(of: message) else { return [] }
        let state = states[place]
        states.removeFirst(place + 1)
        firstMessage = message.advanced(by: 1)
        return (state.isTold ? [] : [.passed]) + (state.isSettling ? [.settled] : [])
    }

    /// Whether anything is still to be told of a message.
    func hasMore(on message: MessageID) -> Bool {
        if isUnknown(message) { return true }
        return place(of: message).map { !states[$0].isTold || states[$0].isSettling } ?? false
    }

    /// Whether it waits until a message is taken for complete.
    func isSettling(_ message: MessageID) -> Bool {
        if isUnknown(message) { return tellsCompletion }
        return place(of: message).map { states[$0].isSettling } ?? false
    }

    /// Whether it came to light only when the capture ended, as what waits for other packets does.
    private func isUnknown(_ message: MessageID) -> Bool { firstMessage.distance(to: message) >= states.count }

    private func place(of message: MessageID) -> Int? {
        let place = firstMessage.distance(to: message)
        return states.indices.contains(place) ? place : nil
    }

    // MARK: What time brings

    /// Notices what is due until `now`, in the order in which it came due.
    mutating func advance(to now: Timestamp, in correlator: borrowing Correlator) {
        while let next = nextDue, next <= now {
            if let first = gathering.first, first.at == next {
                gathering.removeFirst()
                gathered(first, correlator)
            } else if let first = waiting.first, first.at == next {
                waiting.removeFirst()
                waited(first, correlator)
            } else if let first = untaken.first, first.at == next {
                untaken.removeFirst()
                waitedLong(first, correlator)
            } else if let first = settling.first, first.at == next {
                settling.removeFirst()
                settled(first)
            } else if let due = retriesDueAt, due == next {
                countRetries(at: due)
            } else if let first = timeouts.popMin() {
                timedOut(first, correlator)
            }
        }
    }

    /// Whether `advance` has anything to do.
    func isDue(at now: Timestamp) -> Bool { nextDue.map { $0 <= now } ?? false }

    private var nextDue: Timestamp? {
        var next = gathering.first?.at
        for other in [waiting.first?.at, untaken.first?.at, settling.first?.at, retriesDueAt, timeouts.min?.at] {
            if let other, next.map({ other < $0 }) ?? true { next = other }
        }
        return next
    }

    private mutating func gathered(_ due: Due, _ correlator: borrowing Correlator) {
        guard let place = place(of: due.message) else { return }
        states[place].isGathering = false
        states[place].deliveries = correlator.passages(of: due.message)?.deliveries ?? 0
        if !states[place].isTold { tell(.passed, due.message, at: due.at) }
        states[place].isTold = true
    }

    private mutating func waited(_ due: Due, _ correlator: borrowing Correlator) {
        guard let place = place(of: due.message), !states[place].isTold, !states[place].isGathering
        else { return }
        tell(.passed, due.message, at: due.at)
        states[place].isTold = true
        states[place].saidUntaken = true
        guard timeouts.count < FeedLimits.timeouts, correlator.passages(of: due.message)?.kind == .reply,
            let messageID = correlator.message(due.message)?.messageID
        else { return }
        let end = due.at + (FeedLimits.delivery - FeedLimits.patience)
        timeouts.insert(Timeout(at: end, message: due.message, messageID: messageID, isOfAnswer: true))
    }

    /// Said again, as a problem now, unless the capture may not show who took it.
    private mutating func waitedLong(_ due: Due, _ correlator: borrowing Correlator) {
        guard let place = place(of: due.message), states[place].deliveries == 0, !states[place].saidReturned,
            correlator.doubt(on: due.message) == nil
        else { return }
        tell(.untaken, due.message, at: due.at)
    }

    private mutating func settled(_ due: Due) {
        guard let place = place(of: due.message) else { return }
        states[place].isSettling = false
        tell(.settled, due.message, at: due.at)
    }

    private mutating func timedOut(_ due: Timeout, _ correlator: borrowing Correlator) {
        guard let call = correlator.call(due.messageID, at: due.at + 1) else { return }
        if due.isOfAnswer {
            guard call.reply == due.message, call.replyFate == .undelivered else { return }
            return notices.append(
                Notice(kind: .answerLost, message: due.message, at: due.at, messageID: due.messageID))
        }
        if call.outcome == .unanswered, call.reply == nil, let later = correlator.patience(of: due.message),
            later.end > due.at
        {
            // A sign of life came.
            return timeouts.insert(Timeout(at: later.end, message: due.message, messageID: due.messageID))
        }
        guard call.request != nil, call.outcome == .timedOut || call.replyFate == .returned else { return }
        notices.append(Notice(kind: .unanswered, message: due.message, at: due.at, messageID: due.messageID))
    }
}

extension Correlator {
    /// What a notice tells, as things stand; `nil` when its message is no longer kept.
    func event(_ notice: LiveFeed.Notice) -> BusEvent? {
        if let messageID = notice.messageID {
            var event = BusEvent(
                notice.kind, at: notice.at, message: message(notice.message), call: call(messageID, at: notice.at + 1))
            event.message?.detail = nil
            return event
        }
        guard let message = message(notice.message) else { return nil }
        let isOfMessage = notice.kind == .passed || notice.kind == .settled
        var event = BusEvent(
            notice.kind, at: isOfMessage ? message.at ?? notice.at : notice.at, message: message, call: nil)
        // A closure would copy the correlator.
        if message.kind != .notification, let id = message.messageID { event.call = call(id, at: notice.at) }
        return event
    }
}
