import Bytes
import Correlation
import OpenStack
import Protocols
import Trace

/// A machine that takes what AMQP connections say, decodes bodies, and hands observations to the correlator.
struct MessageStage {
    private var decoder: OsloDecoder
    var redaction: Redaction { decoder.redaction }
    private var recentBodies = RecentBodies()
    private(set) var correlator: Correlator
    private(set) var anomalies: AnomalyLog
    var facts: ConnectionFacts
    private let listsPackets: Bool
    /// Connections on which what is cut short is no message of the excerpt.
    private var whole: Set<Int> = []

    init(decoder: OsloDecoder, limits: CorrelationLimits) {
        listsPackets = limits.packetsPerContent != nil
        self.decoder = decoder
        anomalies = AnomalyLog(newest: limits.forgetsConnections ? CaptureSummary.anomalyLimit / 2 : 0)
        correlator = Correlator(limits: limits)
        facts = ConnectionFacts(redaction: decoder.redaction, notesChanges: limits.notesChanges)
    }

    /// - Returns: whether the connection is kept to be listed and named.
    mutating func opened(_ connection: Int, client: (address: String, endpoint: String)) -> Bool {
        correlator.opened(connection, address: client.address, endpoint: client.endpoint)
    }

    mutating func located(_ connection: Int, client: (address: String, endpoint: String)) {
        correlator.located(connection, address: client.address, endpoint: client.endpoint)
    }

    /// The connection is gone: hands over what its ends said about it.
    mutating func closed(_ connection: Int) -> ConnectionFacts.Told? {
        correlator.closed(connection)
        return facts.take(connection)
    }

    /// Notes something out of the ordinary with a connection.
    mutating func note(_ anomaly: Anomaly) {
        anomalies.add(anomaly)
    }

    /// A source of the capture shows a connection between two hosts.
    mutating func saw(_ connection: Int, between one: String, and other: String, in source: Int) {
        correlator.watch.saw(connection, between: one, and: other, in: source)
    }

    /// From when to when each of several sources goes, as far as that is known now.
    mutating func extend(_ extents: [WatchedTime.Stretch?]) { correlator.watch.extend(extents) }
    mutating func extend(_ sources: [CaptureSource]) { correlator.watch.extend(sources) }
    mutating func tell(_ connection: Int, watched time: WatchedTime) { correlator.watch.tell(connection, time) }

    /// The capture lacks bytes of a connection.
    mutating func lost(on connection: Int, at time: Timestamp) {
        correlator.lost(on: connection, at: time)
    }

    /// The capture lacks packets, of which connections is not known.
    mutating func lostPackets(until time: Timestamp) {
        correlator.lostPackets(until: time)
    }

    /// Messages of a connection that are cut short are passed over.
    mutating func takesWholeMessages(on connection: Int) {
        whole.insert(connection)
    }

    /// Takes one event of a connection; `body` is the content's body, empty for other events.
    mutating func receive(_ event: AMQPEvent, body: RawSpan, on connection: Int) {
        switch event {
        case .content(let content) where content.isTruncated && whole.contains(connection):
            break
        case .content(let content):
            observe(content, body: body, on: connection)
        case .settled(let settlement):
            acknowledge(settlement, on: connection)
        case .method(let event):
            if event.side != .client { correlator.heardBroker(on: connection) }
            learn(from: event, on: connection)
        case .anomaly(let anomaly):
            correlator.lost(on: connection, at: anomaly.stamp.time)
            anomalies.add(
                Anomaly(
                    at: anomaly.stamp.time, connection: connection, kind: anomaly.kind.rawValue,
                    detail: redaction.redact(text: anomaly.detail)))
        case .protocolHeader(let version, let side, _):
            facts.protocolHeader(connection, version, from: side)
        case .heartbeat, .skipped:
            break
        }
    }

    /// States something about the capture as a whole.
    mutating func record(_ anomaly: Anomaly) {
        anomalies.state(anomaly)
    }

    mutating func forgetConnections(retaining isRetained: (Int) -> Bool) -> [Int] {
        correlator.forgetConnections(retaining: isRetained)
    }

    mutating func belongs(_ connection: Int, to process: ProcessHint) {
        correlator.naming.belongs(connection, to: process)
    }

    mutating func visitChanges(_ visit: (borrowing Correlator, Int) -> Void) {
        correlator.visitChanges(visit)
    }

    mutating func expire(at now: Timestamp, _ visit: (Correlator.Finished) -> Void) {
        correlator.expire(at: now, visit)
    }

    mutating func finish(at end: Timestamp, _ visit: (Correlator.Finished) -> Void) {
        correlator.finish(at: end, visit)
    }

    // MARK: One event

    private mutating func learn(from event: AMQPMethodEvent, on connection: Int) {
        switch event.method {
        case .connectionStart(let start):
            facts.started(connection, start)
        case .connectionTune(let tune), .connectionTuneOk(let tune):
            facts.tuned(connection, tune)
        case .connectionOpen(let virtualHost):
            facts.opens(connection, virtualHost: virtualHost)
            correlator.entered(connection, virtualHost: redaction.redact(text: virtualHost))
        case .exchangeDeclare(let declare):
            facts.names(connection, event.method.id, declare.exchange)
        case .queueDeclare(let declare):
            facts.names(connection, event.method.id, declare.queue)
        case .queueBind(let bind):
            facts.names(connection, event.method.id, bind.queue)
        case .other(let method) where method.definition.id == Self.openOk:
            facts.opened(connection)
        case .other(let method) where method.definition.id == Self.queueDelete:
            if case .text(let queue)? = method["queue"] { facts.names(connection, event.method.id, queue) }
        case .other(let method) where method.definition.id == Self.queueDeleteOk:
            facts.deleted(connection)
        case .connectionStartOk(let startOk):
            facts.loggedIn(connection, startOk)
            if let name = startOk.connectionName {
                correlator.named(connection, redaction.redact(text: name).bounded(toBytes: Self.connectionNameBytes))
            }
        case .basicConsume(let consume):
            correlator.consumes(connection, queue: redaction.redact(text: consume.queue))
            facts.consumes(connection, event, consume)
            facts.names(connection, event.method.id, consume.queue)
        case .basicCancel(let cancel):
            facts.cancelled(connection, event, cancel).map { anomalies.add($0) }
        case .connectionBlocked(let reason):
            facts.blocked(connection, event, reason: reason).map { anomalies.add($0) }
        case .connectionUnblocked:
            facts.unblocked(connection, event)
        case .channelClose(let reason):
            facts.channelClosed(connection, event, reason).map { anomalies.add($0) }
        case .connectionClose(let reason):
            facts.closed(connection, event, reason).map { anomalies.add($0) }
        case .other(let method) where method.definition.name == Self.closeOk:
            facts.closeAnswered(connection)
        default:
            break
        }
    }

    /// Bytes of a connection's name; oslo.messaging's have the path of a program, a number and a uuid.
    private static let connectionNameBytes = 1024
    /// Its number is another in AMQP 0-8.
    private static let closeOk = "connection.close-ok"
    private static let openOk = MethodID(10, 41)
    private static let queueDelete = MethodID(50, 40)
    private static let queueDeleteOk = MethodID(50, 41)

    private mutating func observe(_ content: AMQPContent, body: RawSpan, on connection: Int) {
        let decoded = read(body, of: content)
        // What a publisher calls its exchanges and keys is as little to be trusted as what it writes.
        let exchange = redaction.redact(text: content.method.exchange)
        let routingKey = redaction.redact(text: content.method.routingKey)
        if case .opaque(let reason) = decoded, reason.isDefect, !content.isTruncated {
            correlator.lost(on: connection, at: content.lastPacket.time)
            anomalies.add(
                Anomaly(
                    at: content.lastPacket.time, connection: connection, kind: "body-unreadable",
                    detail: "message to \(exchange.isEmpty ? routingKey : "\(exchange)/\(routingKey)"): \(reason.text)")
            )
        }
        correlator.receive(
            Observation(
                leg: content.method.leg(redaction), connection: connection, contentID: content.id,
                exchange: exchange, routingKey: routingKey,
                bytes: Int(clamping: content.bodySize), isTruncated: content.isTruncated,
                expiration: content.properties.expirationTime, firstByteAt: content.firstPacket.time,
                lastByteAt: content.lastPacket.time, packets: listsPackets ? content.packets : [],
                bodyHash: decoded.uniqueID == nil ? body.contentHash : 0, body: decoded))
    }

    /// Decodes a body, unless it is one that was published a moment ago.
    private mutating func read(_ body: RawSpan, of content: AMQPContent) -> OsloBody {
        let (contentType, compression) = (content.properties.contentType, content.properties.compression)
        let isWhole = !content.isTruncated && compression == nil
        if isWhole, content.method.isFromBroker, let known = recentBodies.find(body, contentType: contentType) {
            return known
        }
        let decoded = decoder.decode(
            body, contentType: contentType, compression: compression, isTruncated: content.isTruncated)
        if isWhole, !content.method.isFromBroker, let range = decoder.uniqueIDRange {
            recentBodies.add(decoded, of: body, uniqueID: range, contentType: contentType)
        }
        return decoded
    }

    private mutating func acknowledge(_ settlement: Settlement, on connection: Int) {
        let kind: Acknowledgement.Kind
        switch settlement.kind {
        case .confirmed: kind = .confirmed
        case .nacked: kind = .refused
        case .acknowledged: kind = .taken
        case .rejected: kind = .dropped
        case .requeued: kind = .requeued
        }
        for content in settlement.contentIDs {
            correlator.receive(
                Acknowledgement(
                    kind: kind, connection: connection, contentID: content, at: settlement.stamp.time,
                    packet: listsPackets ? settlement.stamp.reference : nil))
        }
    }
}

extension AMQPContent.Method {
    fileprivate func leg(_ redaction: Redaction) -> Observation.Leg {
        switch self {
        case .publish: .publish
        case .deliver(let deliver): .deliver(redelivered: deliver.redelivered)
        case .getOk(let getOk): .deliver(redelivered: getOk.redelivered)
        case .return(let back):
            .returned(Returned(code: Int(back.replyCode), text: redaction.redact(text: back.replyText)))
        }
    }

    fileprivate var isFromBroker: Bool {
        if case .publish = self { false } else { true }
    }
}

extension BasicProperties {
    /// The header that kombu sets on compressed bodies (`kombu_compression`).
    fileprivate var compression: String? { headers?["compression"]?.text }

    /// Milliseconds in decimal digits (AMQP 0-9-1 leaves the form to the broker; RabbitMQ wants this).
    fileprivate var expirationTime: Nanoseconds? {
        guard let milliseconds = expiration.flatMap({ Int64($0) }), (0...(1 << 40)).contains(milliseconds) else {
            return nil
        }
        return .milliseconds(milliseconds)
    }
}

extension RawSpan {
    /// FNV-1a over the bytes: tells bodies without an id apart.
    fileprivate var contentHash: UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in byteOffsets {
            hash = (hash ^ UInt64(unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self))) &* 0x100_0000_01B3
        }
        return hash
    }
}

extension OpaqueReason {
    /// Whether the body should have been readable: not so for other applications' formats and for what was cut.
    fileprivate var isDefect: Bool {
        switch self {
        case .brokenJSON, .tooDeep, .unknownEnvelopeVersion, .compressed, .brokenCompression, .tooLarge: true
        case .empty, .notJSON, .notAnObject, .unknownShape, .truncatedBeforeAnything: false
        }
    }
}
