import Bytes

/// A value: where in a message something was found that there can be several of.
enum NotedRole: UInt8 {
    // Objects
    case instance, instances, buildRequest, requestSpec, requestSpecs, specObject, objectInstance, event, resource
    case port, portEvent, instanceInfo, updates, service
    // Strings
    case instanceUUID, classArgument, classArgumentListed, device, deviceUp, deviceDown, listedPort
    case expectedTaskState, retryHost
    // Of a reply
    case selection
    // Of a notification
    case payloadRequestSpec, payloadPort

    var isArgument: Bool { rawValue < NotedRole.selection.rawValue }
    var isPayload: Bool { rawValue > NotedRole.selection.rawValue }

    var isRequestSpec: Bool {
        switch self {
        case .requestSpec, .requestSpecs, .specObject, .payloadRequestSpec: true
        default: false
        }
    }
}

/// A machine that collects the objects and strings found in the lists of a message; its memory is reused.
struct NotedValues {
    struct Text {
        let role: NotedRole
        let slot: JSONSlot
    }

    /// Of an object no more is read than what it is and which (`OsloDecoder.Detail.outline`).
    let isOutline: Bool
    private(set) var objects: [VisitedObject] = []
    private(set) var texts: [Text] = []

    init(isOutline: Bool) {
        self.isOutline = isOutline
    }

    mutating func reset() {
        if !objects.isEmpty { objects.removeAll(keepingCapacity: true) }
        if !texts.isEmpty { texts.removeAll(keepingCapacity: true) }
    }

    mutating func removeAll(_ isObsolete: (NotedRole) -> Bool) {
        if !objects.isEmpty { objects.removeAll { isObsolete($0.role) } }
        if !texts.isEmpty { texts.removeAll { isObsolete($0.role) } }
    }

    mutating func append(_ object: VisitedObject) {
        if objects.count < Limits.listElements { objects.append(object) }
    }

    mutating func append(_ role: NotedRole, _ slot: JSONSlot) {
        if texts.count < Limits.listElements { texts.append(Text(role: role, slot: slot)) }
    }

    /// How much has been found, to come back to where something found inside does not count.
    var mark: (objects: Int, texts: Int) { (objects.count, texts.count) }

    mutating func truncateObjects(to count: Int) {
        objects.removeLast(max(0, objects.count - count))
    }

    mutating func truncateTexts(to count: Int) {
        texts.removeLast(max(0, texts.count - count))
    }

    /// Reads an object, a list of objects, or a list object (`…List` with `objects`) under a key, in place of what the
    /// key held before.
    mutating func readObjects(_ role: NotedRole, _ scanner: inout JSONScanner, _ text: RawSpan) {
        removeAll { $0 == role }
        guard scanner.beginArray(text) else {
            readObject(role, &scanner, text)
            return
        }
        while scanner.nextElement(text) {
            readObject(role, &scanner, text)
        }
    }

    private mutating func readObject(_ role: NotedRole, _ scanner: inout JSONScanner, _ text: RawSpan) {
        let mark = mark.objects
        let object = VisitedObject(role, &scanner, text, &self, level: 0)
        // A list object is what it lists.
        if objects.count == mark { append(object) }
    }

    /// Reads a list of strings under a key, in place of what the key held before; anything else is stepped over.
    mutating func readTexts(_ role: NotedRole, _ scanner: inout JSONScanner, _ text: RawSpan) {
        guard scanner.beginArray(text) else {
            scanner.skipValue(text)
            return
        }
        while scanner.nextElement(text) {
            append(role, scanner.readValue(text))
        }
    }

    /// Reads the result of `select_destinations`: `[[Selection, alternate…]…]`, before nova 17 `[{host, nodename…}…]`.
    mutating func readSelections(_ scanner: inout JSONScanner, _ text: RawSpan) {
        guard scanner.beginArray(text) else { return }
        while scanner.nextElement(text) {
            switch scanner.peek(text) {
            case .openBrace:
                append(VisitedObject(.selection, &scanner, text, &self, level: 1))
            case .openBracket:
                readFirstSelection(&scanner, text)
            default:
                scanner.skipValue(text)
            }
        }
    }

    private mutating func readFirstSelection(_ scanner: inout JSONScanner, _ text: RawSpan) {
        guard scanner.beginArray(text), scanner.nextElement(text) else { return }
        if scanner.peek(text) == .openBrace {
            append(VisitedObject(.selection, &scanner, text, &self, level: 1))
        } else {
            scanner.skipValue(text)
        }
        while scanner.nextElement(text) { scanner.skipValue(text) }
    }
}
