import Bytes
import Trace

extension OsloDecoder {
    /// Reads what a message says that has an event type.
    mutating func read(_ notification: inout Notification, _ text: RawSpan) {
        let eventType = notification.eventType
        notification.publisherID = reader.name(fields.publisherID, text)
        notification.uniqueID = reader.text(fields.uniqueID, text)
        if detail == .outline {
            if notification.isStateUpdate {
                notification.instances = payloadInstances(text, eventType: eventType).uuids
            }
            return
        }
        notification.priority = reader.name(fields.priority, text)?.uppercased()
        notification.messageID = reader.text(fields.notificationID, text)
        notification.timestamp = reader.text(fields.timestamp, text)
        notification.context = context(text)
        let subjects = payloadInstances(text, eventType: eventType)
        notification.instances = subjects.uuids
        notification.instanceName = subjects.name
        notification.otherNames = subjects.otherNames
        notification.payloadHost = reader.name(fields.payloadFields.host, text)
        notification.stateChange = stateChange(text, eventType: eventType, instance: subjects.uuids.first)
        notification.portIDs = payloadPorts(text, eventType: eventType)
        if notification.priority == "ERROR" { notification.fault = payloadFault(text) }
        switch detail {
        case .outline, .none: break
        case .args: notification.detail = detailText(fields.payload, text)
        case .full: notification.detail = detailText(fields.root, text)
        }
    }

    /// A `uuid` is an instance's in `instance.*` events only; keypairs, services and groups have one too.
    private mutating func payloadInstances(
        _ text: RawSpan, eventType: String
    ) -> Subjects {
        let slots = fields.payloadFields
        var found = UniqueStrings()
        var names = FoundNames()
        let uuid =
            reader.uuid(slots.instanceID, text)
            ?? (slots.isVersioned && eventType.hasPrefix("instance.") ? reader.uuid(slots.uuid, text) : nil)
        found.append(uuid)
        names.add(uuid, slots.displayName, slots.hostname)
        found.append(reader.uuid(slots.instanceUUID, text))
        appendRequestSpecs(.payloadRequestSpec, to: &found, &names, text)
        for object in fields.noted.objects where object.role == .payloadPort {
            found.append(portInstance(object, text))
        }
        return subjects(found, names, text)
    }

    private mutating func payloadPorts(_ text: RawSpan, eventType: String) -> [String] {
        var found = UniqueStrings()
        found.append(reader.uuid(fields.payloadFields.portID, text))
        for object in fields.noted.objects where object.role == .payloadPort {
            found.append(reader.uuid(object.fields.id, text))
        }
        return found.strings
    }
}
