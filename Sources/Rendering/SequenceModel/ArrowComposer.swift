import Trace

/// A machine that turns messages into arrows, each with its time and its request's place.
struct ArrowComposer {
    /// A value: an arrow before folding.
    struct Timed {
        /// When it happened, and where it stands: a reply never above its request, whatever the clocks said.
        var at: Timestamp
        var place: Timestamp
        var arrow: SequenceArrow
        /// Of a reply, the request's message.
        var answers: MessageID?

        /// Of two at the same place the request comes first.
        var rank: Int { answers == nil ? 0 : 1 }
    }

    let builder: SequenceBuilder
    /// What failures said above: a service reports the same exception up to four times.
    private var told: Set<String> = []

    private var trace: BusTrace { builder.trace }

    init(builder: SequenceBuilder) {
        self.builder = builder
    }

    /// One arrow a message, in the order in which they are drawn.
    mutating func arrows(for messages: [MessageID], of operation: Operation, lanes: inout LaneTable) -> [Timed] {
        var arrows: [Timed] = []
        arrows.reserveCapacity(messages.count)
        let retries = retries(among: messages)
        for id in messages {
            if retries.furtherAttempts.contains(id) { continue }
            let message = trace.messages[id]
            let at = message.atCaller ?? arrows.last?.at ?? operation.startedAt
            let isAnswer = message.kind.isAnswer
            let request = isAnswer ? trace.messages[ifKnown: builder.request(ofReply: id)] : nil
            let asked = request?.at
            var arrow = arrow(for: message, of: operation, lanes: &lanes)
            if let attempts = retries.attempts[id] { arrow.fold(attempts, in: trace) }
            arrows.append(Timed(at: at, place: max(at, asked ?? at), arrow: arrow, answers: request?.id))
        }
        return arrows.enumerated().sorted { left, right in
            (left.element.place, left.element.rank, left.offset) < (
                right.element.place, right.element.rank, right.offset
            )
        }.map(\.element)
    }

    /// Answers that the broker gave back again and again, one attempt after the other: by the first the attempts, and
    /// those after it, which have no arrow of their own.
    ///
    /// oslo.messaging publishes such an answer every 0.25 s for a minute (`amqpdriver.py`, `_send_reply`).
    private func retries(among messages: [MessageID]) -> (
        attempts: [MessageID: [MessageID]], furtherAttempts: Set<MessageID>
    ) {
        var attempts: [MessageID: [MessageID]] = [:]
        var further = Set<MessageID>()
        var firstOfCall: [CallID: MessageID] = [:]
        for id in messages where trace.messages[id].kind == .reply && trace.messages[id].returned != nil {
            guard let call = trace.messages[id].call else { continue }
            guard let first = firstOfCall[call] else {
                firstOfCall[call] = id
                continue
            }
            attempts[first, default: [first]].append(id)
            further.insert(id)
        }
        return (attempts, further)
    }

    private mutating func arrow(
        for message: Message, of operation: Operation, lanes: inout LaneTable
    ) -> SequenceArrow {
        let isOutOfSight = operation.takenOutOfSight.contains(message.id)
        let call = builder.call(of: message.id)
        let isAnswer = message.kind.isAnswer
        let sender = message.from ?? (isAnswer ? call?.to : message.kind == .call ? call?.from : nil)
        let from = lanes.lane(of: sender)
        var to = Set<Int>()
        for delivery in message.deliveries {
            if let lane = lanes.lane(of: delivery) { to.insert(lane) }
        }
        var arrow = SequenceArrow(
            kind: message.kind, from: from, to: to.sorted(), label: label(of: message, call: call),
            messages: [message.id])
        if message.kind == .reply, message.id == call?.reply { arrow.latency = call?.latency }
        arrow.marks = marks(of: message, call: call, isOutOfSight: isOutOfSight)
        if from == nil { arrow.marks.append(.senderUnknown) }
        if arrow.to.isEmpty { aim(&arrow, message, call: call, isOutOfSight: isOutOfSight, lanes: &lanes) }
        if builder.options.detail != .none { arrow.detail = message.detail }
        return arrow
    }

    private func label(of message: Message, call: Call?) -> String {
        if message.kind.isAnswer { return call?.title ?? message.title }
        var names: [String] = []
        for event in message.events where !names.contains(event.title) { names.append(event.title) }
        let isReport = message.facts?.upPortIDs.isEmpty == false && !message.title.hasSuffix("_up")
        return ([message.title] + names + (isReport ? ["up"] : [])).joined(separator: " ")
    }

    /// Where a message without a delivery went: to whom answered it, else towards whom it was meant for.
    private func aim(
        _ arrow: inout SequenceArrow, _ message: Message, call: Call?, isOutOfSight: Bool, lanes: inout LaneTable
    ) {
        let wasTaken = message.kind == .call && call?.reply != nil
        switch message.kind {
        case .call where wasTaken:
            arrow.to = [lanes.lane(of: call?.to)].compactMap { $0 }
        case .call, .cast:
            arrow.missed =
                lanes.lane(of: builder.taker(of: message))
                ?? lanes.vacantLane(message.destination, in: virtualHost(of: message), isShown: !isOutOfSight)
        case .reply, .heartbeat:
            arrow.missed = lanes.lane(of: call?.from)
        case .fanout, .notification, .opaque:
            break
        }
        // Nothing says that it got lost.
        if isOutOfSight, let lane = arrow.missed { (arrow.to, arrow.missed) = ([lane], nil) }
    }

    /// `nil` where none need be told apart.
    private func virtualHost(of message: Message) -> String? {
        builder.hasSeveralVirtualHosts ? builder.trace.scope(of: message).virtualHost : nil
    }

    private mutating func marks(of message: Message, call: Call?, isOutOfSight: Bool) -> [ArrowMark] {
        var marks: [ArrowMark] = []
        if let failure = message.failure {
            marks.append(.failure(failure))
            told.insert(failure.message.trimmingEnd())
        }
        if let fault = message.facts?.fault, told.insert(fault.message.trimmingEnd()).inserted {
            marks.append(.reported(fault))
        }
        if let returned = message.returned { marks.append(.returned(returned)) }
        if message.isUntaken {
            marks += undeliveredMark(message, call: call, isOutOfSight: isOutOfSight)
        }
        if let taken = message.deliveries.first?.at, let published = message.publishedAt,
            taken - published >= Limits.noteworthyWait
        {
            marks.append(.waited(taken - published))
        }
        let requeues = message.requeues
        if message.isGivenBack {
            let isDropped = message.deliveries.contains { $0.settlement == .dropped }
            marks.append(.rejected(times: requeues + (isDropped ? 1 : 0), isDropped: isDropped))
        } else if requeues > 0 {
            marks.append(.requeued(times: requeues))
        }
        let redelivered = message.deliveries.count(where: \.redelivered) - requeues
        if redelivered > 0 { marks.append(.redelivered(times: redelivered)) }
        if message.kind == .reply { marks += replyMarks(message, call: call) }
        if message.isTruncated { marks.append(.truncated) }
        return marks
    }

    private func undeliveredMark(_ message: Message, call: Call?, isOutOfSight: Bool) -> [ArrowMark] {
        switch message.kind {
        case .notification: []
        case .call where call?.reply != nil: []
        case _ where isOutOfSight: [.takenOutOfSight]
        case .fanout: [.noListener]
        default: [.neverDelivered(message.destination + (virtualHost(of: message).map { " (\($0))" } ?? ""))]
        }
    }

    private func replyMarks(_ message: Message, call: Call?) -> [ArrowMark] {
        guard let call else { return [.requestNotSeen] }
        var marks: [ArrowMark] = []
        if call.outcome == .orphanReply || call.request == nil { marks.append(.requestNotSeen) }
        if let reply = call.reply, reply != message.id {
            // What the broker gave back was published again: this is no second answer.
            if message.returned == nil { marks.append(.duplicate) }
        } else if call.isLate {
            marks.append(.late)
        }
        if call.reply == message.id, call.replyFate == .misdelivered { marks.append(.misdelivered) }
        return marks
    }
}

extension SequenceArrow {
    /// Makes it stand for all attempts to send one answer.
    fileprivate mutating func fold(_ attempts: [MessageID], in trace: BusTrace) {
        messages = attempts
        count = attempts.count
        guard let first = attempts.first.flatMap({ trace.messages[$0].publishedAt }),
            let last = attempts.last.flatMap({ trace.messages[$0].publishedAt })
        else { return }
        marks.insert(.retried(over: last - first), at: 0)
    }

    /// Whether it stands for all attempts to send one answer.
    var isRetried: Bool {
        marks.contains { mark in
            if case .retried = mark { true } else { false }
        }
    }
}
