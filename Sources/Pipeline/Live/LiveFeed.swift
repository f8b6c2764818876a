import Collections
import Correlation
import Trace

/// A machine that decides when something is to be told of a message: as soon as it is clear, and once.
///
/// A message is told when it is taken; a fanout when its receivers had time to; what nobody was seen to take after
/// `Limits.patience`. All on packet time, so that the same packets tell the same.
struct LiveFeed {
    enum Limits {
        /// Receivers of one message are told of together.
        static let gathering: Nanoseconds = .milliseconds(100)
        /// After this it is told that nobody took a message.
        static let patience: Nanoseconds = .seconds(1)
        /// After this a message is taken for complete.
        static let settling: Nanoseconds = .seconds(1)
        /// Calls whose timeout is waited for.
        static let timeouts = 16_384
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
        var isSettling = true
    }

    private struct Due {
        let at: Timestamp
        let message: Int
    }

    private struct Timeout: Comparable {
        let at: Timestamp
        let message: Int
        let messageID: String

        static func < (left: Timeout, right: Timeout) -> Bool { left.at < right.at }
    }

    private var states: [Int: State] = [:]
    private var gathering: Deque<Due> = []
    private var waiting: Deque<Due> = []
    private var settling: Deque<Due> = []
    private var timeouts = Heap<Timeout>()

    // MARK: What happens

    /// Something passed of a message.
    mutating func changed(
        _ id: Int, in correlator: borrowing Correlator, at now: Timestamp, _ tell: (BusEvent) -> Void
    ) {
        guard var state = states[id] else { return began(id, in: correlator, at: now, tell) }
        let (deliveries, wasReturned) = correlator.passages(of: id)
        if !state.isSettling {
            state.isSettling = true
            settling.append(Due(at: now + Limits.settling, message: id))
        }
        if wasReturned, !state.saidReturned {
            state.saidReturned = true
            state.isTold = true
            self.tell(.passed, id, correlator, at: now, tell)
        } else if deliveries > state.deliveries, !state.isGathering {
            take(id, deliveries, &state, in: correlator, at: now, tell)
        }
        states[id] = state
    }

    private mutating func began(
        _ id: Int, in correlator: borrowing Correlator, at now: Timestamp, _ tell: (BusEvent) -> Void
    ) {
        guard let message = correlator.message(id) else { return }
        var state = State()
        settling.append(Due(at: now + Limits.settling, message: id))
        if message.kind == .call, let messageID = message.messageID, let patience = message.expiration,
            timeouts.count < Limits.timeouts
        {
            timeouts.insert(Timeout(at: (message.at ?? now) + patience, message: id, messageID: messageID))
        }
        if message.returned != nil {
            state.saidReturned = true
            state.isTold = true
            self.tell(.passed, id, correlator, at: now, tell)
        } else if message.deliveries.isEmpty {
            waiting.append(Due(at: now + Limits.patience, message: id))
        } else {
            take(id, message.deliveries.count, &state, in: correlator, at: now, tell)
        }
        states[id] = state
    }

    /// More deliveries of a message were seen than were told.
    private mutating func take(
        _ id: Int, _ deliveries: Int, _ state: inout State, in correlator: borrowing Correlator, at now: Timestamp,
        _ tell: (BusEvent) -> Void
    ) {
        guard let message = correlator.message(id) else { return }
        if !state.isTold, message.kind == .fanout || message.kind == .notification {
            state.isGathering = true
            gathering.append(Due(at: now + Limits.gathering, message: id))
            return
        }
        let isAgain = message.deliveries.last?.redelivered ?? false
        if !state.isTold {
            self.tell(.passed, id, correlator, at: now, tell)
        } else if state.saidUntaken, state.deliveries == 0 {
            self.tell(.takenLate, id, correlator, at: now, tell)
        } else if isAgain {
            self.tell(.redelivered, id, correlator, at: now, tell)
        }
        state.isTold = true
        state.deliveries = deliveries
    }

    /// The correlator let a message go: nothing more will be known of it, nor of its call, if it is that call's answer.
    mutating func ended(_ message: Message, call: Call?, _ tell: (BusEvent) -> Void) {
        guard let state = states.removeValue(forKey: message.id) else { return }
        let at = message.at ?? Timestamp(nanoseconds: 0)
        if !state.isTold { tell(BusEvent(.passed, at: at, message: message, call: call)) }
        if state.isSettling { tell(BusEvent(.settled, at: at, message: message, call: call)) }
    }

    /// Whether it waits until a message is taken for complete.
    func isSettling(_ message: Int) -> Bool { states[message]?.isSettling ?? false }

    // MARK: What time brings

    /// Tells what is due until `now`, in the order in which it came due.
    mutating func advance(to now: Timestamp, in correlator: borrowing Correlator, _ tell: (BusEvent) -> Void) {
        while let due = nextDue, due <= now {
            if let first = gathering.first, first.at == due {
                gathering.removeFirst()
                gathered(first, correlator, tell)
            } else if let first = waiting.first, first.at == due {
                waiting.removeFirst()
                waited(first, correlator, tell)
            } else if let first = settling.first, first.at == due {
                settling.removeFirst()
                settled(first, correlator, tell)
            } else if let first = timeouts.popMin() {
                timedOut(first, correlator, tell)
            }
        }
    }

    /// Whether there is something to tell at `now`.
    func isDue(at now: Timestamp) -> Bool {
        nextDue.map { $0 <= now } ?? false
    }

    private var nextDue: Timestamp? {
        var next = gathering.first?.at
        for other in [waiting.first?.at, settling.first?.at, timeouts.min?.at] {
            if let other, next.map({ other < $0 }) ?? true { next = other }
        }
        return next
    }

    private mutating func gathered(_ due: Due, _ correlator: borrowing Correlator, _ tell: (BusEvent) -> Void) {
        guard var state = states[due.message] else { return }
        state.isGathering = false
        state.deliveries = correlator.passages(of: due.message).deliveries
        if !state.isTold { self.tell(.passed, due.message, correlator, at: due.at, tell) }
        state.isTold = true
        states[due.message] = state
    }

    private mutating func waited(_ due: Due, _ correlator: borrowing Correlator, _ tell: (BusEvent) -> Void) {
        guard let state = states[due.message], !state.isTold, !state.isGathering else { return }
        self.tell(.passed, due.message, correlator, at: due.at, tell)
        states[due.message]?.isTold = true
        states[due.message]?.saidUntaken = true
    }

    private mutating func settled(_ due: Due, _ correlator: borrowing Correlator, _ tell: (BusEvent) -> Void) {
        guard states[due.message] != nil else { return }
        states[due.message]?.isSettling = false
        self.tell(.settled, due.message, correlator, at: due.at, tell)
    }

    private mutating func timedOut(_ due: Timeout, _ correlator: borrowing Correlator, _ tell: (BusEvent) -> Void) {
        let justAfter = due.at + 1
        guard let call = correlator.call(due.messageID, at: justAfter), call.reply == nil, call.outcome == .timedOut
        else { return }
        var event = BusEvent(.unanswered, at: due.at, message: correlator.message(due.message), call: call)
        event.message?.detail = nil
        tell(event)
    }

    // MARK: Telling

    private func tell(
        _ kind: BusEvent.Kind, _ id: Int, _ correlator: borrowing Correlator, at now: Timestamp,
        _ tell: (BusEvent) -> Void
    ) {
        guard let message = correlator.message(id) else { return }
        tell(event(kind, message, correlator, at: now))
    }

    private func event(
        _ kind: BusEvent.Kind, _ message: Message, _ correlator: borrowing Correlator, at now: Timestamp?
    ) -> BusEvent {
        let at = (kind == .passed || kind == .settled ? message.at : now) ?? now ?? Timestamp(nanoseconds: 0)
        let messageID = message.kind == .notification ? nil : message.messageID
        return BusEvent(kind, at: at, message: message, call: messageID.flatMap { correlator.call($0, at: now ?? at) })
    }
}
