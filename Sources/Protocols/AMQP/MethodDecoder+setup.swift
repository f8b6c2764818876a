import Bytes

/// Methods that open, declare and close; each is seen a few times a connection.
extension MethodDecoder {
    mutating func connection(
        _ number: UInt16, _ bytes: RawSpan, _ cursor: inout ByteCursor, is08: Bool
    ) throws(DecodeError) -> Method? {
        switch number {
        case 10:
            let major = try cursor.readUInt8(bytes)
            let minor = try cursor.readUInt8(bytes)
            let properties = try FieldTable(bytes, &cursor, limits: limits)
            let mechanisms = try longString(bytes, &cursor)
            return .connectionStart(
                ConnectionStart(
                    versionMajor: major, versionMinor: minor, serverProperties: properties, mechanisms: mechanisms,
                    locales: try longString(bytes, &cursor)))
        case 11:
            let properties = try FieldTable(bytes, &cursor, limits: limits)
            let mechanism = try names.read(bytes, &cursor)
            let response = try cursor.readRange(Int(try cursor.readUInt32(bytes)))
            return .connectionStartOk(
                ConnectionStartOk(
                    clientProperties: properties, mechanism: mechanism, responseByteCount: response.count,
                    locale: try names.read(bytes, &cursor), user: bytes.user(in: response, mechanism: mechanism)))
        case 30: return .connectionTune(try tune(bytes, &cursor))
        case 31: return .connectionTuneOk(try tune(bytes, &cursor))
        case 40:
            let host = try names.read(bytes, &cursor)
            try cursor.skip(Int(try cursor.readUInt8(bytes)))
            try cursor.skip(1)
            return .connectionOpen(virtualHost: host)
        case 50 where !is08, 60 where is08: return .connectionClose(try closingReason(bytes, &cursor))
        case 60 where !is08: return .connectionBlocked(reason: try names.read(bytes, &cursor))
        case 61 where !is08: return .connectionUnblocked
        default: return nil
        }
    }

    /// Classes channel, exchange, queue and confirm.
    mutating func declaration(
        _ id: MethodID, _ bytes: RawSpan, _ cursor: inout ByteCursor
    ) throws(DecodeError) -> Method? {
        switch id.code {
        case 20 << 16 | 10:
            try cursor.skip(Int(try cursor.readUInt8(bytes)))
            return .channelOpen
        case 20 << 16 | 40: return .channelClose(try closingReason(bytes, &cursor))
        case 40 << 16 | 10: return .exchangeDeclare(try exchangeDeclare(bytes, &cursor))
        case 50 << 16 | 10: return .queueDeclare(try queueDeclare(bytes, &cursor))
        case 50 << 16 | 11:
            let queue = try names.read(bytes, &cursor)
            let messages = try cursor.readUInt32(bytes)
            let consumers = try cursor.readUInt32(bytes)
            return .queueDeclareOk(QueueDeclareOk(queue: queue, messageCount: messages, consumerCount: consumers))
        case 50 << 16 | 20:
            try cursor.skip(2)
            let queue = try names.read(bytes, &cursor)
            let exchange = try names.read(bytes, &cursor)
            let key = try names.read(bytes, &cursor)
            let bits = try cursor.readUInt8(bytes)
            return .queueBind(
                QueueBind(
                    queue: queue, exchange: exchange, routingKey: key, noWait: bits & 1 != 0,
                    arguments: try FieldTable(bytes, &cursor, limits: limits)))
        case 85 << 16 | 10: return .confirmSelect(noWait: try cursor.readUInt8(bytes) & 1 != 0)
        default: return nil
        }
    }

    private mutating func exchangeDeclare(
        _ bytes: RawSpan, _ cursor: inout ByteCursor
    ) throws(DecodeError) -> ExchangeDeclare {
        try cursor.skip(2)
        let exchange = try names.read(bytes, &cursor)
        let type = try names.read(bytes, &cursor)
        let bits = try cursor.readUInt8(bytes)
        return ExchangeDeclare(
            exchange: exchange, type: type, isPassive: bits & 1 != 0, isDurable: bits & 2 != 0,
            autoDelete: bits & 4 != 0, isInternal: bits & 8 != 0, noWait: bits & 16 != 0,
            arguments: try FieldTable(bytes, &cursor, limits: limits))
    }

    private mutating func queueDeclare(
        _ bytes: RawSpan, _ cursor: inout ByteCursor
    ) throws(DecodeError) -> QueueDeclare {
        try cursor.skip(2)
        let queue = try names.read(bytes, &cursor)
        let bits = try cursor.readUInt8(bytes)
        return QueueDeclare(
            queue: queue, isPassive: bits & 1 != 0, isDurable: bits & 2 != 0, isExclusive: bits & 4 != 0,
            autoDelete: bits & 8 != 0, noWait: bits & 16 != 0,
            arguments: try FieldTable(bytes, &cursor, limits: limits))
    }

    private func tune(_ bytes: RawSpan, _ cursor: inout ByteCursor) throws(DecodeError) -> ConnectionTune {
        let channelMax = try cursor.readUInt16(bytes)
        let frameMax = try cursor.readUInt32(bytes)
        return ConnectionTune(channelMax: channelMax, frameMax: frameMax, heartbeat: try cursor.readUInt16(bytes))
    }

    private mutating func closingReason(
        _ bytes: RawSpan, _ cursor: inout ByteCursor
    ) throws(DecodeError) -> ClosingReason {
        let code = try cursor.readUInt16(bytes)
        let text = try names.read(bytes, &cursor)
        return ClosingReason(
            replyCode: code, replyText: text, cause: MethodID(code: try cursor.readUInt32(bytes)))
    }

    private func longString(_ bytes: RawSpan, _ cursor: inout ByteCursor) throws(DecodeError) -> String {
        bytes.string(try cursor.readRange(Int(try cursor.readUInt32(bytes))))
    }
}

extension RawSpan {
    /// The user's name in a SASL response; nothing else of it is read.
    fileprivate func user(in response: Range<Int>, mechanism: String) -> String? {
        switch mechanism {
        case "AMQPLAIN": amqplainUser(in: response)
        case "PLAIN": plainUser(in: response)
        default: nil
        }
    }

    /// The fields of a table without its length: name, type `S`, `longstr`.
    private func amqplainUser(in response: Range<Int>) -> String? {
        var cursor = ByteCursor(self, response, layer: "AMQPLAIN")
        do throws(DecodeError) {
            while !cursor.isAtEnd {
                let name = string(try cursor.readRange(Int(try cursor.readUInt8(self))))
                guard try cursor.readUInt8(self) == UInt8(ascii: "S") else { return nil }
                let value = try cursor.readRange(Int(try cursor.readUInt32(self)))
                if name == "LOGIN" { return string(value) }
            }
        } catch {}
        return nil
    }

    /// Authorisation identity, NUL, authentication identity, NUL, password.
    private func plainUser(in response: Range<Int>) -> String? {
        var first: Int?
        for index in response where uint8(at: index) == 0 {
            guard let first else {
                first = index
                continue
            }
            return string(first + 1..<index)
        }
        return nil
    }
}
