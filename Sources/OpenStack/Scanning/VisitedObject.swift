import Bytes

/// A value: the parts that tracing needs of a versioned object (oslo.versionedobjects base.py), or of the plain
/// dictionary that older releases send in its place.
///
/// `{"nova_object.name": …, "nova_object.data": {…}, "nova_object.changes": […]}`; the prefix is `versioned_object.` in
/// cinder and neutron, and any `…_object.` is taken. The order of the keys is arbitrary.
struct VisitedObject {
    struct Changes: OptionSet {
        let rawValue: UInt8

        static let vmState = Changes(rawValue: 1)
        static let taskState = Changes(rawValue: 2)
        static let powerState = Changes(rawValue: 4)
        /// The others of an object's fields.
        static let other = Changes(rawValue: 8)
    }

    /// The name and uuid of an instance that another object holds.
    struct InnerInstance {
        var uuid = JSONSlot()
        var displayName = JSONSlot()
        var hostname = JSONSlot()
    }

    struct Fields {
        var id = JSONSlot()
        var tag = JSONSlot()
        var uuid = JSONSlot()
        var host = JSONSlot()
        var name = JSONSlot()
        /// Of an event.
        var status = JSONSlot()
        var binary = JSONSlot()
        /// Of an instance's fault.
        var message = JSONSlot()
        var vmState = JSONSlot()
        var hostname = JSONSlot()
        var nodename = JSONSlot()
        var deviceID = JSONSlot()
        var taskState = JSONSlot()
        var powerState = JSONSlot()
        var displayName = JSONSlot()
        var deviceOwner = JSONSlot()
        var serviceHost = JSONSlot()
        var instanceUUID = JSONSlot()
        /// `instance`, of a build request.
        var inner = InnerInstance()
        /// `instance_properties`, of a request spec before Kilo.
        var properties = InnerInstance()
    }

    let role: NotedRole
    /// The value itself where it is no object.
    var value = JSONSlot()
    var typeName = JSONSlot()
    var fields = Fields()
    var changes: Changes = []
    /// It has `….data`, so that other keys beside it do not count.
    private var hasData = false

    /// Reads the value that `scanner` stands before. Objects that it lists go to `noted` at level 0 only, which
    /// bounds how deep the reading nests.
    init(
        _ role: NotedRole, _ scanner: inout JSONScanner, _ text: RawSpan, _ noted: inout NotedValues, level: Int
    ) {
        self.role = role
        guard scanner.beginObject(text) else {
            value = scanner.readValue(text)
            return
        }
        let mark = noted.mark
        while let key = scanner.nextKey(text) {
            switch Envelope(key, text) {
            case .name: typeName = scanner.readValue(text)
            case .changes: readChanges(&scanner, text)
            case .data:
                hasData = true
                fields = Fields()
                noted.truncateObjects(to: mark.objects)
                noted.truncateTexts(to: mark.texts)
                guard scanner.beginObject(text) else {
                    scanner.skipValue(text)
                    continue
                }
                while let key = scanner.nextKey(text) {
                    readField(key, &scanner, text, &noted, mark, level)
                    if noted.isOutline, fields.uuid.isString, typeName.equals("Instance", text) {
                        scanner.skipRest(text)
                    }
                }
            case nil:
                if hasData {
                    scanner.skipValue(text)
                } else {
                    readField(key, &scanner, text, &noted, mark, level)
                }
            }
        }
    }

    private mutating func readField(
        _ key: JSONSlot, _ scanner: inout JSONScanner, _ text: RawSpan, _ noted: inout NotedValues,
        _ mark: (objects: Int, texts: Int), _ level: Int
    ) {
        switch key.textCount(text) {
        case 2 where key.equals("id", text): fields.id = scanner.readValue(text)
        case 3 where key.equals("tag", text): fields.tag = scanner.readValue(text)
        case 4 where key.equals("uuid", text): fields.uuid = scanner.readValue(text)
        case 4 where key.equals("host", text): fields.host = scanner.readValue(text)
        case 4 where key.equals("name", text): fields.name = scanner.readValue(text)
        case 6 where key.equals("binary", text): fields.binary = scanner.readValue(text)
        case 6 where role == .event && key.equals("status", text): fields.status = scanner.readValue(text)
        case 7 where level == 0 && key.equals("objects", text):
            noted.truncateObjects(to: mark.objects)
            readList(&scanner, text, &noted)
        case 7 where role == .objectInstance && key.equals("message", text): fields.message = scanner.readValue(text)
        case 8 where key.equals("vm_state", text): fields.vmState = scanner.readValue(text)
        case 8 where key.equals("hostname", text): fields.hostname = scanner.readValue(text)
        case 8 where key.equals("nodename", text): fields.nodename = scanner.readValue(text)
        case 8 where level < 2 && key.equals("instance", text):
            fields.inner = readInner(&scanner, text, &noted)
        case 9 where key.equals("device_id", text): fields.deviceID = scanner.readValue(text)
        case 10 where key.equals("task_state", text): fields.taskState = scanner.readValue(text)
        case 11 where key.equals("power_state", text): fields.powerState = scanner.readValue(text)
        case 12 where key.equals("display_name", text): fields.displayName = scanner.readValue(text)
        case 12 where key.equals("device_owner", text): fields.deviceOwner = scanner.readValue(text)
        case 12 where key.equals("service_host", text): fields.serviceHost = scanner.readValue(text)
        case 13 where key.equals("instance_uuid", text): fields.instanceUUID = scanner.readValue(text)
        case 14 where level < 2 && role.isRequestSpec && key.equals("instance_uuids", text):
            noted.truncateTexts(to: mark.texts)
            noted.readTexts(role, &scanner, text)
        case 19 where level < 2 && key.equals("instance_properties", text):
            fields.properties = readInner(&scanner, text, &noted)
        default: scanner.skipValue(text)
        }
    }

    private func readList(_ scanner: inout JSONScanner, _ text: RawSpan, _ noted: inout NotedValues) {
        guard scanner.beginArray(text) else {
            scanner.skipValue(text)
            return
        }
        while scanner.nextElement(text) {
            noted.append(VisitedObject(role, &scanner, text, &noted, level: 1))
        }
    }

    private func readInner(
        _ scanner: inout JSONScanner, _ text: RawSpan, _ noted: inout NotedValues
    ) -> InnerInstance {
        let inner = VisitedObject(role, &scanner, text, &noted, level: 2).fields
        return InnerInstance(uuid: inner.uuid, displayName: inner.displayName, hostname: inner.hostname)
    }

    private mutating func readChanges(_ scanner: inout JSONScanner, _ text: RawSpan) {
        changes = []
        guard scanner.beginArray(text) else {
            scanner.skipValue(text)
            return
        }
        while scanner.nextElement(text) {
            let name = scanner.readValue(text)
            if name.equals("vm_state", text) {
                changes.insert(.vmState)
            } else if name.equals("task_state", text) {
                changes.insert(.taskState)
            } else if name.equals("power_state", text) {
                changes.insert(.powerState)
            } else {
                changes.insert(.other)
            }
        }
    }
}

/// The keys that make a dictionary a versioned object.
enum Envelope {
    case name, data, changes

    /// `nil` for any other key, the object's namespace and version among them.
    init?(_ key: JSONSlot, _ text: RawSpan) {
        if key.hasEscapes {
            self.init(key.decodedBytes(text))
            return
        }
        let range = key.range
        guard range.count > 12 else { return nil }
        if text.has("_object.data", at: range.upperBound - 12) {
            self = .data
        } else if text.has("_object.name", at: range.upperBound - 12) {
            self = .name
        } else if range.count > 15, text.has("_object.changes", at: range.upperBound - 15) {
            self = .changes
        } else {
            return nil
        }
    }

    private init?(_ bytes: [UInt8]) {
        let key = String(decoding: bytes, as: UTF8.self)
        if key.utf8.count > 12, key.hasSuffix("_object.data") {
            self = .data
        } else if key.utf8.count > 12, key.hasSuffix("_object.name") {
            self = .name
        } else if key.utf8.count > 15, key.hasSuffix("_object.changes") {
            self = .changes
        } else {
            return nil
        }
    }
}
