import Trace

/// A value: a request that waited for a second or more, and was taken then.
struct LongWait {
    enum Cause {
        /// Nobody took it, though the broker had it.
        case untaken
        /// The broker confirmed it so late that it had not put it into the queue before, as one without a majority of its
        /// nodes.
        case confirmedLate(Timestamp)
        /// The broker read nothing from its publisher's connection meanwhile (`connection.blocked`).
        case blocked(BlockedSpan)
        /// Who was given it before lost its channel, so that the broker gave it out again.
        case givenAgain(from: [ParticipantID?])
        /// Who was given it rejected it, so often, until one took it.
        case rejected(by: [ParticipantID?], times: Int)
    }

    var message: MessageID
    var from: Timestamp
    var until: Timestamp
    var taker: ParticipantID?
    var cause: Cause

    var time: Nanoseconds { until - from }
}

extension Facts {
    private static let isLong: Nanoseconds = .seconds(1)

    /// In order of time.
    var longWaits: [LongWait] { requests.flatMap { [waitToBeTaken($0), waitToBeGivenAgain($0)].compactMap(\.self) } }

    private func waitToBeTaken(_ id: MessageID) -> LongWait? {
        let message = message(id)
        // What the broker refused was not in the queue until it was published anew.
        guard let published = message.publishedAt, message.amqp?.refusedAt == nil, closing(after: message) == nil,
            let delivery = message.deliveries.first, delivery.at - published >= Self.isLong,
            trace.areOfOneClock(message.connection, delivery.connection)
        else { return nil }
        let confirmed = message.amqp?.confirmedAt.flatMap { delivery.at - $0 < $0 - published ? $0 : nil }
        return LongWait(
            message: id, from: published, until: delivery.at, taker: delivery.to,
            cause: block(of: message.connection, from: published, until: delivery.at).map(LongWait.Cause.blocked)
                ?? confirmed.map(LongWait.Cause.confirmedLate) ?? .untaken)
    }

    /// A message that was given to one and not acknowledged, or taken by a process that died, comes again, marked so.
    private func waitToBeGivenAgain(_ id: MessageID) -> LongWait? {
        let message = message(id)
        let deliveries = message.deliveries
        guard let first = deliveries.first, let last = deliveries.last, last.redelivered, deliveries.count > 1,
            last.at - first.at >= Self.isLong || hadBegun(message), !message.isGivenBack
        else { return nil }
        if message.requeues > 0 {
            return LongWait(
                message: id, from: first.at, until: last.at, taker: last.to,
                cause: .rejected(by: message.rejectors, times: message.requeues))
        }
        return LongWait(
            message: id, from: first.at, until: last.at, taker: last.to,
            cause: .givenAgain(from: deliveries.dropLast().map(\.to)))
    }

    /// Whether who was given a request first asked for anything before it was given out again, or, where another was given
    /// it then, since: what is given out again may be done twice.
    private func hadBegun(_ message: Message) -> Bool {
        guard let first = message.deliveries.first, let taker = first.to, message.deliveries.count > 1 else {
            return false
        }
        let again = message.deliveries[1]
        guard again.to == taker else { return index.lastWork[taker].map { $0 >= first.at } ?? false }
        return requests.contains { id in
            self.message(id).from == taker && self.message(id).at.map { $0 >= first.at && $0 < again.at } ?? false
        }
    }

    /// The block that covers the greater part of a wait.
    private func block(of connection: ConnectionID?, from: Timestamp, until: Timestamp) -> BlockedSpan? {
        trace.connection(connection)?.blocked.first { span in
            min(span.until ?? until, until) - max(span.from, from) > (until - from) / 2
        }
    }

    /// What is said of them.
    var waitsEvidence: [Diagnosis.Evidence] {
        longWaits.map { wait in
            let message = message(wait.message)
            let (title, waited, taker) = (message.title, seconds(wait.time), name(wait.taker))
            let text =
                switch wait.cause {
                case .untaken: "nobody took \(title) from \(message.queue) for \(waited), then \(taker) did"
                case .confirmedLate(let time):
                    "the broker confirmed \(title) \(seconds(time - wait.from)) late, then \(taker) took it"
                case .blocked(let span):
                    "the broker had blocked the connection of \(name(message.from))"
                        + (span.reason.isEmpty ? "" : " (\(span.reason))")
                        + ": \(title) was given to \(taker) after \(waited)"
                case .rejected(let rejectors, let times):
                    "\(title) was given to \(listed(names(of: rejectors))), which rejected and requeued it"
                        + "\(often(times)) in \(waited): \(taker) took it then"
                case .givenAgain(let former):
                    "\(title) was given to \(listed(names(of: former)))"
                        + (hadBegun(message) ? ", which began with it" : "")
                        + ", and given out again\(former.count > 1 ? "\(often(former.count)) in" : " after") \(waited): \(taker) "
                        + (coverage.seesAcknowledgements && message.deliveries.last?.acknowledgedAt == nil
                            ? "was given it" : "took it")
                }
            return Diagnosis.Evidence(text, at: wait.from, message: wait.message)
        }
    }
}
