/// Builds message bodies as oslo.messaging writes them, with the envelope or, as before Havana, without.
package enum OsloBuilder {
    /// Puts a message into an envelope, or leaves it bare.
    package static func body(_ message: WireJSON, enveloped: Bool = true) -> [UInt8] {
        enveloped ? envelope(message.text) : Array(message.text.utf8)
    }

    /// `{"oslo.version": "2.0", "oslo.message": "…"}` around any text.
    package static func envelope(_ message: String, version: WireJSON = "2.0") -> [UInt8] {
        let outer: WireJSON = ["oslo.version": version, "oslo.message": .string(message)]
        return Array(outer.text.utf8)
    }

    /// The `_context_*` members of a request id and a user.
    package static func context(
        requestID: String?, globalRequestID: String? = nil, userID: String? = nil, isAdmin: Bool = false
    ) -> [WireJSON.Member] {
        [
            .init("_context_user_id", userID.map(WireJSON.string) ?? .null),
            .init("_context_is_admin", .bool(isAdmin)),
            .init("_context_request_id", requestID.map(WireJSON.string) ?? .null),
            .init("_context_global_request_id", globalRequestID.map(WireJSON.string) ?? .null),
        ]
    }

    /// A request: a call where it has a message id, else a cast.
    package static func request(
        _ method: String, _ arguments: WireJSON = [:], namespace: String? = nil, version: String? = nil,
        messageID: String? = nil, replyQueue: String? = nil, uniqueID: String? = nil,
        context: [WireJSON.Member] = [], enveloped: Bool = true
    ) -> [UInt8] {
        var members: [WireJSON.Member] = [.init("method", .string(method)), .init("args", arguments)]
        if let namespace { members.append(.init("namespace", .string(namespace))) }
        if let version { members.append(.init("version", .string(version))) }
        if let messageID {
            members.append(.init("_msg_id", .string(messageID)))
            members.append(.init("_reply_q", replyQueue.map(WireJSON.string) ?? .null))
            members.append(.init("_timeout", .null))
        }
        if let uniqueID { members.append(.init("_unique_id", .string(uniqueID))) }
        return body(.object(members + context), enveloped: enveloped)
    }

    /// A reply; `ending` absent as before Essex where it is `nil`.
    package static func reply(
        result: WireJSON = .null, failure: WireJSON = .null, ending: Bool? = true, messageID: String? = nil,
        uniqueID: String? = nil, enveloped: Bool = true
    ) -> [UInt8] {
        var members: [WireJSON.Member] = [.init("result", result), .init("failure", failure)]
        if let ending { members.append(.init("ending", .bool(ending))) }
        if let messageID { members.append(.init("_msg_id", .string(messageID))) }
        if let uniqueID { members.append(.init("_unique_id", .string(uniqueID))) }
        return body(.object(members), enveloped: enveloped)
    }

    /// A failure as since Folsom: a string that holds the JSON of the exception.
    package static func failure(
        _ className: String, module: String = "nova.exception", message: String, traceback: [String] = [],
        keywords: WireJSON = [:]
    ) -> WireJSON {
        let failure: WireJSON = [
            "class": .string(className), "module": .string(module), "message": .string(message),
            "tb": .array(traceback.map(WireJSON.string)), "args": [.string(message)], "kwargs": keywords,
        ]
        return .string(failure.text)
    }

    /// A notification; enveloped is the driver `messagingv2`, bare `messaging`.
    package static func notification(
        _ eventType: String, payload: WireJSON, publisherID: String = "compute.compute1", priority: String = "INFO",
        uniqueID: String? = nil, context: [WireJSON.Member] = [], enveloped: Bool = true
    ) -> [UInt8] {
        var members: [WireJSON.Member] = [
            .init("message_id", "9d540389-feaf-4969-a6ef-ffa7b96075b0"), .init("publisher_id", .string(publisherID)),
            .init("event_type", .string(eventType)), .init("priority", .string(priority)), .init("payload", payload),
            .init("timestamp", "2026-11-23 17:08:31.680062"),
        ]
        if let uniqueID { members.append(.init("_unique_id", .string(uniqueID))) }
        return body(.object(members + context), enveloped: enveloped)
    }

    /// A versioned object (oslo.versionedobjects); `prefix` is `versioned_object` in cinder and neutron.
    package static func object(
        _ name: String, _ data: WireJSON, changes: [String] = [], prefix: String = "nova_object"
    ) -> WireJSON {
        var members: [WireJSON.Member] = [
            .init("\(prefix).name", .string(name)), .init("\(prefix).namespace", "nova"),
            .init("\(prefix).version", "1.0"), .init("\(prefix).data", data),
        ]
        if !changes.isEmpty { members.append(.init("\(prefix).changes", .array(changes.map(WireJSON.string)))) }
        return .object(members)
    }

    /// A remote object method, as nova-compute sends to the conductor.
    package static func objectAction(_ method: String, on object: WireJSON, keywords: WireJSON = [:]) -> WireJSON {
        ["objinst": object, "objmethod": .string(method), "args": [], "kwargs": keywords]
    }

    /// A remote class method of an object.
    package static func classAction(
        _ name: String, _ method: String, _ arguments: [WireJSON], keywords: WireJSON = [:]
    ) -> WireJSON {
        [
            "objname": .string(name), "objmethod": .string(method), "object_versions": [:],
            "args": .array(arguments), "kwargs": keywords,
        ]
    }
}
