import OpenStack
import Trace

@testable import Correlation

/// Plays messages to a correlator, one millisecond a step, and gathers what it hands on.
struct BusScript {
    private(set) var correlator: Correlator
    var now = Timestamp(seconds: 1000, nanoseconds: 0)
    private var contents = 0
    private(set) var messages: [Message] = []
    private(set) var calls: [Call] = []

    /// - Parameter address: of each connection's client.
    init(
        limits: CorrelationLimits = .replay, connections: Int = 8, at address: (Int) -> String = { _ in "192.0.2.1" }
    ) {
        correlator = Correlator(limits: limits)
        for connection in 0..<connections {
            let client = address(connection)
            correlator.opened(ConnectionID(connection), address: client, endpoint: "\(client):\(4000 + connection)")
        }
    }

    mutating func wait(_ time: Nanoseconds) { now = now + time }

    mutating func named(_ connection: Int, _ name: String) { correlator.named(ConnectionID(connection), name) }

    @discardableResult
    mutating func open(_ connection: Int) -> Bool {
        correlator.opened(ConnectionID(connection), address: "192.0.2.1", endpoint: "192.0.2.1:\(connection)")
    }

    mutating func close(_ connection: Int) { correlator.closed(ConnectionID(connection)) }

    mutating func enters(_ connection: Int, _ virtualHost: String) {
        correlator.entered(ConnectionID(connection), virtualHost: virtualHost)
    }

    mutating func consumes(_ connection: Int, _ queue: String) {
        correlator.consumes(ConnectionID(connection), queue: queue)
    }

    mutating func heardBroker(_ connection: Int) { correlator.heardBroker(on: ConnectionID(connection)) }

    mutating func lose(_ connection: Int, at time: Timestamp? = nil) {
        correlator.lost(on: ConnectionID(connection), at: time ?? now)
    }

    mutating func losePackets() { correlator.lostPackets(until: now) }

    /// - Returns: the content's number on its connection.
    @discardableResult
    mutating func pass(
        _ leg: Passage.Leg, _ body: OsloBody, on connection: Int, to routingKey: String, exchange: String = "nova",
        expiration: Nanoseconds? = nil, hash: UInt64 = 0, isTruncated: Bool = false,
        origin: DeliveryOrigin? = nil
    ) -> Int {
        contents += 1
        wait(.milliseconds(1))
        correlator.receive(
            Passage(
                leg: leg, connection: ConnectionID(connection), contentID: contents, exchange: exchange,
                routingKey: routingKey, bytes: 100, isTruncated: isTruncated, expiration: expiration, firstByteAt: now,
                lastByteAt: now,
                packets: [PacketReference(source: 0, number: Int64(contents))], bodyHash: hash, body: body,
                origin: origin))
        return contents
    }

    mutating func acknowledge(_ content: Int, _ kind: Acknowledgement.Kind, on connection: Int) {
        wait(.milliseconds(1))
        correlator.receive(
            Acknowledgement(kind: kind, connection: ConnectionID(connection), contentID: content, at: now))
    }

    mutating func expire() {
        correlator.expire(at: now) { item in Self.file(item, &messages, &calls) }
    }

    /// - Returns: the connections that were forgotten.
    @discardableResult
    mutating func forget(retaining isRetained: (ConnectionID) -> Bool = { _ in false }) -> [ConnectionID] {
        correlator.forgetConnections(retaining: isRetained)
    }

    mutating func finish() {
        correlator.finish(at: now) { item in Self.file(item, &messages, &calls) }
    }

    private static func file(_ item: Correlator.Finished, _ messages: inout [Message], _ calls: inout [Call]) {
        switch item {
        case .message(let message): messages.append(message)
        case .call(let call): calls.append(call)
        }
    }

    // MARK: Bodies

    static func request(
        _ method: String, unique: String?, call: String? = nil, replyQueue: String? = nil,
        _ change: (inout RPCRequest) -> Void = { _ in }
    ) -> OsloBody {
        var request = RPCRequest(method: method)
        request.uniqueID = unique
        request.messageID = call
        request.replyQueue = replyQueue
        change(&request)
        return .request(request)
    }

    static func reply(
        to call: String?, unique: String?, hasResult: Bool = true, ending: Bool? = true,
        failure: RemoteFailure? = nil
    ) -> OsloBody {
        var reply = RPCReply()
        reply.messageID = call
        reply.uniqueID = unique
        reply.hasResult = hasResult
        reply.isEnding = ending
        reply.failure = failure
        return .reply(reply)
    }

    static func update(of instance: String, unique: String, publisher: String = "compute.ctl1") -> OsloBody {
        var notification = OpenStack.Notification(eventType: "compute.instance.update")
        notification.publisherID = publisher
        notification.priority = "INFO"
        notification.uniqueID = unique
        notification.instances = [instance]
        return .notification(notification)
    }
}
