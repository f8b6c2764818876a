import OpenStack
import Trace

extension Correlator {
    /// Joins a passage of a request to its call.
    mutating func joinToCall(_ passage: borrowing Passage, _ request: borrowing RPCRequest, message id: MessageID) {
        guard let messageID = request.messageID else { return }
        requestPassed(passage, request, call: call(for: messageID, at: passage.lastByteAt), message: id)
    }

    /// Joins a passage of a reply to its call.
    ///
    /// - Parameter isRepeat: whether the message was published before, on another connection: by a shovel, or on the
    ///   other side of a proxy; that says nothing about who sent it.
    mutating func joinToCall(
        _ passage: borrowing Passage, _ reply: borrowing RPCReply, message id: MessageID, isRepeat: Bool
    ) {
        guard let messageID = messages[id].messageID, !messageID.isEmpty else { return }
        let call = call(for: messageID, at: passage.lastByteAt)
        noteAnswer(passage, reply, call: call, message: id)
        replyPassed(passage, reply, call: call, message: id, isRepeat: isRepeat)
    }

    /// A request or an answer that is known came back without its body.
    mutating func returnPassed(_ passage: borrowing Passage, message id: MessageID) {
        guard let call = call(of: id) else { return }
        if calls[call].call.request == id {
            calls[call].requestWasReturned = true
        } else if calls[call].call.reply == id {
            answerReturned(to: call, at: passage.lastByteAt)
        }
    }

    /// The broker refused a publish, which may be that of an answer.
    mutating func publishRefused(_ id: MessageID) {
        guard let call = call(of: id), calls[call].call.reply == id else { return }
        calls[call].replyWasRefused = true
    }

    private func call(of id: MessageID) -> CallPlace? {
        guard let messageID = messages[id].messageID, let call = callByMessageID[JoinKey(messageID)],
            calls.contains(call)
        else { return nil }
        return call
    }

    private mutating func answerReturned(to call: CallPlace, at time: Timestamp) {
        guard calls[call].replyDeliveredAt == nil else { return }
        calls[call].replyReturnedAt = time
        calls[call].wasReturnedLast = true
    }

    private mutating func call(for messageID: String, at time: Timestamp) -> CallPlace {
        let key = JoinKey(messageID)
        if let known = callByMessageID[key], calls.contains(known) {
            calls[known].touched = time
            return known
        }
        let id = calls.nextID
        // A call that was parked keeps its first id: messages refer to it.
        if parked.count > 0, let record = parked.removeValue(forKey: key) {
            calls.append(record)
            calls[id].touched = time
        } else {
            calls.append(CallRecord(id: CallID(id.index), messageID: messageID, key: key, at: time))
        }
        callByMessageID.insert(id, for: key)
        return id
    }

    /// Whether the messages of a call are seen on their whole way tells what it means that another one is not.
    private mutating func noteAnswer(
        _ passage: borrowing Passage, _ reply: borrowing RPCReply, call id: CallPlace, message: MessageID
    ) {
        begun = begun ?? passage.firstByteAt
        guard case .deliver = passage.leg, !reply.isHeartbeat, calls[id].replyDeliveredAt == nil,
            let asked = calls[id].publishedAt, let begun, asked - begun > .seconds(1)
        else { return }
        deliverySight.sawAnswer(
            wasSeenWhole: calls[id].takerConnection != nil && messages[message].publishedAt != nil)
    }

    // MARK: Request

    private mutating func requestPassed(
        _ passage: borrowing Passage, _ request: borrowing RPCRequest, call id: CallPlace, message: MessageID
    ) {
        messages[message].call = calls[id].call.id
        calls[id].call.request = message
        calls[id].call.method = request.method
        calls[id].call.objectMethod = request.objectMethod
        calls[id].expiration = calls[id].expiration ?? passage.expiration
        calls[id].monitorTimeout = calls[id].monitorTimeout ?? request.callMonitorTimeout
        if calls[id].replyQueue == nil, let queue = request.replyQueue {
            calls[id].replyQueue = scoped(queue, on: passage.connection)
        }
        switch passage.leg {
        case .publish:
            calls[id].publishedAt = calls[id].publishedAt ?? passage.firstByteAt
            calls[id].callerConnection = calls[id].callerConnection ?? passage.connection
        case .deliver(let redelivered):
            let isFirst = calls[id].takerConnection == nil
            calls[id].taken(on: passage.connection, at: passage.lastByteAt, redelivered: redelivered)
            // The answer may have reached the capture first.
            if isFirst, let replier = calls[id].replierConnection { joinReplier(replier, call: id) }
            if request.objectMethod == "Instance.save", let instance = request.instances.first,
                calls[id].call.reply == nil
            {
                calls[id].savedInstance = instance
                openSaves.began(
                    instance, call: calls[id].call.id, takenBy: passage.connection, at: passage.lastByteAt)
            }
        case .aside:
            break
        case .returned:
            calls[id].requestWasReturned = true
        }
        if let reply = calls[id].call.reply, messages.contains(reply) {
            describe(reply: reply, byCall: id)
            putBehindRequest(reply: reply, ofCall: id)
        }
    }

    // MARK: Reply

    private mutating func replyPassed(
        _ passage: borrowing Passage, _ reply: borrowing RPCReply, call id: CallPlace, message: MessageID,
        isRepeat: Bool
    ) {
        let isNew = messages[message].call == nil
        messages[message].call = calls[id].call.id
        describe(reply: message, byCall: id)
        putBehindRequest(reply: message, ofCall: id)
        if case .publish = passage.leg, !isRepeat { joinReplier(passage.connection, call: id) }
        if reply.isHeartbeat {
            calls[id].showedLife(at: passage.lastByteAt)
            if isNew { calls[id].call.heartbeats += 1 }
            return
        }
        guard let answer = calls[id].call.reply, answer != message else {
            take(passage, reply, asAnswerOf: id, message: message)
            return
        }
        if case .deliver = passage.leg, calls[id].replyIsFinal, calls[id].replyDeliveredAt == nil {
            // Of two answers the one that the caller got is the answer.
            if isNew { calls[id].call.duplicateReplies += 1 }
            return take(passage, reply, asAnswerOf: id, message: message)
        }
        guard isNew else { return }
        if calls[id].replyReturnedAt != nil {
            calls[id].call.duplicateReplies += 1
            take(passage, reply, asAnswerOf: id, message: message)
        } else if calls[id].replyIsFinal {
            calls[id].call.duplicateReplies += 1
        } else {
            continueAnswer(reply, call: id)
        }
    }

    /// Takes a further message of an answer that is not over: another result (before oslo.messaging a method could
    /// give many), a failure after results, or the end marker.
    private mutating func continueAnswer(_ reply: borrowing RPCReply, call id: CallPlace) {
        calls[id].failure = calls[id].failure ?? reply.failure
        calls[id].replyIsFinal = reply.isEnding == true
    }

    /// Takes a passage of the reply that answers the call.
    private mutating func take(
        _ passage: borrowing Passage, _ reply: borrowing RPCReply, asAnswerOf id: CallPlace, message: MessageID
    ) {
        if calls[id].call.reply != message {
            calls[id].call.replyAttempts += 1
            if calls[id].call.replyAttempts > 1 { calls[id].call.lastReplyAttemptAt = passage.firstByteAt }
            calls[id].wasReturnedLast = false
            calls[id].replyWasRefused = false
        }
        calls[id].call.reply = message
        if reply.failure != nil || calls[id].failure != nil { calls[id].failure = reply.failure }
        calls[id].replyIsFinal = reply.isEnding == true
        switch passage.leg {
        case .publish:
            calls[id].replyPublishedAt = calls[id].replyPublishedAt ?? passage.firstByteAt
            if calls[id].replyQueue == nil {
                let queue = passage.routingKey.isEmpty ? passage.exchange : passage.routingKey
                calls[id].replyQueue = scoped(queue, on: passage.connection)
            }
        case .deliver(let redelivered):
            if redelivered, calls[id].replyDeliveredAt != nil { break }
            calls[id].replyDeliveredAt = passage.lastByteAt
            calls[id].receiverConnection = passage.connection
            calls[id].replyReturnedAt = nil
        case .aside:
            break
        case .returned:
            answerReturned(to: id, at: passage.lastByteAt)
        }
        if let instance = calls[id].savedInstance {
            openSaves.ended(instance, call: calls[id].call.id)
            calls[id].savedInstance = nil
        }
    }

    /// Whoever publishes the reply is the process that took the request; where that went to several, it is not known
    /// which of them.
    private mutating func joinReplier(_ connection: ConnectionID, call id: CallPlace) {
        calls[id].replierConnection = calls[id].replierConnection ?? connection
        if let taker = calls[id].takerConnection, !calls[id].wasRedelivered { naming.join(taker, connection) }
    }

    /// No answer comes before its request, whatever the clocks of the hosts say that it was captured on.
    private mutating func putBehindRequest(reply: MessageID, ofCall id: CallPlace) {
        guard let request = calls[id].call.request, messages.contains(request), let asked = time(of: request) else {
            return
        }
        if let published = messages[reply].publishedAt, published < asked { messages[reply].publishedAt = asked }
        let compared = calls[id].compared
        let isSame = compared?.reply == reply && compared?.asked == asked
        let all = messages[reply].deliveries.indices
        // The last may have been put in the place of another.
        let first = isSame ? min(compared?.deliveries ?? 0, max(0, all.upperBound - 1)) : 0
        calls[id].compared = (reply, asked, all.upperBound)
        for place in first..<all.upperBound where messages[reply].deliveries[place].at < asked {
            messages[reply].deliveries[place].at = asked
        }
    }

    /// A reply is called by its request's method and is about its instances.
    private mutating func describe(reply: MessageID, byCall id: CallPlace) {
        guard messages[reply].method == nil, let request = calls[id].call.request, messages.contains(request) else {
            return
        }
        messages[reply].method = messages[request].method
        messages[reply].objectMethod = messages[request].objectMethod
        messages[reply].instances = messages[request].instances
        messages[reply].instanceName = messages[request].instanceName
        messages[reply].requestID = messages[request].requestID
        messages[reply].globalRequestID = messages[request].globalRequestID
        messages[reply].isBackground = messages[request].isBackground
    }

    mutating func forget(saveOf record: CallRecord) {
        if let instance = record.savedInstance { openSaves.ended(instance, call: record.call.id) }
    }
}
