import Trace

/// Where a call's record is kept; a call that was parked has another one then, and keeps its id.
typealias CallPlace = TraceID<CallRecord>

/// A machine that follows one call from its request to its outcome.
struct CallRecord: Sendable {
    var call: Call
    /// `_msg_id`.
    let key: JoinKey
    /// When it was last added to.
    var touched: Timestamp
    /// When the request left its caller and when it reached the server (its last delivery).
    var publishedAt: Timestamp?
    var deliveredAt: Timestamp?
    /// When the answer left the server and when it reached the caller.
    var replyPublishedAt: Timestamp?
    var replyDeliveredAt: Timestamp?
    /// When the broker gave the answer back, until it was delivered after all.
    var replyReturnedAt: Timestamp?
    /// Whether that is what became of its last publish.
    var wasReturnedLast = false
    /// Whether the broker refused its last publish (`basic.nack`).
    var replyWasRefused = false
    /// Where the answer goes: `_reply_q`, else its routing key, with its virtual host where there are several.
    var replyQueue: String?
    /// The exception in the answer, whether the caller got it or not.
    var failure: RemoteFailure? {
        get { rareFailure?.value }
        set { rareFailure = newValue.map { InPlace($0) } }
    }
    private var rareFailure: InPlace<RemoteFailure>?
    /// Connections that published the request, took it last, and published the answer.
    var callerConnection: ConnectionID?
    var takerConnection: ConnectionID?
    var replierConnection: ConnectionID?
    /// Who took the request at first, where it was delivered to somebody else since.
    var firstTaker: (connection: ConnectionID, at: Timestamp)?
    /// Whether the broker said of any delivery that it was not the first.
    var wasRedelivered = false
    /// Connection that the answer was delivered on; stands for the caller when its request was not seen.
    var receiverConnection: ConnectionID?
    /// AMQP `expiration` of the request, the caller's timeout.
    var expiration: Nanoseconds?
    /// `_timeout`: the caller gives up when no heartbeat came for so long.
    var monitorTimeout: Nanoseconds?
    var lastSignOfLife: Timestamp?
    /// When the call monitor's time ran out between two signs of life, at first.
    var monitorGaveUpAt: Timestamp?
    /// Whether the broker gave the request back.
    var requestWasReturned = false
    /// Whether the answer that was taken said itself that it is the last.
    var replyIsFinal = false
    /// The instance of an `Instance.save`, while it is open.
    var savedInstance: String?

    /// The reply whose first deliveries were held against the time of the request, that time, and how many they are.
    var compared: (reply: MessageID, asked: Timestamp, deliveries: Int)?

    /// All connections that it names.
    var connections: [ConnectionID] {
        [callerConnection, takerConnection, replierConnection, firstTaker?.connection, receiverConnection]
            .compactMap { $0 }
    }

    init(id: CallID, messageID: String, key: JoinKey, at: Timestamp) {
        self.key = key
        call = Call(id: id, messageID: messageID, outcome: .orphanReply)
        touched = at
    }

    /// Takes a delivery of the request.
    ///
    /// Once it is answered, whoever takes it again is not who answered.
    mutating func taken(on connection: ConnectionID, at time: Timestamp, redelivered: Bool) {
        wasRedelivered = wasRedelivered || redelivered
        if let answered = replyPublishedAt, answered < time, takerConnection != nil { return }
        if let takerConnection, let deliveredAt, takerConnection != connection, firstTaker == nil {
            firstTaker = (takerConnection, deliveredAt)
        }
        takerConnection = connection
        deliveredAt = time
    }

    /// Takes a sign that the method still runs.
    mutating func showedLife(at time: Timestamp) {
        if monitorGaveUpAt == nil, let limit = monitorLimit, limit < time { monitorGaveUpAt = limit }
        lastSignOfLife = max(lastSignOfLife ?? time, time)
    }

    /// Decides the outcome from what was seen until `end`, or until the last file ended in which it would have been seen.
    ///
    /// Times that contradict each other, as of captures whose clocks differ, give no duration.
    mutating func conclude(
        at end: Timestamp, in naming: borrowing ServiceNaming, _ sight: borrowing ReplySight,
        _ watch: borrowing WatchTable
    ) {
        let caller = callerConnection ?? receiverConnection
        let end = watch.end(
            of: caller, watch.areOfOneClock(caller, takerConnection) ? takerConnection : nil,
            since: lastSignOfLife ?? deliveredAt ?? publishedAt ?? end, in: end)
        let server = server(naming)
        call.requestedAt = publishedAt ?? deliveredAt
        call.firstReplyAttemptAt = replyPublishedAt
        call.callerConnection = caller
        call.serverConnection = server.connection
        let lateness = isTimed(watch) ? (replyDeliveredAt ?? replyPublishedAt).flatMap(expiry(by:)) : nil
        call.isLate = lateness != nil
        call.replyFate = fate(at: end, naming, sight, watch)
        let isLost = call.replyFate?.isLost ?? false
        call.repliedAt = isLost ? nil : (replyDeliveredAt ?? replyPublishedAt).map { max($0, call.requestedAt ?? $0) }
        call.error = isLost || call.isLate ? nil : failure
        call.outcome = outcome(at: end)
        call.expiry = call.outcome == .timedOut ? lateness ?? expiry(by: end) : lateness
        if !isLost, let publishedAt, let replyDeliveredAt, replyDeliveredAt >= publishedAt {
            call.latency = replyDeliveredAt - publishedAt
        }
        if let tookAt = server.tookAt, let replyPublishedAt, replyPublishedAt >= tookAt {
            call.serviceTime = replyPublishedAt - tookAt
        }
        if let latency = call.latency, let serviceTime = call.serviceTime, latency >= serviceTime {
            call.brokerTime = latency - serviceTime
        }
    }

    /// Whether the times of the request and of the answer go by one clock.
    private func isTimed(_ watch: borrowing WatchTable) -> Bool {
        watch.areOfOneClock(
            publishedAt == nil ? takerConnection : callerConnection,
            replyDeliveredAt == nil ? replierConnection : receiverConnection)
    }

    /// Who served the call and when it took the request; of a request that went to two processes, the one that answered.
    private func server(_ naming: borrowing ServiceNaming) -> (connection: ConnectionID?, tookAt: Timestamp?) {
        guard let takerConnection, let replierConnection, wasRedelivered else {
            return (takerConnection ?? replierConnection, deliveredAt)
        }
        if naming.areOneProcess(takerConnection, replierConnection) { return (takerConnection, deliveredAt) }
        if let firstTaker, naming.areOneProcess(firstTaker.connection, replierConnection) {
            return (firstTaker.connection, firstTaker.at)
        }
        return (replierConnection, nil)
    }

    /// What became of the answer, where that is known.
    private func fate(
        at end: Timestamp, _ naming: borrowing ServiceNaming, _ sight: borrowing ReplySight,
        _ watch: borrowing WatchTable
    ) -> Call.ReplyFate? {
        guard call.reply != nil else { return nil }
        let sent = call.lastReplyAttemptAt ?? replyPublishedAt
        let isJustSent = sent.map { end - $0 < ReplySight.patience } ?? true
        if replyReturnedAt != nil, wasReturnedLast || isJustSent { return .returned }
        if replyDeliveredAt != nil {
            if let callerConnection, let receiverConnection,
                naming.areDifferentProcesses(callerConnection, receiverConnection)
            {
                return .misdelivered
            }
            return call.isLate ? .late : .delivered
        }
        if replyWasRefused, call.request != nil { return .undelivered }
        if sight.undelivered.contains(call.messageID) { return .undelivered }
        if call.request != nil, let replyQueue, let sent,
            sight.wouldHaveSeenDelivery(from: replyQueue, since: sent, until: end, naming, watch)
        {
            return .undelivered
        }
        return call.isLate ? .late : nil
    }

    private func outcome(at end: Timestamp) -> Call.Outcome {
        guard call.request != nil else { return .orphanReply }
        switch call.replyFate {
        case .late: return .timedOut
        case .returned where !call.isLate: return .returned
        case .returned: return .timedOut
        case .undelivered, .misdelivered: return isBeyondTimeout(end) ? .timedOut : .unanswered
        case .delivered, nil: break
        }
        if call.reply != nil { return failure != nil ? .error : .ok }
        if requestWasReturned { return .returned }
        return isBeyondTimeout(end) ? .timedOut : .unanswered
    }

    /// Whether neither an answer nor the end of the caller's patience was seen until `moment`.
    func isOpen(at moment: Timestamp) -> Bool {
        call.request != nil && (call.reply == nil || replyReturnedAt != nil) && !requestWasReturned
            && !isBeyondTimeout(moment)
    }

    /// A request that was delivered was published before that.
    private var begun: Timestamp? { publishedAt ?? deliveredAt }

    private func isBeyondTimeout(_ moment: Timestamp) -> Bool { expiry(by: moment) != nil }

    /// The end of the caller's patience, where that is before a moment.
    private func expiry(by moment: Timestamp) -> Call.Expiry? { nextExpiry.flatMap { $0.at < moment ? $0 : nil } }

    /// Until when the caller waits, as far as it is known now.
    var limit: Timestamp? { nextExpiry?.at }

    /// The first end of its patience: for the whole answer, or for the next sign of life.
    private var nextExpiry: Call.Expiry? {
        var expiry: Call.Expiry?
        if let expiration, let begun {
            expiry = Call.Expiry(at: begun + expiration, patience: expiration, isForLife: false)
        }
        if let monitorTimeout, let limit = monitorGaveUpAt ?? monitorLimit, expiry.map({ limit < $0.at }) ?? true {
            expiry = Call.Expiry(at: limit, patience: monitorTimeout, isForLife: true)
        }
        return expiry
    }

    /// Until when the call monitor waits for the next sign of life.
    private var monitorLimit: Timestamp? {
        guard let monitorTimeout, let last = lastSignOfLife ?? begun else { return nil }
        return last + monitorTimeout
    }
}
