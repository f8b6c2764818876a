import OpenStack
import Services
package import Trace

extension Correlator {
    /// Takes one passage of a message.
    ///
    /// - Returns: the message's id.
    @discardableResult
    package mutating func receive(_ passage: consuming Passage) -> MessageID {
        let key = Self.key(of: passage)
        let known = messageByKey[key].flatMap { messages.contains($0) && isOne($0, passage) ? $0 : nil }
        let route = known.flatMap { messages[$0].publishedAt == nil ? nil : messages[$0].amqp }
        if passage.isAside(of: route) { passage.leg = .aside }
        let id: MessageID
        var isRepeat = false
        switch passage.leg {
        case .publish:
            (id, isRepeat) = published(passage, key: key, known: known)
        case .deliver(let redelivered):
            id = known ?? insert(passage, key: key)
            delivered(passage, id: id, redelivered: redelivered)
        case .aside:
            id = known ?? insert(passage, key: key)
            deliveredAside(passage, id: id)
            joinToCall(passage, message: id, isRepeat: false)
            if limits.notesChanges { changed.append(id) }
            return id
        case .returned(let returned):
            id = sent(before: passage) ?? known ?? insert(passage, key: key)
            messages[id].amqp?.returned = returned
            naming.used(passage.connection)
        }
        if messages[id].deliveries.count < limits.deliveriesPerMessage {
            messages[id].packets.append(contentsOf: passage.packets)
        }
        joinToCall(passage, message: id, isRepeat: isRepeat)
        if limits.notesChanges { changed.append(id) }
        return id
    }

    /// Takes an acknowledgement by broker or consumer.
    package mutating func receive(_ acknowledgement: Acknowledgement) {
        guard let place = unsettled.place(of: acknowledgement.connection),
            let (id, delivery) = unsettled[at: place].remove(acknowledgement.contentID), messages.contains(id)
        else { return }
        switch (acknowledgement.kind, delivery) {
        case (.confirmed, nil): messages[id].amqp?.confirmedAt = acknowledgement.at
        case (.refused, nil):
            messages[id].amqp?.refusedAt = acknowledgement.at
            publishRefused(id)
        case (.taken, let index?): settle(acknowledgement, .acknowledged, message: id, delivery: index)
        case (.dropped, let index?): settle(acknowledgement, .dropped, message: id, delivery: index)
        case (.requeued, let index?):
            settle(acknowledgement, .requeued, message: id, delivery: index)
            if index >= 0 { messages[id].amqp?.countRequeue() }
        default: return
        }
        if limits.notesAcknowledgements { changed.append(id) }
    }

    private mutating func settle(
        _ acknowledgement: Acknowledgement, _ settlement: Delivery.Settlement, message id: MessageID,
        delivery index: Int
    ) {
        guard index >= 0 else {
            return messages[id].asides[-1 - index].delivery.settle(settlement, at: acknowledgement.at)
        }
        messages[id].deliveries[index].settle(settlement, at: acknowledgement.at)
        guard let packet = acknowledgement.packet, messages[id].settlements.count < limits.deliveriesPerMessage else {
            return
        }
        messages[id].settlements.append(packet)
    }

    // MARK: Publish

    /// - Returns: the message, and whether it was published before on another connection: by a shovel or federation,
    ///   which is nobody's voice, or on the other side of a proxy.
    private mutating func published(
        _ passage: Passage, key: String, known: MessageID?
    ) -> (message: MessageID, isRepeat: Bool) {
        let connection = passage.connection
        let hasUniqueID = passage.body.uniqueID != nil
        let id: MessageID
        if let known, hasUniqueID || messages[known].publishedAt == nil {
            id = known
        } else {
            id = insert(passage, key: key)
        }
        awaitSettlement(of: passage, message: id, delivery: nil)
        guard messages[id].publishedAt == nil else {
            let first = messages[id].connection ?? connection
            if first == connection || !naming.areLegs(first, connection) { messages[id].amqp?.republished += 1 }
            if first == connection { learnSender(passage) } else { naming.used(connection) }
            return (id, first != connection)
        }
        // Clocks of several hosts may differ: no delivery comes before its publish.
        messages[id].publishedAt = messages[id].deliveries.reduce(passage.firstByteAt) { min($0, $1.at) }
        messages[id].connection = connection
        if id == known {
            messages[id].amqp?.exchange = passage.exchange
            messages[id].amqp?.routingKey = passage.routingKey
        }
        learnSender(passage)
        return (id, false)
    }

    /// The message that comes back without a body that tells which it is: the last one of its size that was sent there
    /// on the connection. A broker gives a message back at once.
    private func sent(before passage: borrowing Passage) -> MessageID? {
        guard passage.isTruncated, passage.body.uniqueID == nil else { return nil }
        let oldest = max(messages.first, messages.nextID.advanced(by: -Self.returnsLookedAt))
        return (oldest..<messages.nextID).last { id in
            messages[id].connection == passage.connection && messages[id].bytes == passage.bytes
                && messages[id].amqp?.routingKey == passage.routingKey
                && messages[id].amqp?.exchange == passage.exchange
                && messages[id].returned == nil
        }
    }

    private static let returnsLookedAt = 64

    private mutating func learnSender(_ passage: Passage) {
        let connection = passage.connection
        switch passage.body {
        case .request(let request):
            naming.sends(
                connection, method: request.method, routingKey: passage.routingKey,
                exchange: passage.exchange)
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
                openSaves.updated(instance, on: connection, at: passage.firstByteAt)
            }
        case .reply, .opaque:
            naming.used(connection)
        }
    }

    // MARK: Deliver

    private mutating func delivered(_ passage: Passage, id: MessageID, redelivered: Bool) {
        let connection = passage.connection
        let twin = naming.legs(of: connection).flatMap { legs in
            messages[id].deliveries.lastIndex { $0.connection == legs.0 || $0.connection == legs.1 }
        }
        if let twin, !redelivered {
            // One delivery, seen on both sides of a proxy: it arrives at the later of the two.
            messages[id].deliveries[twin].at = max(messages[id].deliveries[twin].at, passage.lastByteAt)
        } else {
            if messages[id].deliveries.count >= max(1, limits.deliveriesPerMessage) {
                messages[id].deliveries.removeLast()
            }
            let at = max(passage.lastByteAt, messages[id].publishedAt ?? passage.lastByteAt)
            messages[id].deliveries.append(Delivery(at: at, redelivered: redelivered, connection: connection))
        }
        let latest = messages[id].deliveries.count - 1
        awaitSettlement(of: passage, message: id, delivery: redelivered ? latest : twin ?? latest)
        let name = passage.routingKey.isEmpty ? passage.exchange : passage.routingKey
        // Who reads notifications or anything else from another queue is not who serves the routing key.
        if let queue = passage.origin?.queue, queue != name, !queue.hasPrefix(name + "_") {
            naming.used(connection)
        } else {
            takes(connection, from: name, isNew: false)
        }
    }

    /// What acknowledges it is told by a number below 0.
    private mutating func deliveredAside(_ passage: borrowing Passage, id: MessageID) {
        naming.used(passage.connection)
        guard messages[id].asides.count < max(1, limits.deliveriesPerMessage) else { return }
        let at = max(passage.lastByteAt, messages[id].publishedAt ?? passage.lastByteAt)
        var aside = AsideDelivery(
            Delivery(at: at, redelivered: false, connection: passage.connection), from: passage.origin?.queue,
            isFetched: passage.origin?.isFetched ?? false, death: passage.origin?.death)
        aside.packets = passage.packets
        messages[id].asides.append(aside)
        awaitSettlement(of: passage, message: id, delivery: -messages[id].asides.count)
    }

    // MARK: Messages

    /// Notes what an acknowledgement that names the content is about.
    private mutating func awaitSettlement(of passage: borrowing Passage, message: MessageID, delivery: Int?) {
        let connection = passage.connection
        let place = unsettled.place(of: connection) ?? unsettled.insert(UnsettledContents(), for: connection)
        unsettled[at: place].add(
            passage.contentID, message: message, delivery: delivery, oldest: messages.first,
            limit: limits.unsettledPerConnection)
    }

    private mutating func insert(_ passage: Passage, key: String) -> MessageID {
        let id = messages.nextID
        let message = Message(passage, id: id)
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
    private func isOne(_ message: MessageID, _ passage: borrowing Passage) -> Bool {
        guard let host = naming.virtualHost(of: passage.connection), passage.body.uniqueID == nil,
            let other = messages[message].connection ?? messages[message].deliveries.first?.connection
        else { return true }
        return naming.virtualHost(of: other).map { $0 == host } ?? true
    }

    /// What joins the passages of one message: `_unique_id`; before Grizzly, which has none, the body itself and where
    /// it goes, since the ends of all answers have the same body.
    private static func key(of passage: borrowing Passage) -> String {
        passage.body.uniqueID
            ?? "\(passage.bytes) \(passage.bodyHash) \(passage.exchange) \(passage.routingKey)"
    }
}

extension Message {
    /// What one passage tells of a message; who sent it, when and to whom is filled in by its legs.
    init(_ passage: borrowing Passage, id: MessageID) {
        let kind: Kind
        switch passage.body {
        case .request(let request):
            kind = request.messageID != nil ? .call : passage.exchange.hasSuffix("_fanout") ? .fanout : .cast
        case .reply(let reply):
            kind = reply.isHeartbeat ? .heartbeat : .reply
        case .notification:
            kind = .notification
        case .opaque:
            kind = .opaque
        }
        var own = AMQPTransport(exchange: passage.exchange, routingKey: passage.routingKey)
        own.expiration = passage.expiration
        if case .request(let request) = passage.body { own.replyQueue = request.replyQueue }
        self.init(id: id, kind: kind, transport: .amqp(own), bytes: passage.bytes)
        isTruncated = passage.isTruncated
        uniqueID = passage.body.uniqueID
        switch passage.body {
        case .request(let request): describe(request)
        case .reply(let reply): describe(reply, routingKey: passage.routingKey, exchange: passage.exchange)
        case .notification(let notification): describe(notification)
        case .opaque(let reason): facts = MessageFacts(content: reason.text)
        }
    }

    private mutating func describe(_ request: RPCRequest) {
        messageID = request.messageID
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
        // Told by method, never by rate: within a user's operation it is not drawn either.
        isBackground =
            Catalogue.openStack.isBackground(request.objectMethod ?? request.method) || request.context.isInternal
        guard !isBackground else {
            // Agents' work on a port belongs to what is done with the port's instance.
            return facts = MessageFacts(
                portIDs: request.portIDs, upPortIDs: request.upPortIDs, otherNames: request.otherNames)
        }
        facts = MessageFacts(
            expectedTaskStates: request.expectedTaskStates, portIDs: request.portIDs, upPortIDs: request.upPortIDs,
            retry: request.retry, isEvacuation: request.isEvacuation, fault: request.fault,
            otherNames: request.otherNames)
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
