import Bytes

/// A machine that finds, in one pass, the parts of an RPC message or notification that are needed later.
///
/// It holds slots only; of a key that stands twice the last counts, as in Python. Its lists are reused.
struct MessageFields {
    /// Whether what a message is about is stepped over (`OsloDecoder.Detail.outline`).
    let isOutline: Bool
    /// The object itself, of a cut text as far as it goes.
    var root = JSONSlot()

    var method = JSONSlot()
    var arguments = JSONSlot()
    var namespace = JSONSlot()
    var version = JSONSlot()
    var messageID = JSONSlot()
    var replyQueue = JSONSlot()
    var timeout = JSONSlot()
    var uniqueID = JSONSlot()

    var result = JSONSlot()
    var failure = JSONSlot()
    var ending = JSONSlot()

    var eventType = JSONSlot()
    var priority = JSONSlot()
    var publisherID = JSONSlot()
    var notificationID = JSONSlot()
    var timestamp = JSONSlot()
    var payload = JSONSlot()

    var context = ContextFields()
    var argument = ArgumentFields()
    var payloadFields = PayloadFields()
    /// What lies in lists and objects below.
    var noted: NotedValues

    /// Whether it has keys that no message of oslo.messaging has at its top.
    var hasOthers = false

    /// A message without envelope has neither.
    var envelopeVersion = JSONSlot()
    var envelopeMessage = JSONSlot()

    init(isOutline: Bool) {
        self.isOutline = isOutline
        noted = NotedValues(isOutline: isOutline)
    }

    /// Forgets everything but the memory of the lists.
    mutating func reset() {
        noted.reset()
        var fresh = MessageFields(isOutline: isOutline)
        swap(&fresh.noted, &noted)
        self = fresh
    }

    /// Reads the object that `scanner` stands before; a fault stays with the scanner.
    mutating func scan(_ scanner: inout JSONScanner, _ text: RawSpan) {
        let isObject = scanner.peek(text) == .openBrace
        let start = scanner.offset
        guard isObject, scanner.beginObject(text) else {
            scanner.fail(.malformed)
            return
        }
        root = JSONSlot(.object, start..<scanner.end, isNested: scanner.isNested)
        while let key = scanner.nextKey(text) {
            read(key, &scanner, text)
        }
        guard scanner.fault == .none else { return }
        root = scanner.slot(.object, from: start)
    }

    private mutating func read(_ key: JSONSlot, _ scanner: inout JSONScanner, _ text: RawSpan) {
        let count = key.textCount(text)
        if count > 9, ContextFields.isContext(key, text) {
            if isOutline {
                scanner.skipMembers(text, beginning: "_context_")
            } else {
                context.read(key, count, &scanner, text)
            }
            return
        }
        switch count {
        case 4 where key.equals("args", text): readArguments(&scanner, text)
        case 6 where key.equals("method", text): method = scanner.readValue(text)
        case 6 where key.equals("result", text): readResult(&scanner, text)
        case 6 where key.equals("ending", text): ending = scanner.readValue(text)
        case 7 where key.equals("version", text): version = scanner.readValue(text)
        case 7 where key.equals("_msg_id", text): messageID = scanner.readValue(text)
        case 7 where key.equals("failure", text): failure = readOrBegin(&scanner, text)
        case 7 where key.equals("payload", text): readPayload(&scanner, text)
        case 8 where key.equals("_reply_q", text): replyQueue = scanner.readValue(text)
        case 8 where key.equals("_timeout", text): timeout = scanner.readValue(text)
        case 8 where key.equals("priority", text): priority = scanner.readValue(text)
        case 9 where key.equals("namespace", text): namespace = scanner.readValue(text)
        case 9 where key.equals("timestamp", text): timestamp = scanner.readValue(text)
        case 10 where key.equals("_unique_id", text): uniqueID = scanner.readValue(text)
        case 10 where key.equals("event_type", text): eventType = scanner.readValue(text)
        case 10 where key.equals("message_id", text): notificationID = scanner.readValue(text)
        case 12 where key.equals("publisher_id", text): publisherID = scanner.readValue(text)
        case 12 where key.equals("oslo.version", text): envelopeVersion = scanner.readValue(text)
        case 12 where key.equals("oslo.message", text): envelopeMessage = scanner.readValue(text)
        default:
            hasOthers = true
            scanner.skipValue(text)
        }
    }

    private mutating func readArguments(_ scanner: inout JSONScanner, _ text: RawSpan) {
        argument = ArgumentFields()
        noted.removeAll { $0.isArgument }
        let isObject = scanner.peek(text) == .openBrace
        let start = scanner.offset
        guard isObject, scanner.beginObject(text) else {
            arguments = scanner.readValue(text)
            return
        }
        argument.scan(&scanner, text, &noted, isOutline: isOutline)
        arguments = scanner.slot(.object, from: start)
    }

    private mutating func readPayload(_ scanner: inout JSONScanner, _ text: RawSpan) {
        payloadFields = PayloadFields()
        noted.removeAll { $0.isPayload }
        if isOutline, eventType.isPresent, !isStateUpdate(text) {
            payload = readOrBegin(&scanner, text)
            return
        }
        let isObject = scanner.peek(text) == .openBrace
        let start = scanner.offset
        guard isObject, scanner.beginObject(text) else {
            payload = scanner.readValue(text)
            return
        }
        payloadFields.scan(&scanner, text, &noted)
        payload = scanner.slot(.object, from: start)
    }

    /// As `Notification.isStateUpdate`; the payload mostly stands behind the type.
    private func isStateUpdate(_ text: RawSpan) -> Bool {
        eventType.equals("compute.instance.update", text) || eventType.equals("instance.update", text)
    }

    /// Looks into a result only where it is a list, as that of `select_destinations`.
    private mutating func readResult(_ scanner: inout JSONScanner, _ text: RawSpan) {
        noted.removeAll { $0 == .selection }
        guard !isOutline, scanner.peek(text) == .openBracket else {
            result = readOrBegin(&scanner, text)
            return
        }
        let start = scanner.offset
        noted.readSelections(&scanner, text)
        result = scanner.slot(.array, from: start)
    }

    /// A value that, where the text is cut inside it, still counts as begun.
    private func readOrBegin(_ scanner: inout JSONScanner, _ text: RawSpan) -> JSONSlot {
        let first = scanner.peek(text)
        let start = scanner.offset
        let slot = scanner.readValue(text)
        guard slot.kind == .absent, scanner.fault == .ended else { return slot }
        return switch first {
        case .openBrace: scanner.slot(.object, from: start)
        case .openBracket: scanner.slot(.array, from: start)
        case .quote:
            JSONSlot(
                .string, min(start + (scanner.isNested ? 2 : 1), scanner.end)..<scanner.end,
                isNested: scanner.isNested, hasEscapes: true)
        default: slot
        }
    }
}

/// What tells messages of oslo.messaging from other applications' JSON where there is no envelope.
extension MessageFields {
    private var hasIDs: Bool { messageID.isPresent || uniqueID.isPresent }

    /// Every release sends `args`; JSON-RPC has `params` in its place.
    var looksLikeRequest: Bool { arguments.isPresent || hasIDs }

    /// Before Grizzly a reply has no id, and always both `result` and `failure`, and nothing else but `ending` (nova 2012.2
    /// `openstack/common/rpc/amqp.py`, `msg_reply`). The results of Celery and JSON-RPC are no such.
    var looksLikeReply: Bool { hasIDs || result.isPresent && failure.isPresent && !hasOthers }

    /// A notification says who sent it, and what.
    var looksLikeNotification: Bool { publisherID.isPresent || payload.isPresent || hasIDs }
}

/// A value: the slots of the `_context_*` keys.
struct ContextFields {
    var requestID = JSONSlot()
    var globalRequestID = JSONSlot()
    var userID = JSONSlot()
    /// `_context_user`, in its place before oslo.context 2.
    var user = JSONSlot()
    var isAdmin = JSONSlot()
    var projectID = JSONSlot()
    var project = JSONSlot()
    var tenantID = JSONSlot()
    var tenant = JSONSlot()

    @inline(__always)
    static func isContext(_ key: JSONSlot, _ text: RawSpan) -> Bool {
        if key.hasEscapes { return key.decodedBytes(text).starts(with: "_context_".utf8) }
        return text.byte(key.range.lowerBound) == UInt8(ascii: "_")
            && text.has("_context_", at: key.range.lowerBound)
    }

    mutating func read(_ key: JSONSlot, _ count: Int, _ scanner: inout JSONScanner, _ text: RawSpan) {
        switch count {
        case 13 where key.equals("_context_user", text): user = scanner.readValue(text)
        case 15 where key.equals("_context_tenant", text): tenant = scanner.readValue(text)
        case 16 where key.equals("_context_user_id", text): userID = scanner.readValue(text)
        case 16 where key.equals("_context_project", text): project = scanner.readValue(text)
        case 17 where key.equals("_context_is_admin", text): isAdmin = scanner.readValue(text)
        case 18 where key.equals("_context_tenant_id", text): tenantID = scanner.readValue(text)
        case 19 where key.equals("_context_request_id", text): requestID = scanner.readValue(text)
        case 19 where key.equals("_context_project_id", text): projectID = scanner.readValue(text)
        case 26 where key.equals("_context_global_request_id", text): globalRequestID = scanner.readValue(text)
        default: scanner.skipValue(text)
        }
    }
}
