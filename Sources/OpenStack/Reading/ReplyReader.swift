import Bytes
import Trace

extension OsloDecoder {
    /// Reads what a message says that has a result or a failure.
    mutating func read(_ reply: inout RPCReply, _ text: RawSpan) {
        reply.messageID = reader.text(fields.messageID, text)
        reply.uniqueID = reader.text(fields.uniqueID, text)
        reply.isEnding = fields.ending.bool
        reply.hasResult = fields.result.hasValue
        reply.failure = failure(text)
        reply.selectedHosts = selectedHosts(text)
        switch detail {
        case .outline, .none: break
        case .args: reply.detail = detailText(reply.failure == nil ? fields.result : fields.failure, text)
        case .full: reply.detail = detailText(fields.root, text)
        }
    }

    private mutating func selectedHosts(_ text: RawSpan) -> [String] {
        var hosts: [String] = []
        for object in fields.noted.objects where object.role == .selection {
            if object.typeName.equals("Selection", text), let host = reader.name(object.fields.serviceHost, text) {
                hosts.append(host)
            } else if !object.typeName.isPresent, object.fields.nodename.isPresent,
                let host = reader.name(object.fields.host, text)
            {
                hosts.append(host)
            }
        }
        return hosts
    }

    /// The exception that a reply carries: in Diablo and Essex `[class, message, [traceback…]]`, since then a string
    /// that holds the JSON of a dictionary (oslo.messaging _drivers/common.py, `serialize_remote_exception`).
    private func failure(_ text: RawSpan) -> RemoteFailure? {
        let slot = fields.failure
        guard slot.hasValue, !slot.range.isEmpty else { return nil }
        switch slot.kind {
        case .string:
            let bytes = slot.decodedBytes(text)
            let inner = bytes.span.bytes
            var scanner = JSONScanner(inner, 0..<bytes.count)
            return failure(&scanner, inner)
                ?? RemoteFailure(
                    className: "unknown", module: nil,
                    message: boundedMessage(String(decoding: bytes.prefix(Limits.failureMessageBytes), as: UTF8.self)))
        case .array, .object:
            var scanner = JSONScanner(text, slot.range, isNested: slot.isNested)
            return failure(&scanner, text)
        default:
            return nil
        }
    }

    private func failure(_ scanner: inout JSONScanner, _ text: RawSpan) -> RemoteFailure? {
        var type = JSONSlot()
        var module = JSONSlot()
        var message = JSONSlot()
        if scanner.beginArray(text) {
            if scanner.nextElement(text) { type = scanner.readValue(text) }
            if scanner.nextElement(text) { message = scanner.readValue(text) }
            guard type.isPresent else { return nil }
        } else if scanner.beginObject(text) {
            while let key = scanner.nextKey(text) {
                switch key.textCount(text) {
                case 5 where key.equals("class", text): type = scanner.readValue(text)
                case 6 where key.equals("module", text): module = scanner.readValue(text)
                case 7 where key.equals("message", text): message = scanner.readValue(text)
                default: scanner.skipValue(text)
                }
            }
        } else {
            return nil
        }
        return RemoteFailure(
            className: className(type, text) ?? "unknown", module: className(module, text),
            message: boundedMessage(message, text) ?? "")
    }

    /// A class or module name without the suffix of an exception that had been remote before.
    func className(_ slot: JSONSlot, _ text: RawSpan) -> String? {
        guard let name = boundedMessage(slot, text) else { return nil }
        return name.hasSuffix("_Remote") ? String(name.dropLast("_Remote".count)) : name
    }

    /// A text for people from the wire: redacted, then bounded.
    func boundedMessage(_ slot: JSONSlot, _ text: RawSpan) -> String? {
        guard slot.isString else { return nil }
        let bytes = slot.decodedBytes(text)
        return boundedMessage(String(decoding: bytes.prefix(Limits.failureMessageBytes), as: UTF8.self))
    }

    func boundedMessage(_ message: String) -> String {
        let redacted = redaction.redact(text: message)
        guard redacted.utf8.count > Limits.failureMessageCharacters,
            redacted.count > Limits.failureMessageCharacters
        else { return redacted }
        return redacted.prefix(Limits.failureMessageCharacters - 1) + "…"
    }
}
