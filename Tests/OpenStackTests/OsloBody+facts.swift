import Trace

@testable import OpenStack

extension OsloBody {
    /// What `ReferenceDecoder.facts` says, of a body that was decoded in place.
    var facts: [String] {
        switch self {
        case .request(let request): request.facts
        case .reply(let reply): reply.facts
        case .notification(let notification): notification.facts
        case .opaque(let reason): ["opaque: \(reason.text)"]
        }
    }

    /// Every text in it, to look for what must not be there.
    var everything: String { String(reflecting: self) }
}

extension RPCRequest {
    fileprivate var facts: [String] {
        var facts = Facts("request")
        facts["method"] = method
        facts["namespace"] = namespace
        facts["version"] = version
        facts["messageID"] = messageID
        facts["replyQueue"] = replyQueue
        facts["uniqueID"] = uniqueID
        context.state(&facts)
        facts["objectMethod"] = objectMethod
        facts["instances"] = instances.joined(separator: " ")
        facts["name"] = instanceName
        if method != "instance_update" { facts["state"] = stateChange.map { "\($0.text) \($0.host ?? "-")" } }
        facts["expected"] = expectedTaskStates.map { $0.map { $0 ?? "nil" }.joined(separator: " ") }
        facts["events"] = events.map(\.name).joined(separator: " ")
        return facts.lines
    }
}

extension RPCReply {
    fileprivate var facts: [String] {
        var facts = Facts("reply")
        facts["messageID"] = messageID
        facts["uniqueID"] = uniqueID
        facts["ending"] = isEnding.map { "\($0)" }
        facts["hasResult"] = "\(hasResult)"
        facts["failure"] = failure.flatMap { $0.className == "unknown" ? nil : $0.className }
        facts["failureModule"] = failure?.module
        facts["selected"] = selectedHosts.joined(separator: " ")
        return facts.lines
    }
}

extension Notification {
    fileprivate var facts: [String] {
        var facts = Facts("notification")
        facts["event"] = eventType
        facts["priority"] = priority
        facts["publisher"] = publisherID
        facts["messageID"] = messageID
        facts["uniqueID"] = uniqueID
        facts["timestamp"] = timestamp
        context.state(&facts)
        facts["host"] = payloadHost
        facts["instance"] = instances.first
        facts["name"] = instanceName
        facts["state"] = stateChange?.text
        return facts.lines
    }
}

extension RequestContext {
    fileprivate func state(_ facts: inout Facts) {
        facts["requestID"] = requestID
        facts["globalRequestID"] = globalRequestID
        facts["user"] = userID.text
        facts["admin"] = isAdmin.map { "\($0)" }
        facts["project"] = projectID
    }
}

extension StateChange {
    fileprivate var text: String { "\(instance) \(vmState.text) \(taskState.text) \(powerState.text)" }
}

extension Known<String> {
    fileprivate var text: String {
        switch self {
        case .unknown: "unknown"
        case .none: "none"
        case .some(let value): "some(\(value))"
        }
    }
}
