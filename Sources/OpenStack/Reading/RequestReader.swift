import Bytes
import Trace

extension OsloDecoder {
    /// Reads what a message says that has a method.
    mutating func read(_ request: inout RPCRequest, _ text: RawSpan) {
        let method = request.method
        request.messageID = reader.text(fields.messageID, text)
        request.replyQueue = reader.name(fields.replyQueue, text)
        request.uniqueID = reader.text(fields.uniqueID, text)
        request.callMonitorTimeout = SlotReader.number(fields.timeout, text).flatMap(Nanoseconds.seconds(exactly:))
        request.objectMethod = objectMethod(text)
        request.hostHints = hostHints(text, method: method, objectMethod: request.objectMethod)
        if detail == .outline {
            if request.objectMethod == "Instance.save" { request.instances = instances(text, method: method).uuids }
            return
        }
        request.namespace = reader.name(fields.namespace, text)
        request.version = reader.name(fields.version, text)
        request.context = context(text)
        let subjects = instances(text, method: method)
        request.instances = subjects.uuids
        request.instanceName = subjects.name
        request.otherNames = subjects.otherNames
        request.stateChange = stateChange(text, method: method, objectMethod: request.objectMethod)
        request.expectedTaskStates = expectedTaskStates(text)
        request.portIDs = portIDs(text)
        request.upPortIDs = upPortIDs(text, method: method)
        request.events = events(text)
        request.retry = retry(text)
        request.isEvacuation = fields.argument.evacuation.bool ?? false
        request.fault = fault(text, objectMethod: request.objectMethod)
        if detail == .args || detail == .full {
            request.argumentNames = argumentNames(text)
            request.detail = detailText(detail == .args ? fields.arguments : fields.root, text)
        }
    }

    mutating func context(_ text: RawSpan) -> RequestContext {
        let slots = fields.context
        var context = RequestContext()
        context.requestID = reader.name(slots.requestID, text)
        context.globalRequestID = reader.name(slots.globalRequestID, text)
        context.userID = reader.known(slots.userID.isPresent ? slots.userID : slots.user, text)
        context.isAdmin = slots.isAdmin.bool
        context.projectID =
            reader.name(slots.projectID, text) ?? reader.name(slots.project, text)
            ?? reader.name(slots.tenantID, text) ?? reader.name(slots.tenant, text)
        return context
    }

    /// `Class.method` of a remote call of a versioned object (oslo.versionedobjects base.py, `remotable`).
    private mutating func objectMethod(_ text: RawSpan) -> String? {
        let object = fields.noted.objects.first { $0.role == .objectInstance }
        let type = object.map(\.typeName) ?? fields.argument.objectName
        let method = fields.argument.objectMethod
        guard type.isString else { return nil }
        var name: [UInt8] = []
        swap(&name, &scratch)
        defer { swap(&name, &scratch) }
        name.removeAll(keepingCapacity: true)
        type.appendDecoded(text, to: &name)
        name.append(UInt8(ascii: "."))
        if method.isString {
            method.appendDecoded(text, to: &name)
        } else if object != nil, !method.isPresent, fields.method.equals("object_backport_versions", text) {
            name.append(contentsOf: "backport".utf8)
        } else {
            return nil
        }
        return reader.shared.string(name.span.bytes, 0..<name.count)
    }

    private mutating func expectedTaskStates(_ text: RawSpan) -> [String?]? {
        guard fields.argument.hasExpectedTaskState else { return nil }
        var states: [String?] = []
        for item in fields.noted.texts where item.role == .expectedTaskState {
            states.append(reader.name(item.slot, text))
        }
        return states
    }

    /// Ports are named by neutron's objects, by agents' lists of devices and by the tags of nova's network events.
    private mutating func portIDs(_ text: RawSpan) -> [String] {
        var found = UniqueStrings()
        found.append(reader.uuid(fields.argument.portID, text))
        found.append(reader.uuid(fields.argument.device, text))
        for object in fields.noted.objects {
            switch object.role {
            case .port, .portEvent: found.append(reader.uuid(object.fields.id, text))
            case .resource where object.typeName.equals("Port", text):
                found.append(reader.uuid(object.fields.id, text))
            case .event where reader.name(object.fields.name, text)?.hasPrefix("network-") == true:
                found.append(reader.uuid(object.fields.tag, text))
            default: continue
            }
        }
        appendTexts(.device, to: &found, text)
        appendTexts(.deviceUp, to: &found, text)
        appendTexts(.deviceDown, to: &found, text)
        appendTexts(.listedPort, to: &found, text)
        return found.strings
    }

    /// One in `update_device_up`, a list in `update_device_list` (neutron agent/rpc.py, `PluginApi`).
    private mutating func upPortIDs(_ text: RawSpan, method: String) -> [String] {
        if method == "update_device_up" { return reader.uuid(fields.argument.device, text).map { [$0] } ?? [] }
        var found = UniqueStrings()
        appendTexts(.deviceUp, to: &found, text)
        return found.strings
    }

    private mutating func events(_ text: RawSpan) -> [ExternalEvent] {
        var events: [ExternalEvent] = []
        for object in fields.noted.objects where object.role == .event {
            guard let name = reader.name(object.fields.name, text) else { continue }
            events.append(
                ExternalEvent(
                    name: name, instance: reader.uuid(object.fields.instanceUUID, text),
                    isFailed: object.fields.status.equals("failed", text)))
        }
        return events
    }

    private mutating func retry(_ text: RawSpan) -> BuildRetry? {
        let slots = fields.argument
        guard slots.hasRetry else { return nil }
        var hosts: [String] = []
        for item in fields.noted.texts where item.role == .retryHost {
            if let host = reader.name(item.slot, text) { hosts.append(host) }
        }
        return BuildRetry(
            attempts: SlotReader.number(slots.retryAttempts, text).flatMap(Int.init(exactly:)), hosts: hosts,
            reason: boundedMessage(slots.retryReason, text))
    }

    private func argumentNames(_ text: RawSpan) -> [String] {
        guard fields.arguments.kind == .object else { return [] }
        var scanner = JSONScanner(text, fields.arguments.range, isNested: fields.arguments.isNested)
        var names: [String] = []
        guard scanner.beginObject(text) else { return names }
        while let key = scanner.nextKey(text), names.count < Limits.listElements {
            if let name = SlotReader.text(key, text) { names.append(redaction.redact(text: name).bounded) }
            scanner.skipValue(text)
        }
        return names
    }
}

/// A machine that keeps each string once, in the order in which they came.
struct UniqueStrings {
    private(set) var strings: [String] = []
    private var seen: Set<String> = []

    mutating func append(_ string: String?) {
        guard let string else { return }
        // A set is worth its memory for long lists only.
        if strings.count < 16 {
            if !strings.contains(string) { strings.append(string) }
            return
        }
        if seen.isEmpty { seen.formUnion(strings) }
        if seen.insert(string).inserted { strings.append(string) }
    }
}
