import Foundation

@testable import OpenStack

/// Decodes with Foundation's JSONSerialization, two parses and dictionaries, what `OsloDecoder` finds in place: written
/// apart from it, to be held against it.
struct ReferenceDecoder {
    private typealias Object = [String: Any]

    /// The facts of a body, one a line; `nil` where JSONSerialization refuses the body.
    static func facts(_ body: [UInt8]) -> [String]? {
        guard let value = parse(Data(body)) else { return nil }
        guard let outer = value as? Object else { return ["opaque: JSON, but not an object"] }
        guard outer["oslo.version"] != nil, let message = outer["oslo.message"] else { return plainFacts(of: outer) }
        if let version = outer["oslo.version"] as? String, version != "2", !version.hasPrefix("2.") {
            return ["opaque: unknown oslo.version \(version)"]
        }
        guard outer["oslo.version"] is String else { return nil }
        guard let text = message as? String else { return ["opaque: broken JSON"] }
        guard let inner = parse(Data(text.utf8)) else { return nil }
        guard let object = inner as? Object else { return ["opaque: JSON, but not an object"] }
        return facts(of: object)
    }

    private static func parse(_ data: Data) -> Any? {
        try? JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)
    }

    /// Without an envelope it must look more like a message of oslo.messaging than by one name.
    private static func plainFacts(of message: Object) -> [String]? {
        let hasIDs = message["_msg_id"] != nil || message["_unique_id"] != nil
        let known: Set = [
            "method", "args", "namespace", "version", "_msg_id", "_reply_q", "_timeout", "_unique_id", "result",
            "failure",
            "ending", "event_type", "priority", "publisher_id", "message_id", "timestamp", "payload",
        ]
        let isPlain = message.keys.allSatisfy { known.contains($0) || $0.hasPrefix("_context_") }
        if message["method"] is String, hasIDs || message["args"] != nil { return facts(of: message) }
        var rest = message
        rest["method"] = nil
        let hasBoth = message["result"] != nil && message["failure"] != nil
        if hasIDs || hasBoth && isPlain {
            if message["result"] != nil || message["failure"] != nil { return facts(of: rest) }
        }
        if message["event_type"] is String, hasIDs || message["publisher_id"] != nil || message["payload"] != nil {
            return facts(of: rest.filter { $0.key != "result" && $0.key != "failure" })
        }
        return ["opaque: JSON, but no RPC message and no notification"]
    }

    private static func facts(of message: Object) -> [String]? {
        if let method = message["method"] as? String { return request(message, method) }
        if message["result"] != nil || message["failure"] != nil { return reply(message) }
        if let type = message["event_type"] as? String { return notification(message, type) }
        return ["opaque: JSON, but no RPC message and no notification"]
    }

    // MARK: The three kinds

    private static func request(_ message: Object, _ method: String) -> [String] {
        let args = message["args"] as? Object ?? [:]
        var facts = Facts("request")
        facts["method"] = method
        facts["namespace"] = message["namespace"] as? String
        facts["version"] = message["version"] as? String
        facts["messageID"] = message["_msg_id"] as? String
        facts["replyQueue"] = message["_reply_q"] as? String
        facts["uniqueID"] = message["_unique_id"] as? String
        context(message, &facts)
        let objectMethod = objectMethod(args, method)
        facts["objectMethod"] = objectMethod
        let subjects = subjects(args, method, objectMethod)
        facts["instances"] = subjects.uuids.joined(separator: " ")
        facts["name"] = subjects.uuids.first.flatMap { subjects.names[$0] }
        if objectMethod == "Instance.save", let object = object(args["objinst"]),
            !object.changes.isDisjoint(with: ["vm_state", "task_state", "power_state"]),
            let uuid = uuid(object.data["uuid"])
        {
            facts["state"] = state(uuid, object.data)
        }
        if let keywords = args["kwargs"] as? Object, let expected = keywords["expected_task_state"] {
            let list = expected as? [Any] ?? [expected]
            facts["expected"] = list.map { $0 as? String ?? "nil" }.joined(separator: " ")
        }
        var events: [String] = []
        for event in objects(args["events"]) {
            if let name = event.data["name"] as? String { events.append(name) }
        }
        facts["events"] = events.joined(separator: " ")
        return facts.lines
    }

    private static func reply(_ message: Object) -> [String]? {
        var facts = Facts("reply")
        facts["messageID"] = message["_msg_id"] as? String
        facts["uniqueID"] = message["_unique_id"] as? String
        facts["ending"] = bool(message["ending"]).map { "\($0)" }
        facts["hasResult"] = "\(message["result"].map { !($0 is NSNull) } ?? false)"
        if let failure = message["failure"] as? String {
            guard let value = parse(Data(failure.utf8)) as? Object else { return nil }
            facts["failure"] = value["class"] as? String
            facts["failureModule"] = value["module"] as? String
        }
        var hosts: [String] = []
        for item in message["result"] as? [Any] ?? [] {
            guard let list = item as? [Any], let first = list.first, let object = object(first),
                object.name == "Selection", let host = object.data["service_host"] as? String
            else { continue }
            hosts.append(host)
        }
        facts["selected"] = hosts.joined(separator: " ")
        return facts.lines
    }

    private static func notification(_ message: Object, _ type: String) -> [String] {
        var facts = Facts("notification")
        facts["event"] = type
        facts["priority"] = (message["priority"] as? String)?.uppercased()
        facts["publisher"] = message["publisher_id"] as? String
        facts["messageID"] = message["message_id"] as? String
        facts["uniqueID"] = message["_unique_id"] as? String
        facts["timestamp"] = message["timestamp"] as? String
        context(message, &facts)
        guard let payload = message["payload"] as? Object else { return facts.lines }
        let versioned = payload.first { $0.key.hasSuffix("_object.data") }.map { $0.value as? Object ?? [:] }
        let data = versioned ?? payload
        facts["host"] = data["host"] as? String
        var uuids: [String] = []
        var names: [String: String] = [:]
        func add(_ value: Any?, _ named: Object? = nil) {
            guard let uuid = uuid(value) else { return }
            uuids.append(uuid)
            if let name = name(named), names[uuid] == nil { names[uuid] = name }
        }
        add(uuid(data["instance_id"]) ?? (type.hasPrefix("instance.") ? uuid(versioned?["uuid"]) : nil), data)
        add(data["instance_uuid"])
        requestSpecs(data["request_spec"], add)
        for port in objects(data["port"]) { add(instance(of: port.data)) }
        guard let uuid = uuids.first else { return facts.lines }
        facts["instance"] = uuid
        facts["name"] = names[uuid]
        if type.hasSuffix(".update") || type.hasSuffix(".end") {
            let update = (data["state_update"] as? Object)?["nova_object.data"] as? Object
            let vm = known(update?["state"] ?? data["state"])
            var task = known(update?["new_task_state"] ?? data["new_task_state"] ?? data["task_state"])
            if task == "unknown", let description = data["state_description"] {
                task = description as? String == "" ? "none" : known(description)
            }
            let power = power(data["power_state"])
            if [vm, task, power] != ["unknown", "unknown", "unknown"] {
                facts["state"] = "\(uuid) \(vm) \(task) \(power)"
            }
        }
        return facts.lines
    }

    // MARK: Parts

    private static func context(_ message: Object, _ facts: inout Facts) {
        facts["requestID"] = message["_context_request_id"] as? String
        facts["globalRequestID"] = message["_context_global_request_id"] as? String
        facts["user"] = known(message["_context_user_id"] ?? message["_context_user"])
        facts["admin"] = bool(message["_context_is_admin"]).map { "\($0)" }
        facts["project"] =
            ["project_id", "project", "tenant_id", "tenant"].lazy
            .compactMap { message["_context_" + $0] as? String }.first
    }

    private static func objectMethod(_ args: Object, _ method: String) -> String? {
        let name = args["objmethod"] as? String
        if let value = args["objinst"] {
            guard let type = object(value)?.name else { return nil }
            if args["objmethod"] == nil { return method == "object_backport_versions" ? type + ".backport" : nil }
            return name.map { type + "." + $0 }
        }
        guard let type = args["objname"] as? String else { return nil }
        return name.map { type + "." + $0 }
    }

    private static func subjects(
        _ args: Object, _ method: String, _ objectMethod: String?
    ) -> (uuids: [String], names: [String: String]) {
        var uuids: [String] = []
        var names: [String: String] = [:]
        func add(_ value: Any?, _ named: Object? = nil) {
            guard let uuid = uuid(value) else { return }
            if !uuids.contains(uuid) { uuids.append(uuid) }
            if let name = name(named), names[uuid] == nil { names[uuid] = name }
        }
        if method == "sync_instance_info" { return ([], [:]) }
        for key in ["instance", "instances"] {
            for item in args[key] as? [Any] ?? [args[key] as Any] {
                add(item)
                for instance in item is [Any] ? [] : objects(item) { add(instance.data["uuid"], instance.data) }
            }
        }
        add(args["instance_uuid"])
        for item in args["instance_uuids"] as? [Any] ?? [] { add(item) }
        for request in objects(args["build_requests"]) {
            add(request.data["instance_uuid"], object(request.data["instance"])?.data)
        }
        for key in ["request_specs", "spec_obj", "request_spec"] { requestSpecs(args[key], add) }
        for key in ["objinst", "instance_info"] {
            for subject in objects(args[key]) {
                if subject.name == "Instance" {
                    add(subject.data["uuid"], subject.data)
                } else {
                    add(subject.data["instance_uuid"])
                }
            }
        }
        add((args["kwargs"] as? Object)?["instance_uuid"])
        if args["objname"] is String, let objectMethod, objectMethod.contains("nstance"),
            !objectMethod.hasPrefix("InstanceGroup") || objectMethod.contains(".get_by_instance")
        {
            let positional = args["args"] as? [Any] ?? []
            add(positional.first { uuid($0) != nil })
            for item in positional.first as? [Any] ?? [] { add(item) }
        }
        for event in objects(args["events"]) { add(event.data["instance_uuid"]) }
        for port in objects(args["port"]) { add(instance(of: port.data)) }
        for resource in objects(args["resource_list"]) where resource.name == "Port" {
            add(instance(of: resource.data))
        }
        return (uuids, names)
    }

    private static func requestSpecs(_ value: Any?, _ add: (Any?, Object?) -> Void) {
        let specs = objects(value)
        for spec in specs { for item in spec.data["instance_uuids"] as? [Any] ?? [] { add(item, nil) } }
        for spec in specs {
            add(spec.data["instance_uuid"], nil)
            let properties = object(spec.data["instance_properties"])?.data
            add(properties?["uuid"], properties)
        }
    }

    private static func instance(of port: Object) -> Any? {
        let owner = port["device_owner"] as? String ?? ""
        return owner.isEmpty || owner.hasPrefix("compute:") ? port["device_id"] : nil
    }

    /// An object, those of a list object, or those of a list of either.
    private static func objects(_ value: Any?) -> [(name: String?, data: Object, changes: Set<String>)] {
        (value as? [Any] ?? [value as Any]).flatMap { value in
            guard let object = object(value) else { return [(name: String?, data: Object, changes: Set<String>)]() }
            guard let listed = object.data["objects"] as? [Any], !listed.isEmpty else { return [object] }
            return listed.compactMap { Self.object($0) }
        }
    }

    private static func object(_ value: Any?) -> (name: String?, data: Object, changes: Set<String>)? {
        guard let object = value as? Object else { return nil }
        var name: String?
        var data = object
        var changes: Set<String> = []
        for (key, value) in object where key.utf8.count > 12 {
            if key.hasSuffix("_object.data") { data = value as? Object ?? [:] }
            if key.hasSuffix("_object.name") { name = value as? String }
            if key.hasSuffix("_object.changes") {
                changes = Set((value as? [Any] ?? []).compactMap { $0 as? String })
            }
        }
        return (name, data, changes)
    }

    private static func name(_ data: Object?) -> String? {
        let display = data?["display_name"] as? String
        return display?.isEmpty == false ? display : (data?["hostname"] ?? data?["host_name"]) as? String
    }

    private static func state(_ uuid: String, _ data: Object) -> String {
        "\(uuid) \(known(data["vm_state"])) \(known(data["task_state"])) \(power(data["power_state"]))"
            + " \(data["host"] as? String ?? "-")"
    }

    private static func power(_ value: Any?) -> String {
        guard let number = value as? NSNumber, bool(value) == nil else { return known(value) }
        return Int(exactly: number.doubleValue).flatMap(PowerState.name).map { "some(\($0))" } ?? "unknown"
    }

    private static func known(_ value: Any?) -> String {
        switch value {
        case is NSNull: "none"
        case let text as String: "some(\(text))"
        default: "unknown"
        }
    }

    private static func uuid(_ value: Any?) -> String? {
        guard let text = value as? String, text.utf8.count == 36, UUID(uuidString: text) != nil else { return nil }
        return text
    }

    /// JSON's true and false, not a number.
    private static func bool(_ value: Any?) -> Bool? {
        guard let number = value as? NSNumber, isBoolean(number) else { return nil }
        return number.boolValue
    }

    private static func isBoolean(_ number: NSNumber) -> Bool {
        String(cString: number.objCType) == "c"
    }
}

/// Named texts, in the order in which they are set; absent and empty are the same.
struct Facts {
    private(set) var lines: [String]
    private var values: [String: String] = [:]

    init(_ kind: String) { lines = [kind] }

    subscript(name: String) -> String? {
        get { values[name] }
        set {
            guard let newValue, !newValue.isEmpty else { return }
            values[name] = newValue
            lines.append("\(name): \(newValue)")
        }
    }
}
