import Bytes
import Trace

extension OsloDecoder {
    /// Uuids of the instances that a request is about, and the name of the first.
    ///
    /// The places are those of nova compute/rpcapi.py, conductor/rpcapi.py and scheduler/rpcapi.py, 2011.3 to 34; where
    /// a message names instances in several, this order decides which is the first.
    mutating func instances(
        _ text: RawSpan, method: String
    ) -> (uuids: [String], name: String?) {
        // Sent every few minutes with every instance of a host, and about none of them.
        if method == "sync_instance_info" { return ([], nil) }
        var found = UniqueStrings()
        var names = FirstName()
        for role in [FindingRole.instance, .instances] {
            for object in fields.findings.objects where object.role == role {
                let uuid = reader.uuid(object.fields.uuid, text) ?? reader.uuid(object.value, text)
                found.append(uuid)
                names.add(uuid, object.fields.displayName, object.fields.hostname)
            }
        }
        found.append(reader.uuid(fields.argument.instanceUUID, text))
        appendTexts(.instanceUUID, to: &found, text)
        for object in fields.findings.objects where object.role == .buildRequest {
            let uuid = reader.uuid(object.fields.instanceUUID, text)
            found.append(uuid)
            names.add(uuid, object.fields.inner.displayName, object.fields.inner.hostname)
        }
        for role in [FindingRole.requestSpecs, .specObject, .requestSpec] {
            appendRequestSpecs(role, to: &found, &names, text)
        }
        appendObjectSubjects(to: &found, &names, text)
        appendEventsAndPorts(to: &found, text)
        let name = names.slot(of: found.strings.first)
        return (found.strings, name.flatMap { reader.name($0, text) })
    }

    mutating func appendTexts(_ role: FindingRole, to found: inout UniqueStrings, _ text: RawSpan) {
        for item in fields.findings.texts where item.role == role {
            found.append(reader.uuid(item.slot, text))
        }
    }

    /// `instance_uuid` since Kilo; before, `instance_uuids` and the uuid in `instance_properties`.
    mutating func appendRequestSpecs(
        _ role: FindingRole, to found: inout UniqueStrings, _ names: inout FirstName, _ text: RawSpan
    ) {
        appendTexts(role, to: &found, text)
        for object in fields.findings.objects where object.role == role {
            found.append(reader.uuid(object.fields.instanceUUID, text))
            let properties = object.fields.properties
            let uuid = reader.uuid(properties.uuid, text)
            found.append(uuid)
            names.add(uuid, properties.displayName, properties.hostname)
        }
    }

    /// What a remote object method is about: the object itself, the instance it belongs to, or the uuid it asks for.
    private mutating func appendObjectSubjects(
        to found: inout UniqueStrings, _ names: inout FirstName, _ text: RawSpan
    ) {
        for role in [FindingRole.objectInstance, .instanceInfo] {
            for object in fields.findings.objects where object.role == role {
                guard object.typeName.equals("Instance", text) else {
                    found.append(reader.uuid(object.fields.instanceUUID, text))
                    continue
                }
                let uuid = reader.uuid(object.fields.uuid, text)
                found.append(uuid)
                names.add(uuid, object.fields.displayName, object.fields.hostname)
            }
        }
        found.append(reader.uuid(fields.argument.keywordInstanceUUID, text))
        guard asksForInstance(text) else { return }
        for item in fields.findings.texts where item.role == .classArgument {
            if let uuid = reader.uuid(item.slot, text) {
                found.append(uuid)
                break
            }
        }
        appendTexts(.classArgumentListed, to: &found, text)
    }

    /// Whether a uuid among the arguments of an object's class method is an instance's.
    private func asksForInstance(_ text: RawSpan) -> Bool {
        let name = fields.argument.objectName
        let method = fields.argument.objectMethod
        guard name.isString, method.isString else { return false }
        if method.contains("instance", text) { return true }
        return name.begins(with: "Instance", text) && !name.begins(with: "InstanceGroup", text)
    }

    private mutating func appendEventsAndPorts(to found: inout UniqueStrings, _ text: RawSpan) {
        for object in fields.findings.objects where object.role == .event {
            found.append(reader.uuid(object.fields.instanceUUID, text))
        }
        for object in fields.findings.objects {
            switch object.role {
            case .port, .portEvent: found.append(portInstance(object, text))
            case .resource where object.typeName.equals("Port", text): found.append(portInstance(object, text))
            default: continue
            }
        }
    }

    /// The instance a port is plugged into, where it is one: routers and DHCP servers have ports too.
    mutating func portInstance(_ object: VisitedObject, _ text: RawSpan) -> String? {
        guard let uuid = reader.uuid(object.fields.deviceID, text) else { return nil }
        let owner = reader.name(object.fields.deviceOwner, text) ?? ""
        return owner.isEmpty || owner.hasPrefix("compute:") || owner.hasPrefix("baremetal:") ? uuid : nil
    }
}

/// A machine that holds the names that instances were found with, until it is known which instance is the first.
struct FirstName {
    private var names: [(uuid: String, slot: JSONSlot)] = []

    mutating func add(_ uuid: String?, _ displayName: JSONSlot, _ hostname: JSONSlot) {
        let slot = displayName.isString && !displayName.range.isEmpty ? displayName : hostname
        // The first instance is among the first that are found.
        guard let uuid, slot.isString, names.count < 4 else { return }
        names.append((uuid, slot))
    }

    func slot(of uuid: String?) -> JSONSlot? {
        names.first { $0.uuid == uuid }?.slot
    }
}
