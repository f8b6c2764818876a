import OpenStack
import Services
package import Trace

extension Correlator {
    /// Takes one passage of a message.
    ///
    /// - Returns: the message's id.
    @discardableResult
    package mutating func receive(_ passage: consuming Passage) -> MessageID {
        let uniqueID = passage.body.uniqueID
        let key = uniqueID.map(JoinKey.init) ?? Self.key(withoutID: passage)
        let known = messageByKey[key].flatMap { id in
            messages.contains(id) && (uniqueID != nil || isOne(id, passage)) ? id : nil
        }
        if passage.isAside(of: known.flatMap(route)) { passage.leg = .aside }
        let next = messages.nextID
        let id: MessageID
        var origin = Origin.other
        switch passage.leg {
        case .publish:
            (id, origin) = published(passage, known: uniqueID != nil ? known : known.flatMap(unpublished))
        case .deliver(let redelivered):
            id = known ?? insert(passage)
            delivered(passage, id: id, redelivered: redelivered)
        case .aside:
            id = known ?? insert(passage)
            deliveredAside(passage, id: id)
        case .returned(let returned):
            id = sent(before: passage) ?? known ?? insert(passage)
            messages[id].amqp?.returned = returned
            naming.used(passage.connection)
        }
        understand(passage, message: id, isNew: id == next, origin)
        if id == next { file(id, under: key) }
        // Those of a delivery aside are its own.
        if !passage.leg.isAside, messages[id].deliveries.count < limits.deliveriesPerMessage {
            messages[id].packets.append(contentsOf: passage.packets)
        }
        if limits.notesChanges { changed.append(id) }
        return id
    }

    /// Where a passage comes from.
    private enum Origin {
        /// The sender itself.
        case sender
        /// Who published it once more on another connection: a shovel or federation, which is nobody's voice, or the
        /// sender, seen on the other side of a proxy.
        case repeater
        case other
    }

    /// Takes what the body says.
    private mutating func understand(
        _ passage: borrowing Passage, message id: MessageID, isNew: Bool, _ origin: Origin
    ) {
        switch passage.body {
        case .request(let request):
            if isNew { messages[id].describe(request, exchange: passage.exchange) }
            if origin == .sender { learnSender(of: request, passage) }
            joinToCall(passage, request, message: id)
        case .reply(let reply):
            if isNew { messages[id].describe(reply, routingKey: passage.routingKey, exchange: passage.exchange) }
            if origin == .sender { naming.used(passage.connection) }
            joinToCall(passage, reply, message: id, isRepeat: origin == .repeater)
        case .notification(let notification):
            if isNew { messages[id].describe(notification) }
            if origin == .sender { learnSender(of: notification, passage) }
        case .opaque(let reason):
            if isNew { messages[id].facts = MessageFacts(content: reason.text) }
            if origin == .sender { naming.used(passage.connection) }
            if case .returned = passage.leg { returnPassed(passage, message: id) }
        }
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

    private mutating func published(
        _ passage: borrowing Passage, known: MessageID?
    ) -> (message: MessageID, Origin) {
        let connection = passage.connection
        let id = known ?? insert(passage)
        awaitSettlement(of: passage, message: id, delivery: nil)
        guard messages[id].publishedAt == nil else {
            let first = messages[id].connection ?? connection
            if first == connection || !naming.areLegs(first, connection) { messages[id].amqp?.republished += 1 }
            if first != connection { naming.used(connection) }
            return (id, first == connection ? .sender : .repeater)
        }
        // Clocks of several hosts may differ: no delivery comes before its publish.
        messages[id].publishedAt = messages[id].deliveries.reduce(passage.firstByteAt) { min($0, $1.at) }
        messages[id].connection = connection
        if id == known {
            messages[id].amqp?.exchange = passage.exchange
            messages[id].amqp?.routingKey = passage.routingKey
        }
        return (id, .sender)
    }

    /// A message without an id of its own is published once.
    private func unpublished(_ id: MessageID) -> MessageID? { messages[id].publishedAt == nil ? id : nil }

    /// Where a message was published to, where that was seen.
    private func route(of id: MessageID) -> AMQPTransport? {
        messages[id].publishedAt == nil ? nil : messages[id].amqp
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

    private mutating func learnSender(of request: borrowing RPCRequest, _ passage: borrowing Passage) {
        let connection = passage.connection
        naming.sends(
            connection, method: request.method, routingKey: passage.routingKey, exchange: passage.exchange)
        for hint in request.hostHints {
            naming.reports(connection, service: hint.service, host: hint.host, method: request.title)
        }
        if let queue = request.replyQueue,
            let other = replyQueues.requested(scoped(queue, on: connection), by: connection)
        {
            naming.join(connection, other)
        }
    }

    private mutating func learnSender(
        of notification: borrowing OpenStack.Notification, _ passage: borrowing Passage
    ) {
        let connection = passage.connection
        naming.used(connection)
        if let publisher = notification.publisherID {
            naming.notifies(connection, publisherID: publisher, eventType: notification.eventType)
        }
        if notification.isStateUpdate, naming.keeps(connection), let instance = notification.instances.first {
            openSaves.updated(instance, on: connection, at: passage.firstByteAt)
        }
    }

    // MARK: Deliver

    private mutating func delivered(_ passage: borrowing Passage, id: MessageID, redelivered: Bool) {
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

    /// Makes a message of which nothing is known but where it goes.
    private mutating func insert(_ passage: borrowing Passage) -> MessageID {
        let id = messages.nextID
        var own = AMQPTransport(exchange: passage.exchange, routingKey: passage.routingKey)
        own.expiration = passage.expiration
        messages.append(Message(id: id, kind: .opaque, amqp: own, bytes: passage.bytes))
        if passage.isTruncated { messages[id].isTruncated = true }
        return id
    }

    private mutating func file(_ id: MessageID, under key: JoinKey) {
        // What is not lent for a change is copied.
        let footprint = messages.change(id) { $0.footprint }
        filings.append(Filing(key: key, footprint: footprint))
        messageBytes += footprint
        messageByKey.insert(id, for: key)
    }

    /// Whether a passage may be of a message with the same key: one without a `_unique_id` may stand in two virtual
    /// hosts.
    private func isOne(_ message: MessageID, _ passage: borrowing Passage) -> Bool {
        guard let host = naming.virtualHost(of: passage.connection),
            let other = messages[message].connection ?? messages[message].deliveries.first?.connection
        else { return true }
        return naming.virtualHost(of: other).map { $0 == host } ?? true
    }

    /// What joins the passages of one message before Grizzly, which has no `_unique_id`: the body itself and where it
    /// goes, since the ends of all answers have the same body.
    private static func key(withoutID passage: borrowing Passage) -> JoinKey {
        .text("\(passage.bytes) \(passage.bodyHash) \(passage.exchange) \(passage.routingKey)")
    }

    /// When a message was first seen.
    func time(of id: MessageID) -> Timestamp? {
        messages[id].publishedAt ?? messages[id].deliveries.first?.at ?? messages[id].asides.first?.delivery.at
    }
}

/// What the body tells of a message; who sent it, when and to whom is filled in by its legs.
extension Message {
    fileprivate mutating func describe(_ request: borrowing RPCRequest, exchange: String) {
        kind = request.messageID != nil ? .call : exchange.hasSuffix("_fanout") ? .fanout : .cast
        amqp?.replyQueue = request.replyQueue
        uniqueID = request.uniqueID
        messageID = request.messageID
        method = request.method
        objectMethod = request.objectMethod
        namespace = request.namespace
        version = request.version
        requestID = request.context.requestID
        globalRequestID = request.context.globalRequestID
        instances = request.instances
        instanceName = request.instanceName
        if request.stateChange != nil { stateChange = request.stateChange }
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
    fileprivate mutating func describe(_ reply: borrowing RPCReply, routingKey: String, exchange: String) {
        let queue = routingKey.isEmpty ? exchange : routingKey
        messageID = reply.messageID ?? (isTruncated || queue.hasPrefix("reply_") ? nil : queue)
        kind = reply.isHeartbeat ? .heartbeat : .reply
        uniqueID = reply.uniqueID
        if reply.failure != nil { failure = reply.failure }
        detail = reply.detail
        if !reply.selectedHosts.isEmpty { facts = MessageFacts(selectedHosts: reply.selectedHosts) }
    }

    fileprivate mutating func describe(_ notification: borrowing OpenStack.Notification) {
        kind = .notification
        uniqueID = notification.uniqueID
        eventType = notification.eventType
        priority = notification.priority
        publisherID = notification.publisherID
        requestID = notification.context.requestID
        globalRequestID = notification.context.globalRequestID
        instances = notification.instances
        instanceName = notification.instanceName
        if notification.stateChange != nil { stateChange = notification.stateChange }
        detail = notification.detail
        isBackground = notification.priority != "ERROR"
        facts = MessageFacts(
            portIDs: notification.portIDs, fault: notification.fault, otherNames: notification.otherNames)
    }
}
