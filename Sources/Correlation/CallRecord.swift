import Trace

/// A machine that follows one call from its request to its outcome.
struct CallRecord: Sendable {
    var call: Call
    /// When it was last added to.
    var touched: Timestamp
    /// When the request left its caller and when it reached the server (its last delivery).
    var publishedAt: Timestamp?
    var deliveredAt: Timestamp?
    /// When the answer left the server and when it reached the caller.
    var replyPublishedAt: Timestamp?
    var replyDeliveredAt: Timestamp?
    /// Connections that published the request, took it, and published the answer.
    var callerConnection: Int?
    var takerConnection: Int?
    var replierConnection: Int?
    /// Connection that the answer was delivered on; stands for the caller when its request was not seen.
    var receiverConnection: Int?
    /// AMQP `expiration` of the request, the caller's timeout.
    var expiration: Nanoseconds?
    /// `_timeout`: the caller gives up when no heartbeat came for so long.
    var monitorTimeout: Nanoseconds?
    var lastSignOfLife: Timestamp?
    /// Whether the answer that was taken said itself that it is the last.
    var replyIsFinal = false
    /// The instance of an `Instance.save`, while it is open.
    var savedInstance: String?

    init(id: Int, messageID: String, at: Timestamp) {
        call = Call(id: id, messageID: messageID, outcome: .orphanReply)
        touched = at
    }

    /// Decides the outcome from what was seen until `end`.
    mutating func conclude(at end: Timestamp) {
        call.requestedAt = publishedAt ?? deliveredAt
        call.repliedAt = replyDeliveredAt ?? replyPublishedAt
        call.callerConnection = callerConnection ?? receiverConnection
        call.serverConnection = takerConnection ?? replierConnection
        call.isLate = call.repliedAt.map(isBeyondTimeout) ?? false
        call.outcome = outcome(at: end)
        if let publishedAt, let replyDeliveredAt { call.latency = replyDeliveredAt - publishedAt }
        if let deliveredAt, let replyPublishedAt, replyPublishedAt >= deliveredAt {
            call.serviceTime = replyPublishedAt - deliveredAt
        }
        if let latency = call.latency, let serviceTime = call.serviceTime {
            call.brokerTime = max(0, latency - serviceTime)
        }
    }

    private func outcome(at end: Timestamp) -> Call.Outcome {
        guard call.request != nil else { return .orphanReply }
        if call.reply != nil {
            return call.isLate ? .timedOut : call.error != nil ? .error : .ok
        }
        if call.outcome == .returned { return .returned }
        return isBeyondTimeout(end) ? .timedOut : .unanswered
    }

    private func isBeyondTimeout(_ moment: Timestamp) -> Bool {
        if let publishedAt, let expiration, moment - publishedAt > expiration { return true }
        guard let monitorTimeout, let last = lastSignOfLife ?? publishedAt else { return false }
        return moment - last > monitorTimeout
    }
}
