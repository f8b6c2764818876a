import Bytes
import Trace

extension OsloDecoder {
    /// Uuids of the instances that a request is about, and what they are called.
    ///
    /// The places are those of nova compute/rpcapi.py, conductor/rpcapi.py and scheduler/rpcapi.py, 2011.3 to 34; where
    /// a message names instances in several, this order decides which is the first.
    mutating func instances(
        _ text: RawSpan, method: String
    ) -> Subjects {
        // Sent every few minutes with every instance of a host, and about none of them.
        if method == "sync_instance_info" { return Subjects() }
        var found = UniqueStrings()
        var names = FoundNames()
        for role in [NotedRole.instance, .instances] {
            for object in fields.noted.objects where object.role == role {
                let uuid = reader.uuid(object.fields.uuid, text) ?? reader.uuid(object.value, text)
                found.append(uuid)
                names.add(uuid, object.fields.displayName, object.fields.hostname)
            }
        }
        found.append(reader.uuid(fields.argument.instanceUUID, text))
        appendTexts(.instanceUUID, to: &found, text)
        for object in fields.noted.objects where object.role == .buildRequest {
            let uuid = reader.uuid(object.fields.instanceUUID, text)
            found.append(uuid)
            names.add(uuid, object.fields.inner.displayName, object.fields.inner.hostname)
        }
        for role in [NotedRole.requestSpecs, .specObject, .requestSpec] {
            appendRequestSpecs(role, to: &found, &names, text)
        }
        appendObjectSubjects(to: &found, &names, text)
        appendEventsAndPorts(to: &found, text)
        return subjects(found, names, text)
    }

    mutating func subjects(_ found: UniqueStrings, _ names: FoundNames, _ text: RawSpan) -> Subjects {
        var subjects = Subjects(uuids: found.strings)
        guard let first = found.strings.first else { return subjects }
        subjects.name = names.slot(of: first).flatMap { reader.name($0, text) }
        for (uuid, slot) in names.others(than: first) {
            if let name = reader.name(slot, text) { subjects.otherNames.append(InstanceName(uuid: uuid, name: name)) }
        }
        return subjects
    }

    mutating func appendTexts(_ role: NotedRole, to found: inout UniqueStrings, _ text: RawSpan) {
        for item in fields.noted.texts where item.role == role {
            found.append(reader.uuid(item.slot, text))
        }
    }

    /// `instance_uuid` since Kilo; before, `instance_uuids` and the uuid in `instance_properties`.
    mutating func appendRequestSpecs(
        _ role: NotedRole, to found: inout UniqueStrings, _ names: inout FoundNames, _ text: RawSpan
    ) {
        appendTexts(role, to: &found, text)
        for object in fields.noted.objects where object.role == role {
            found.append(reader.uuid(object.fields.instanceUUID, text))
            let properties = object.fields.properties
            let uuid = reader.uuid(properties.uuid, text)
            found.append(uuid)
            names.add(uuid, properties.displayName, properties.hostname)
        }
    }

    /// What a remote object method is about: the object itself, the instance it belongs to, or the uuid it asks for.
    private mutating func appendObjectSubjects(
        to found: inout UniqueStrings, _ names: inout FoundNames, _ text: RawSpan
    ) {
        for role in [NotedRole.objectInstance, .instanceInfo] {
            for object in fields.noted.objects where object.role == role {
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
        for item in fields.noted.texts where item.role == .classArgument {
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
        for object in fields.noted.objects where object.role == .event {
            found.append(reader.uuid(object.fields.instanceUUID, text))
        }
        for object in fields.noted.objects {
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

/// A value: the instances that a message is about, each once, and what they are called.
struct Subjects {
    var uuids: [String] = []
    /// Of the first.
    var name: String?
    /// Of the others, as far as they are told.
    var otherNames: [InstanceName] = []
}

/// A machine that holds where the names of instances were found, until it is known which of them is the first.
struct FoundNames {
    private var names: [(uuid: String, slot: JSONSlot)] = []

    mutating func add(_ uuid: String?, _ displayName: JSONSlot, _ hostname: JSONSlot) {
        let slot = displayName.isString && !displayName.range.isEmpty ? displayName : hostname
        guard let uuid, slot.isString, !slot.range.isEmpty, names.count < Limits.listElements else { return }
        names.append((uuid, slot))
    }

    func slot(of uuid: String) -> JSONSlot? {
        names.first { $0.uuid == uuid }?.slot
    }

    /// Each once, where there is any: nearly every message is about one instance.
    func others(than first: String) -> [(uuid: String, slot: JSONSlot)] {
        guard names.contains(where: { $0.uuid != first }) else { return [] }
        var seen: Set = [first]
        return names.filter { seen.insert($0.uuid).inserted }
    }
}
