import Correlation
import OpenStack
import Trace

@testable import Pipeline

/// Plays messages to a correlator and a feed, and keeps what the feed tells.
struct FeedScript {
    private var correlator: Correlator
    private var feed = LiveFeed(tellsCompletion: true)
    private var now = Timestamp(seconds: 1000, nanoseconds: 0)
    private var contents = 0
    private(set) var events: [BusEvent] = []

    /// - Parameter address: of the client of a connection.
    init(address: (Int) -> String = { _ in "192.0.2.1" }) {
        var limits = CorrelationLimits.live
        limits.notesChanges = true
        correlator = Correlator(limits: limits)
        for connection in 0..<6 {
            correlator.opened(
                ConnectionID(connection), address: address(connection), endpoint: "192.0.2.1:\(4000 + connection)")
        }
    }

    /// What was told, without what was only settled: kind, title and deliveries of each.
    var told: [String] {
        events.filter { $0.kind != .settled }.map { event in
            "\(event.kind) \(event.message?.title ?? event.call?.title ?? "?") \(event.message?.deliveries.count ?? 0)"
        }
    }

    /// What was taken for complete.
    var settled: [String] {
        events.filter { $0.kind == .settled }.map { "\($0.message?.title ?? "?") \($0.message?.deliveries.count ?? 0)" }
    }

    mutating func wait(_ time: Nanoseconds) {
        now = now + time
        feed.advance(to: now, in: correlator)
        takeNotices()
    }

    mutating func pass(
        _ leg: Passage.Leg, _ body: OsloBody, on connection: ConnectionID, exchange: String = "nova",
        expiration: Nanoseconds? = nil
    ) {
        wait(.milliseconds(1))
        contents += 1
        correlator.receive(
            Passage(
                leg: leg, connection: connection, contentID: contents, exchange: exchange,
                routingKey: exchange.isEmpty ? "reply_1" : "conductor",
                bytes: 100, isTruncated: false, expiration: expiration, firstByteAt: now, lastByteAt: now, packets: [],
                bodyHash: 0, body: body))
        Self.follow(&correlator, &feed, at: now)
        takeNotices()
    }

    private static func follow(_ correlator: inout Correlator, _ feed: inout LiveFeed, at now: Timestamp) {
        correlator.visitChanges { correlator, message in feed.changed(message, in: correlator, at: now) }
    }

    private mutating func takeNotices() {
        while let notice = feed.nextNotice() {
            if let event = correlator.event(notice) { events.append(event) }
        }
    }

    // MARK: Bodies

    static func cast(_ method: String, unique: String = "u") -> OsloBody {
        var request = RPCRequest(method: method)
        request.uniqueID = unique
        return .request(request)
    }

    static func call(_ method: String, unique: String = "u", call: String = "c", monitor: Nanoseconds? = nil)
        -> OsloBody
    {
        var request = RPCRequest(method: method)
        request.uniqueID = unique
        request.messageID = call
        request.replyQueue = "reply_1"
        request.callMonitorTimeout = monitor
        return .request(request)
    }

    static func reply(
        unique: String = "r", to call: String = "c", failure: RemoteFailure? = nil, isHeartbeat: Bool = false
    )
        -> OsloBody
    {
        var reply = RPCReply()
        reply.uniqueID = unique
        reply.messageID = call
        reply.hasResult = !isHeartbeat
        reply.isEnding = !isHeartbeat
        reply.failure = failure
        return .reply(reply)
    }
}
