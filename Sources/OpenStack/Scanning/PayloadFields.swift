import Bytes

/// A machine that finds in a notification's payload what it says about instances, ports, hosts and states.
///
/// Reads the unversioned format of nova and neutron, a plain dictionary, and the versioned one, where the same lies
/// under `nova_object.data` and states under `state_update` as well (nova notifications/base.py,
/// notifications/objects/).
struct PayloadFields {
    struct StateUpdate {
        var state = JSONSlot()
        var newTaskState = JSONSlot()
    }

    /// What a versioned payload tells of an exception (nova notifications/objects/exception.py).
    struct Exception {
        var className = JSONSlot()
        var message = JSONSlot()
    }

    /// The payload is a versioned object.
    var isVersioned = false
    var uuid = JSONSlot()
    var host = JSONSlot()
    var state = JSONSlot()
    var reason = JSONSlot()
    var portID = JSONSlot()
    var message = JSONSlot()
    var hostname = JSONSlot()
    var taskState = JSONSlot()
    var powerState = JSONSlot()
    var instanceID = JSONSlot()
    var displayName = JSONSlot()
    var instanceUUID = JSONSlot()
    var newTaskState = JSONSlot()
    var stateDescription = JSONSlot()
    var update = StateUpdate()
    /// `fault`, else `reason` where that is an object.
    var exception = Exception()

    /// Reads the members of the object that `scanner` has stepped into.
    mutating func scan(_ scanner: inout JSONScanner, _ text: RawSpan, _ noted: inout NotedValues) {
        while let key = scanner.nextKey(text) {
            switch Envelope(key, text) {
            case .data:
                self = PayloadFields()
                isVersioned = true
                noted.removeAll { $0.isPayload }
                guard scanner.beginObject(text) else {
                    scanner.skipValue(text)
                    continue
                }
                while let key = scanner.nextKey(text) {
                    read(key, &scanner, text, &noted)
                    if noted.isOutline, SlotReader.isUUID(uuid, text) { scanner.skipRest(text) }
                }
            case nil where !isVersioned:
                read(key, &scanner, text, &noted)
                if noted.isOutline, SlotReader.isUUID(instanceID, text) { scanner.skipRest(text) }
            default: scanner.skipValue(text)
            }
        }
    }

    private mutating func read(
        _ key: JSONSlot, _ scanner: inout JSONScanner, _ text: RawSpan, _ noted: inout NotedValues
    ) {
        switch key.textCount(text) {
        case 4 where key.equals("uuid", text): uuid = scanner.readValue(text)
        case 4 where key.equals("host", text): host = scanner.readValue(text)
        case 4 where key.equals("port", text): noted.readObjects(.payloadPort, &scanner, text)
        case 5 where key.equals("fault", text): exception = readException(&scanner, text)
        case 5 where key.equals("state", text): state = scanner.readValue(text)
        case 6 where key.equals("reason", text):
            if scanner.peek(text) == .openBrace {
                exception = readException(&scanner, text)
            } else {
                reason = scanner.readValue(text)
            }
        case 7 where key.equals("message", text): message = scanner.readValue(text)
        case 7 where key.equals("port_id", text): portID = scanner.readValue(text)
        case 8 where key.equals("hostname", text): hostname = scanner.readValue(text)
        case 9 where key.equals("host_name", text): hostname = scanner.readValue(text)
        case 10 where key.equals("task_state", text): taskState = scanner.readValue(text)
        case 11 where key.equals("power_state", text): powerState = scanner.readValue(text)
        case 11 where key.equals("instance_id", text): instanceID = scanner.readValue(text)
        case 12 where key.equals("display_name", text): displayName = scanner.readValue(text)
        case 12 where key.equals("state_update", text): update = readUpdate(&scanner, text)
        case 12 where key.equals("request_spec", text):
            noted.readObjects(.payloadRequestSpec, &scanner, text)
        case 13 where key.equals("instance_uuid", text): instanceUUID = scanner.readValue(text)
        case 14 where key.equals("new_task_state", text): newTaskState = scanner.readValue(text)
        case 17 where key.equals("state_description", text): stateDescription = scanner.readValue(text)
        default: scanner.skipValue(text)
        }
    }

    private func readUpdate(_ scanner: inout JSONScanner, _ text: RawSpan) -> StateUpdate {
        readData(StateUpdate(), &scanner, text) { update, key, scanner, text in
            if key.equals("state", text) {
                update.state = scanner.readValue(text)
            } else if key.equals("new_task_state", text) {
                update.newTaskState = scanner.readValue(text)
            } else {
                scanner.skipValue(text)
            }
        }
    }

    private func readException(_ scanner: inout JSONScanner, _ text: RawSpan) -> Exception {
        readData(Exception(), &scanner, text) { exception, key, scanner, text in
            if key.equals("exception", text) {
                exception.className = scanner.readValue(text)
            } else if key.equals("exception_message", text) {
                exception.message = scanner.readValue(text)
            } else {
                scanner.skipValue(text)
            }
        }
    }

    /// Reads the members of a versioned object's data; anything else is stepped over.
    private func readData<Part>(
        _ empty: Part, _ scanner: inout JSONScanner, _ text: RawSpan,
        member read: (inout Part, JSONSlot, inout JSONScanner, RawSpan) -> Void
    ) -> Part {
        var part = empty
        guard scanner.beginObject(text) else {
            scanner.skipValue(text)
            return part
        }
        while let key = scanner.nextKey(text) {
            guard Envelope(key, text) == .data else {
                scanner.skipValue(text)
                continue
            }
            part = empty
            guard scanner.beginObject(text) else {
                scanner.skipValue(text)
                continue
            }
            while let key = scanner.nextKey(text) { read(&part, key, &scanner, text) }
        }
        return part
    }
}
