import OpenStack
import Trace

extension Correlator {
    /// Joins a passage of a request or a reply to its call.
    mutating func joinToCall(_ observation: Observation, message id: Int) {
        switch observation.body {
        case .request(let request):
            guard let messageID = request.messageID else { return }
            requestPassed(observation, request, call: call(for: messageID, at: observation.lastByteAt), message: id)
        case .reply(let reply):
            guard let messageID = messages[id].messageID, !messageID.isEmpty else { return }
            replyPassed(observation, reply, call: call(for: messageID, at: observation.lastByteAt), message: id)
        case .notification, .opaque:
            return
        }
    }

    private mutating func call(for messageID: String, at time: Timestamp) -> Int {
        if let known = callByMessageID[messageID], calls.contains(known) {
            calls[known].touched = time
            return known
        }
        let id = calls.nextID
        var record = parked.removeValue(forKey: messageID) ?? CallRecord(id: id, messageID: messageID, at: time)
        record.call.id = id
        record.touched = time
        calls.append(record)
        callByMessageID[messageID] = id
        return id
    }

    // MARK: Request

    private mutating func requestPassed(
        _ observation: Observation, _ request: RPCRequest, call id: Int, message: Int
    ) {
        messages[message].call = id
        calls[id].call.request = message
        calls[id].call.method = request.method
        calls[id].call.objectMethod = request.objectMethod
        calls[id].expiration = calls[id].expiration ?? observation.expiration
        calls[id].monitorTimeout = calls[id].monitorTimeout ?? request.callMonitorTimeout
        switch observation.leg {
        case .publish:
            calls[id].publishedAt = calls[id].publishedAt ?? observation.firstByteAt
            calls[id].callerConnection = calls[id].callerConnection ?? observation.connection
        case .deliver:
            calls[id].deliveredAt = observation.lastByteAt
            calls[id].takerConnection = observation.connection
            if request.objectMethod == "Instance.save", let instance = request.instances.first,
                calls[id].call.reply == nil
            {
                calls[id].savedInstance = instance
                openSaves.began(instance, call: id, takenBy: observation.connection)
            }
        case .returned:
            calls[id].call.outcome = .returned
        }
        if let reply = calls[id].call.reply, messages.contains(reply) { describe(reply: reply, byCall: id) }
    }

    // MARK: Reply

    private mutating func replyPassed(_ observation: Observation, _ reply: RPCReply, call id: Int, message: Int) {
        messages[message].call = id
        describe(reply: message, byCall: id)
        if reply.isHeartbeat {
            heartbeatPassed(observation, call: id)
            return
        }
        if case .publish = observation.leg { joinReplier(observation.connection, call: id) }
        guard let answer = calls[id].call.reply, answer != message else {
            take(observation, reply, asAnswerOf: id, message: message)
            return
        }
        let isSecondOfTwo = reply.isEndMarker && !calls[id].replyIsFinal
        let answerWasReturned = messages.contains(answer) && messages[answer].returned != nil
        if answerWasReturned, case .publish = observation.leg {
            calls[id].call.duplicateReplies += 1
            supersede(call: id, observation, reply, message: message)
        } else if !isSecondOfTwo, case .publish = observation.leg {
            calls[id].call.duplicateReplies += 1
        }
    }

    /// Takes a passage of the reply that answers the call.
    private mutating func take(_ observation: Observation, _ reply: RPCReply, asAnswerOf id: Int, message: Int) {
        calls[id].call.reply = message
        calls[id].call.error = reply.failure
        calls[id].replyIsFinal = reply.isEnding == true
        switch observation.leg {
        case .publish:
            calls[id].replyPublishedAt = calls[id].replyPublishedAt ?? observation.firstByteAt
        case .deliver:
            calls[id].replyDeliveredAt = calls[id].replyDeliveredAt ?? observation.lastByteAt
            calls[id].receiverConnection = observation.connection
        case .returned:
            break
        }
        forget(saveOf: calls[id])
        calls[id].savedInstance = nil
    }

    /// A retry of a reply that the broker had given back: the answer is the one that arrives.
    private mutating func supersede(call id: Int, _ observation: Observation, _ reply: RPCReply, message: Int) {
        calls[id].replyDeliveredAt = nil
        take(observation, reply, asAnswerOf: id, message: message)
    }

    private mutating func heartbeatPassed(_ observation: Observation, call id: Int) {
        calls[id].lastSignOfLife = observation.lastByteAt
        guard case .publish = observation.leg else { return }
        calls[id].call.heartbeats += 1
        joinReplier(observation.connection, call: id)
    }

    /// Whoever publishes the reply is the process that took the request.
    private mutating func joinReplier(_ connection: Int, call id: Int) {
        calls[id].replierConnection = connection
        if let taker = calls[id].takerConnection { naming.join(taker, connection) }
    }

    /// A reply is called by its request's method and is about its instances.
    private mutating func describe(reply: Int, byCall id: Int) {
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
