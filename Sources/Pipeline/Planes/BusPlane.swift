import Bytes
import Correlation
import OpenStack
import Protocols
import Trace

/// A machine that understands what AMQP connections say: it decodes bodies, and what the two ends say of the connection.
struct BusPlane {
    private var decoder: OsloDecoder
    private let redaction: Redaction
    private var names: RedactedNames
    private var recentBodies = RecentBodies()
    private(set) var facts: ConnectionFacts
    private let listsPackets: Bool
    /// Connections on which what is cut short is no message of the excerpt.
    private var whole: Set<ConnectionID> = []

    typealias Emit = (Observation) -> Void

    init(decoder: OsloDecoder, listsPackets: Bool) {
        self.listsPackets = listsPackets
        self.decoder = decoder
        redaction = decoder.redaction
        names = RedactedNames(decoder.redaction)
        facts = ConnectionFacts(redaction: decoder.redaction)
    }

    /// Messages of a connection that are cut short are skipped.
    mutating func takesWholeMessages(on connection: ConnectionID) {
        whole.insert(connection)
    }

    /// The connection is gone: hands over what its ends said about it.
    mutating func take(_ connection: ConnectionID) -> ConnectionFacts.Told? { facts.take(connection) }

    /// Takes one event of a connection; `body` is the content's body, empty for other events.
    mutating func receive(_ event: AMQPEvent, body: RawSpan, on connection: ConnectionID, _ emit: Emit) {
        switch event {
        case .begun(let content):
            if content.value.side != .client { emit(.heardBroker(connection)) }
        case .content(let content):
            guard !(content.value.isTruncated && whole.contains(connection)) else { break }
            observe(content, body: body, on: connection, emit)
        case .settled(let settlement):
            acknowledge(settlement, on: connection, emit)
        case .method(let event):
            if event.side != .client { emit(.heardBroker(connection)) }
            learn(from: event, on: connection, emit)
        case .protocolHeader(let version, let side, _):
            facts.protocolHeader(connection, version, from: side, emit)
        case .heartbeat:
            break
        }
    }

    // MARK: One event

    private mutating func learn(from event: AMQPMethodEvent, on connection: ConnectionID, _ emit: Emit) {
        switch event.method {
        case .basicAck:
            break
        case .connectionStart(let start):
            facts.started(connection, start)
        case .connectionTune(let tune):
            facts.tuned(connection, tune.limits)
        case .connectionTuneOk(let tune):
            facts.tuned(connection, tune.limits)
        case .connectionOpen(let open):
            facts.opens(connection, virtualHost: open.virtualHost)
            emit(.entered(connection, virtualHost: redaction.redact(text: open.virtualHost)))
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
                emit(.named(connection, redaction.redact(text: name).bounded(toBytes: Self.connectionNameBytes)))
            }
        case .basicConsume(let consume):
            emit(.consumes(connection, queue: redaction.redact(text: consume.queue)))
            facts.consumes(connection, event, consume, emit)
            facts.names(connection, event.method.id, consume.queue)
        case .basicConsumeOk(let answer):
            facts.consumeAnswered(connection, event, answer)
        case .other(let method) where method.definition.id == Self.get:
            if case .text(let queue)? = method["queue"] { facts.fetches(connection, event, from: queue) }
        case .basicCancel(let cancel):
            facts.cancelled(connection, event, cancel, emit)
        case .connectionBlocked(let blocked):
            facts.blocked(connection, event, reason: blocked.reason, emit)
        case .connectionUnblocked:
            facts.unblocked(connection, event)
        case .channelClose(let close):
            facts.channelClosed(connection, event, close.reason, emit)
        case .connectionClose(let close):
            facts.closed(connection, event, close.reason, emit)
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
    private static let get = MethodID(60, 70)
    private static let queueDelete = MethodID(50, 40)
    private static let queueDeleteOk = MethodID(50, 41)

    private mutating func observe(
        _ content: InPlace<AMQPContent>, body: RawSpan, on connection: ConnectionID, _ emit: Emit
    ) {
        let decoded = read(body, of: content)
        // What a publisher calls its exchanges and keys is as little to be trusted as what it writes.
        let exchange = names.redact(content.value.exchange)
        let routingKey = names.redact(content.value.routingKey)
        if case .opaque(let reason) = decoded, reason.isDefect, !content.value.isTruncated {
            emit(.lost(connection, at: content.value.lastPacket.time))
            emit(
                .anomaly(
                    Anomaly(
                        at: content.value.lastPacket.time, connection: connection, kind: .bodyUnreadable,
                        detail: "message to \(exchange.isEmpty ? routingKey : "\(exchange)/\(routingKey)"): "
                            + reason.text)))
        }
        emit(
            .passage(
                Passage(
                    leg: content.value.method.leg(redaction), connection: connection, contentID: content.value.id,
                    exchange: exchange, routingKey: routingKey,
                    bytes: Int(clamping: content.value.bodySize), isTruncated: content.value.isTruncated,
                    expiration: Self.time(ofExpiration: content.value.properties.expiration),
                    firstByteAt: content.value.firstPacket.time, lastByteAt: content.value.lastPacket.time,
                    packets: listsPackets ? content.value.packets : [],
                    bodyHash: decoded.uniqueID == nil ? body.contentHash : 0, body: decoded,
                    origin: origin(of: content, on: connection))))
    }

    /// Milliseconds in decimal digits (AMQP 0-9-1 leaves the form to the broker; RabbitMQ wants this).
    private static func time(ofExpiration expiration: String?) -> Nanoseconds? {
        guard let milliseconds = expiration.flatMap({ Int64($0) }), (0...(1 << 40)).contains(milliseconds) else {
            return nil
        }
        return .milliseconds(milliseconds)
    }

    /// Where a delivery came from.
    private func origin(of content: InPlace<AMQPContent>, on connection: ConnectionID) -> DeliveryOrigin? {
        switch content.value.method {
        case .deliver(let deliver):
            DeliveryOrigin(
                queue: facts.queue(of: deliver.consumerTag, on: content.value.channel, of: connection),
                isFetched: false, death: content.value.properties.headers?.death(redaction))
        case .getOk:
            DeliveryOrigin(
                queue: facts.fetchedQueue(on: content.value.channel, of: connection), isFetched: true,
                death: content.value.properties.headers?.death(redaction))
        case .publish, .return: nil
        }
    }

    /// Decodes a body, unless it is one that was published a moment ago.
    private mutating func read(_ body: RawSpan, of content: InPlace<AMQPContent>) -> OsloBody {
        let contentType = content.value.properties.contentType
        let compression = content.value.properties.headers?.compression
        let isWhole = !content.value.isTruncated && compression == nil
        if isWhole, content.value.method.isFromBroker, let known = recentBodies.find(body, contentType: contentType) {
            return known
        }
        let decoded = decoder.decode(
            body, contentType: contentType, compression: compression, isTruncated: content.value.isTruncated)
        if isWhole, !content.value.method.isFromBroker, let range = decoder.uniqueIDRange {
            recentBodies.add(decoded, of: body, uniqueID: range, contentType: contentType)
        }
        return decoded
    }

    private func acknowledge(_ settlement: Settlement, on connection: ConnectionID, _ emit: Emit) {
        let kind: Acknowledgement.Kind
        switch settlement.kind {
        case .confirmed: kind = .confirmed
        case .nacked: kind = .refused
        case .acknowledged: kind = .taken
        case .rejected: kind = .dropped
        case .requeued: kind = .requeued
        }
        for content in settlement.contentIDs {
            emit(
                .acknowledged(
                    Acknowledgement(
                        kind: kind, connection: connection, contentID: content, at: settlement.stamp.time,
                        packet: listsPackets ? settlement.stamp.reference : nil)))
        }
    }
}

extension AMQPContent.Method {
    fileprivate func leg(_ redaction: Redaction) -> Passage.Leg {
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

extension FieldTable {
    /// The header that kombu sets on compressed bodies (`kombu_compression`).
    fileprivate var compression: String? { self["compression"]?.text }

    /// What RabbitMQ writes of a message that it dead-letters.
    fileprivate func death(_ redaction: Redaction) -> AsideDelivery.Death? {
        guard case .array(let deaths)? = self["x-death"] else { return nil }
        var oldest: FieldTable?
        if case .table(let table)? = deaths.last { oldest = table }
        guard let queue = self["x-first-death-queue"]?.text ?? oldest?["queue"]?.text else { return nil }
        let reason = self["x-first-death-reason"]?.text ?? oldest?["reason"]?.text ?? ""
        return AsideDelivery.Death(
            queue: redaction.redact(text: queue).bounded(toBytes: 255),
            reason: redaction.redact(text: reason).bounded(toBytes: 255))
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
