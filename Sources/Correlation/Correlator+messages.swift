import OpenStack
import Trace

extension Correlator {
    /// Takes one passage of a message.
    ///
    /// - Returns: the message's id.
    @discardableResult
    package mutating func receive(_ observation: consuming Observation) -> Int {
        let key = Self.key(of: observation)
        let known = messageByKey[key].flatMap { messages.contains($0) && isOne($0, observation) ? $0 : nil }
        let id: Int
        var isRepeat = false
        switch observation.leg {
        case .publish:
            (id, isRepeat) = published(observation, key: key, known: known)
        case .deliver(let redelivered):
            id = known ?? insert(observation, key: key)
            delivered(observation, id: id, redelivered: redelivered)
        case .returned(let returned):
            id = sent(before: observation) ?? known ?? insert(observation, key: key)
            messages[id].returned = returned
            naming.used(observation.connection)
        }
        if messages[id].deliveries.count < limits.deliveriesPerMessage {
            messages[id].packets.append(contentsOf: observation.packets)
        }
        joinToCall(observation, message: id, isRepeat: isRepeat)
        if limits.notesChanges { changed.append(id) }
        return id
    }

    /// Takes an acknowledgement by broker or consumer.
    package mutating func receive(_ acknowledgement: Acknowledgement) {
        guard let place = unsettled.place(of: acknowledgement.connection),
            let (id, delivery) = unsettled[at: place].remove(acknowledgement.contentID), messages.contains(id)
        else { return }
        switch (acknowledgement.kind, delivery) {
        case (.confirmed, nil): messages[id].confirmedAt = acknowledgement.at
        case (.refused, nil): messages[id].refusedAt = acknowledgement.at
        case (.taken, let index?):
            messages[id].deliveries[index].acknowledgedAt = max(
                acknowledgement.at, messages[id].deliveries[index].at)
            if let packet = acknowledgement.packet { messages[id].settlements.append(packet) }
        default: return
        }
        if limits.notesAcknowledgements { changed.append(id) }
    }

    // MARK: Publish

    /// - Returns: the message, and whether it was published before on another connection: by a shovel or federation,
    ///   which is nobody's voice, or on the other side of a proxy.
    private mutating func published(
        _ observation: Observation, key: String, known: Int?
    ) -> (message: Int, isRepeat: Bool) {
        let connection = observation.connection
        let hasUniqueID = observation.body.uniqueID != nil
        let id: Int
        if let known, hasUniqueID || messages[known].publishedAt == nil {
            id = known
        } else {
            id = insert(observation, key: key)
        }
        awaitSettlement(of: observation, message: id, delivery: nil)
        guard messages[id].publishedAt == nil else {
            let first = messages[id].connection ?? connection
            if first == connection || !naming.areLegs(first, connection) { messages[id].republished += 1 }
            if first == connection { learnSender(observation) } else { naming.used(connection) }
            return (id, first != connection)
        }
        // Clocks of several hosts may differ: no delivery comes before its publish.
        messages[id].publishedAt = messages[id].deliveries.reduce(observation.firstByteAt) { min($0, $1.at) }
        messages[id].connection = connection
        messages[id].exchange = observation.exchange
        messages[id].routingKey = observation.routingKey
        learnSender(observation)
        return (id, false)
    }

    /// The message that comes back without a body that tells which it is: the last one of its size that was sent there
    /// on the connection. A broker gives a message back at once.
    private func sent(before observation: borrowing Observation) -> Int? {
        guard observation.isTruncated, observation.body.uniqueID == nil else { return nil }
        let oldest = max(messages.first, messages.nextID - Self.returnsLookedAt)
        return (oldest..<messages.nextID).last { id in
            messages[id].connection == observation.connection && messages[id].bytes == observation.bytes
                && messages[id].routingKey == observation.routingKey && messages[id].exchange == observation.exchange
                && messages[id].returned == nil
        }
    }

    private static let returnsLookedAt = 64

    private mutating func learnSender(_ observation: Observation) {
        let connection = observation.connection
        switch observation.body {
        case .request(let request):
            naming.sends(
                connection, method: request.method, routingKey: observation.routingKey,
                exchange: observation.exchange)
            for hint in request.hostHints {
                naming.reports(connection, service: hint.service, host: hint.host, method: request.title)
            }
            if let queue = request.replyQueue,
                let other = replyQueues.requested(scoped(queue, on: connection), by: connection)
            {
                naming.join(connection, other)
            }
        case .notification(let notification):
            naming.used(connection)
            if let publisher = notification.publisherID {
                naming.notifies(connection, publisherID: publisher, eventType: notification.eventType)
            }
            if notification.isStateUpdate, naming.keeps(connection), let instance = notification.instances.first {
                openSaves.updated(instance, on: connection, at: observation.firstByteAt)
            }
        case .reply, .opaque:
            naming.used(connection)
        }
    }

    // MARK: Deliver

    private mutating func delivered(_ observation: Observation, id: Int, redelivered: Bool) {
        let connection = observation.connection
        let twin = naming.legs(of: connection).flatMap { legs in
            messages[id].deliveries.lastIndex { $0.connection == legs.0 || $0.connection == legs.1 }
        }
        if let twin, !redelivered {
            // One delivery, seen on both sides of a proxy: it arrives at the later of the two.
            messages[id].deliveries[twin].at = max(messages[id].deliveries[twin].at, observation.lastByteAt)
        } else {
            if messages[id].deliveries.count >= max(1, limits.deliveriesPerMessage) {
                messages[id].deliveries.removeLast()
            }
            let at = max(observation.lastByteAt, messages[id].publishedAt ?? observation.lastByteAt)
            messages[id].deliveries.append(Delivery(at: at, redelivered: redelivered, connection: connection))
        }
        let latest = messages[id].deliveries.count - 1
        awaitSettlement(of: observation, message: id, delivery: redelivered ? latest : twin ?? latest)
        takes(
            connection, from: observation.routingKey.isEmpty ? observation.exchange : observation.routingKey,
            isNew: false)
    }

    // MARK: Messages

    /// Notes what an acknowledgement that names the content is about.
    private mutating func awaitSettlement(of observation: Observation, message: Int, delivery: Int?) {
        let connection = observation.connection
        let place = unsettled.place(of: connection) ?? unsettled.insert(UnsettledContents(), for: connection)
        unsettled[at: place].add(
            observation.contentID, message: message, delivery: delivery, oldest: messages.first,
            limit: limits.unsettledPerConnection)
    }

    private mutating func insert(_ observation: Observation, key: String) -> Int {
        let id = messages.nextID
        let message = Message(observation, id: id)
        let footprint = message.footprint
        messages.append(message)
        keys.append(key)
        footprints.append(footprint)
        messageBytes += footprint
        messageByKey[key] = id
        return id
    }

    /// Whether a passage may be of a message with the same key: one without a `_unique_id` may stand in two virtual
    /// hosts.
    private func isOne(_ message: Int, _ observation: borrowing Observation) -> Bool {
        guard let host = naming.virtualHost(of: observation.connection), observation.body.uniqueID == nil,
            let other = messages[message].connection ?? messages[message].deliveries.first?.connection
        else { return true }
        return naming.virtualHost(of: other).map { $0 == host } ?? true
    }

    /// What joins the passages of one message: `_unique_id`; before Grizzly, which has none, the body itself and where
    /// it goes, since the ends of all answers have the same body.
    private static func key(of observation: borrowing Observation) -> String {
        observation.body.uniqueID
            ?? "\(observation.bytes) \(observation.bodyHash) \(observation.exchange) \(observation.routingKey)"
    }
}

extension Message {
    /// What one passage tells of a message; who sent it, when and to whom is filled in by its legs.
    init(_ observation: borrowing Observation, id: Int) {
        let kind: Kind
        switch observation.body {
        case .request(let request):
            kind = request.messageID != nil ? .call : observation.exchange.hasSuffix("_fanout") ? .fanout : .cast
        case .reply(let reply):
            kind = reply.isHeartbeat ? .heartbeat : .reply
        case .notification:
            kind = .notification
        case .opaque:
            kind = .opaque
        }
        self.init(
            id: id, kind: kind, exchange: observation.exchange, routingKey: observation.routingKey,
            bytes: observation.bytes)
        isTruncated = observation.isTruncated
        expiration = observation.expiration
        uniqueID = observation.body.uniqueID
        switch observation.body {
        case .request(let request): describe(request)
        case .reply(let reply): describe(reply, routingKey: observation.routingKey, exchange: observation.exchange)
        case .notification(let notification): describe(notification)
        case .opaque(let reason): facts = MessageFacts(content: reason.text)
        }
    }

    private mutating func describe(_ request: RPCRequest) {
        messageID = request.messageID
        replyQueue = request.replyQueue
        method = request.method
        objectMethod = request.objectMethod
        namespace = request.namespace
        version = request.version
        requestID = request.context.requestID
        globalRequestID = request.context.globalRequestID
        instances = request.instances
        instanceName = request.instanceName
        stateChange = request.stateChange
        events = request.events
        detail = request.detail
        isBackground = BackgroundTraffic.contains(request) || request.context.isInternal
        guard !isBackground else {
            // Agents' work on a port belongs to what is done with the port's instance.
            return facts = MessageFacts(
                portIDs: request.portIDs, upPortIDs: request.upPortIDs, otherNames: request.otherNames)
        }
        facts = MessageFacts(
            expectedTaskStates: request.expectedTaskStates, portIDs: request.portIDs, upPortIDs: request.upPortIDs,
            retry: request.retry, fault: request.fault, otherNames: request.otherNames)
    }

    /// Before Grizzly a reply has no `_msg_id`: the exchange and queue it goes to are named by it. Queues named `reply_…`
    /// came with it; a reply to one of them of which it cannot be read answers nothing that is known.
    private mutating func describe(_ reply: RPCReply, routingKey: String, exchange: String) {
        let queue = routingKey.isEmpty ? exchange : routingKey
        messageID = reply.messageID ?? (isTruncated || queue.hasPrefix("reply_") ? nil : queue)
        failure = reply.failure
        detail = reply.detail
        facts = MessageFacts(selectedHosts: reply.selectedHosts)
    }

    private mutating func describe(_ notification: OpenStack.Notification) {
        eventType = notification.eventType
        priority = notification.priority
        publisherID = notification.publisherID
        requestID = notification.context.requestID
        globalRequestID = notification.context.globalRequestID
        instances = notification.instances
        instanceName = notification.instanceName
        stateChange = notification.stateChange
        detail = notification.detail
        isBackground = notification.priority != "ERROR"
        facts = MessageFacts(
            portIDs: notification.portIDs, fault: notification.fault, otherNames: notification.otherNames)
    }
}
