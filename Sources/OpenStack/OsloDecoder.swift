import Bytes

/// A machine that understands the bodies of oslo.messaging: RPC requests, replies and notifications of every release
/// from Diablo (2011) on, with and without envelope.
///
/// A body is read in place and in one pass; strings are made of what is kept only, and names are shared between
/// messages. Nothing is thrown: a body that cannot be read is `.opaque` with the reason. Make one and use it for all
/// bodies.
package struct OsloDecoder: Sendable {
    /// How much of a message is read.
    package enum Detail: Sendable {
        /// What it is, who sent it and what joins it to others, not what it is about: of a request and a notification
        /// that saves an instance the instance, no states, ports, events or context. What is not read is held to its
        /// quotes and brackets only.
        case outline
        /// All but texts of its content.
        case none
        /// The arguments, the result or failure, the payload.
        case args
        /// The whole message without its envelope.
        case full
    }

    let detail: Detail
    package let redaction: Redaction
    var fields: MessageFields
    var reader: SlotReader
    /// The message of an envelope whose escapes had to be undone.
    private var unescaped: [UInt8] = []
    private var inflated: [UInt8] = []
    /// A name under construction.
    var scratch: [UInt8] = []
    /// Where in the body read last the 32 digits of its `_unique_id` stand.
    ///
    /// `nil` where they do not stand in the body as they are: it has none, or another form of it, was compressed, or its
    /// envelope had to be unescaped.
    package private(set) var uniqueIDRange: Range<Int>?

    /// Whether the body being read was said to be JSON.
    private var hasContentType = false

    /// Bytes of details that may still be made.
    private var detailRoom: Int
    private var inflation: InflationBudget

    /// - Parameters:
    ///   - showsSecrets: leaves secrets in details and failures.
    ///   - detailLimit: bytes of details in all; messages after that have none.
    ///   - shares: decoders that read a part of the same input each.
    package init(detail: Detail = .none, showsSecrets: Bool = false, detailLimit: Int = .max, shares: Int = 1) {
        self.detail = detail
        fields = MessageFields(isOutline: detail == .outline)
        detailRoom = detailLimit
        inflation = InflationBudget(shares: shares)
        redaction = Redaction(showsSecrets: showsSecrets)
        reader = SlotReader(redaction)
    }

    /// Reads one body.
    ///
    /// - Parameters:
    ///   - contentType: of the content header; `application/json` where it is absent.
    ///   - compression: the `compression` header, kombu's name for what the body was compressed with.
    ///   - isTruncated: the capture does not hold the whole body; what stands before the cut is read.
    package mutating func decode(
        _ body: RawSpan, contentType: String?, compression: String?, isTruncated: Bool
    ) -> OsloBody {
        uniqueIDRange = nil
        hasContentType = contentType?.isEmpty == false
        guard body.byteCount <= Limits.bodyBytes else { return .opaque(.tooLarge) }
        if let contentType, !Self.isJSON(contentType) {
            return .opaque(.notJSON(nameFromWire(contentType)))
        }
        guard let compression, !compression.isEmpty else { return decode(body, isTruncated: isTruncated) }
        guard let method = Decompression(name: compression) else {
            return .opaque(.compressed(nameFromWire(compression)))
        }
        inflated.removeAll(keepingCapacity: inflated.capacity <= Limits.keptScratchBytes)
        let outcome = method.decompress(body, into: &inflated, isTruncated: isTruncated, &inflation)
        switch outcome {
        case .broken: return .opaque(.brokenCompression(nameFromWire(compression)))
        case .tooLarge: return .opaque(.tooLarge)
        case .complete, .cut:
            var text: [UInt8] = []
            swap(&text, &inflated)
            defer {
                swap(&text, &inflated)
                uniqueIDRange = nil
            }
            return decode(text.span.bytes, isTruncated: outcome == .cut)
        }
    }

    private static func isJSON(_ contentType: String) -> Bool {
        if contentType == "application/json" { return true }
        let type = contentType.lowercased()
        return type.hasPrefix("application/json;") || type.isEmpty || type == "application/json "
    }

    private func nameFromWire(_ name: String) -> String {
        redaction.redact(text: String(name.prefix(64)))
    }

    private mutating func decode(_ text: RawSpan, isTruncated: Bool) -> OsloBody {
        var scanner = JSONScanner(text, Self.start(of: text)..<text.byteCount)
        let first = scanner.peek(text)
        guard first == .openBrace else {
            if scanner.fault != .none { return .opaque(isTruncated ? .truncatedBeforeAnything : .empty) }
            if Self.beginsValue(text, at: scanner.offset) { return .opaque(.notAnObject) }
            // Who sends JSON says so: kombu and carrot always give a content type.
            return .opaque(hasContentType ? .brokenJSON : .notJSON(""))
        }
        if Self.beginsWithEnvelope(scanner, text), let body = decodeEnvelope(scanner, text, isTruncated) {
            return body
        }
        let whole = scanner
        fields.reset()
        fields.scan(&scanner, text)
        if fields.envelopeVersion.isPresent, fields.envelopeMessage.isPresent || isTruncated,
            let body = decodeEnvelope(whole, text, isTruncated)
        {
            return body
        }
        if scanner.fault == .none, !scanner.isAtEnd(text) { scanner.fail(.malformed) }
        notePlaceOfUniqueID()
        return body(of: text, scanner.fault, isTruncated, isEnveloped: false)
    }

    private mutating func notePlaceOfUniqueID() {
        let slot = fields.uniqueID
        if slot.isString, !slot.hasEscapes, slot.range.count == 32 { uniqueIDRange = slot.range }
    }

    /// Past a byte order mark.
    private static func start(of text: RawSpan) -> Int {
        text.matches("\u{FEFF}") ? 3 : 0
    }

    /// Whether another JSON value than an object begins at `offset`.
    private static func beginsValue(_ text: RawSpan, at offset: Int) -> Bool {
        switch text.byte(offset) {
        case .openBracket, .quote, UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: text.has("true", at: offset) || text.has("false", at: offset) || text.has("null", at: offset)
        }
    }

    private static func beginsWithEnvelope(_ scanner: JSONScanner, _ text: RawSpan) -> Bool {
        var scanner = scanner
        guard scanner.beginObject(text), scanner.peek(text) == .quote else { return false }
        return text.matches("oslo.", at: scanner.offset + 1)
    }

    /// The value of the message that `fields` were found in.
    ///
    /// Without an envelope, as before Havana and in the notifications of format 1.0, other applications' JSON looks alike:
    /// there more than a name must be as oslo.messaging has it.
    private mutating func body(
        of text: RawSpan, _ fault: JSONScanner.Fault, _ isTruncated: Bool, isEnveloped: Bool
    ) -> OsloBody {
        switch fault {
        case .none: break
        case .ended where isTruncated: break
        case .tooDeep: return .opaque(.tooDeep)
        default: return .opaque(.brokenJSON)
        }
        let isCut = fault == .ended
        if isEnveloped || isCut || fields.looksLikeRequest, let method = reader.name(fields.method, text) {
            var request = RPCRequest(method: method)
            read(&request, text)
            return .request(consume request)
        }
        if fields.result.isPresent || fields.failure.isPresent, isEnveloped || fields.looksLikeReply {
            var reply = RPCReply()
            read(&reply, text)
            return .reply(consume reply)
        }
        if isEnveloped || isCut || fields.looksLikeNotification, let type = reader.name(fields.eventType, text) {
            var notification = Notification(eventType: type)
            read(&notification, text)
            return .notification(consume notification)
        }
        return .opaque(fault == .ended ? .truncatedBeforeAnything : .unknownShape)
    }
}

extension OsloDecoder {
    /// Where the message of an envelope was found.
    private enum Message {
        case absent
        /// Not a string.
        case wrong
        /// Read where it stands.
        case inPlace(JSONScanner.Fault)
        /// A string that needs its escapes undone.
        case escaped(JSONSlot)
    }

    /// Reads `{"oslo.version": "2.0", "oslo.message": "…"}` (oslo.messaging _drivers/common.py, `deserialize_msg`);
    /// `nil` where one of the two keys is missing, so that it is no envelope.
    private mutating func decodeEnvelope(
        _ start: JSONScanner, _ text: RawSpan, _ isTruncated: Bool
    ) -> OsloBody? {
        var scanner = start
        var version = JSONSlot()
        var message = Message.absent
        guard scanner.beginObject(text) else { return nil }
        while let key = scanner.nextKey(text) {
            if key.equals("oslo.version", text) {
                version = scanner.readValue(text)
            } else if key.equals("oslo.message", text) {
                message = readMessage(&scanner, text)
            } else {
                scanner.skipValue(text)
            }
        }
        if scanner.fault == .none, !scanner.isAtEnd(text) { scanner.fail(.malformed) }
        if version.isPresent, let wrong = wrongVersion(version, text) {
            return .opaque(.unknownEnvelopeVersion(wrong))
        }
        if scanner.fault != .none, !(isTruncated && scanner.fault == .ended) {
            return .opaque(scanner.fault == .tooDeep ? .tooDeep : .brokenJSON)
        }
        switch message {
        case .absent: return scanner.fault == .ended && version.isPresent ? .opaque(.truncatedBeforeAnything) : nil
        case _ where !version.isPresent && scanner.fault == .none: return nil
        case .wrong: return .opaque(.brokenJSON)
        case .inPlace(let fault):
            notePlaceOfUniqueID()
            return body(of: text, fault, scanner.fault == .ended, isEnveloped: true)
        case .escaped(let slot): return decodeUnescaped(slot, text, isCut: scanner.fault == .ended)
        }
    }

    private mutating func readMessage(_ scanner: inout JSONScanner, _ text: RawSpan) -> Message {
        guard scanner.peek(text) == .quote else {
            scanner.skipValue(text)
            return .wrong
        }
        let start = scanner.offset + 1
        var inner = JSONScanner(text, start..<scanner.end, isNested: true)
        fields.reset()
        fields.scan(&inner, text)
        if inner.endNesting(text) {
            scanner.move(to: inner.offset)
            return .inPlace(.none)
        }
        let slot = scanner.readValue(text)
        guard slot.isPresent else {
            // The text ends inside the message.
            if inner.fault == .ended { return .inPlace(.ended) }
            return .escaped(
                JSONSlot(.string, min(start, scanner.end)..<scanner.end, isNested: false, hasEscapes: true))
        }
        return .escaped(slot)
    }

    private mutating func decodeUnescaped(_ slot: JSONSlot, _ text: RawSpan, isCut: Bool) -> OsloBody {
        var bytes: [UInt8] = []
        swap(&bytes, &unescaped)
        defer { swap(&bytes, &unescaped) }
        bytes.removeAll(keepingCapacity: bytes.capacity <= Limits.keptScratchBytes)
        slot.appendDecoded(text, to: &bytes)
        let message = bytes.span.bytes
        var scanner = JSONScanner(message, 0..<message.byteCount)
        let first = scanner.peek(message)
        if first != .openBrace, scanner.fault == .none {
            return .opaque(Self.beginsValue(message, at: scanner.offset) ? .notAnObject : .brokenJSON)
        }
        fields.reset()
        fields.scan(&scanner, message)
        if scanner.fault == .none, !scanner.isAtEnd(message) { scanner.fail(.malformed) }
        return body(of: message, scanner.fault, isCut, isEnveloped: true)
    }

    /// The version where its major number is not 2.
    private func wrongVersion(_ slot: JSONSlot, _ text: RawSpan) -> String? {
        if slot.equals("2.0", text) { return nil }
        let version =
            slot.kind == .number ? text.string(slot.range) : SlotReader.text(slot, text) ?? "\(slot.kind)"
        return version == "2" || version.hasPrefix("2.") ? nil : nameFromWire(version)
    }

    /// A part of the message as redacted JSON.
    mutating func detailText(_ slot: JSONSlot, _ text: RawSpan) -> String? {
        guard slot.isPresent, detailRoom > 0 else { return nil }
        var bytes = slot.decodedBytes(text)
        if slot.isString {
            // A string's slot lies between its quotes.
            var quoted: [UInt8] = []
            JSONEscapes.appendQuoted(bytes, to: &quoted)
            bytes = quoted
        } else {
            // A number or a word that ends with its text might have been cut.
            bytes.append(0x20)
        }
        let detail = redaction.redactedJSON(bytes.span.bytes)
        detailRoom -= detail.utf8.count
        return detail
    }
}
