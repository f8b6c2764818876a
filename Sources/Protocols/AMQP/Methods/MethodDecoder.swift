import Bytes

/// A machine that reads method payloads of one connection: `short` class, `short` method, then the arguments.
struct MethodDecoder {
    /// Method numbers of the version that `connection.start` or the protocol header named; `nil` in mid-stream.
    var is08: Bool?
    /// Whether what is being read is taken for 0-8.
    private(set) var reads08 = false
    private let shared: SharedLimits

    init(limits: SharedLimits) {
        shared = limits
    }

    var limits: Limits { shared.values }
    var names: ShortStringCache { shared.names }

    private static let layer: StaticString = "AMQP method"

    /// Reads the payload in `range` where it is a method that a content follows, and nothing is wrong with it.
    mutating func content(_ bytes: RawSpan, _ range: Range<Int>) -> AMQPContent.Method? {
        guard range.count >= 4 else { return nil }
        var cursor = ByteCursor(bytes, range.lowerBound + 4..<range.upperBound, layer: MethodDecoder.layer)
        let method: AMQPContent.Method
        do throws(DecodeError) {
            switch bytes.uint32(at: range.lowerBound) {
            case BasicPublish.id.code: method = .publish(try BasicPublish(bytes, &cursor, &self))
            case BasicDeliver.id.code: method = .deliver(try BasicDeliver(bytes, &cursor, &self))
            case BasicGetOk.id.code: method = .getOk(try BasicGetOk(bytes, &cursor, &self))
            case BasicReturn.id.code: method = .return(try BasicReturn(bytes, &cursor, &self))
            default: return nil
            }
        } catch {
            return nil
        }
        return cursor.isAtEnd ? method : nil
    }

    /// The same of `basic.ack`.
    func ack(_ bytes: RawSpan, _ range: Range<Int>) -> BasicAck? {
        guard range.count == 4 + BasicAck.byteCount, bytes.uint32(at: range.lowerBound) == BasicAck.id.code else {
            return nil
        }
        return BasicAck(bytes, at: range.lowerBound + 4)
    }

    /// Reads the payload in `range`.
    ///
    /// Arguments that cannot be read give `.undecoded` and an error; bytes left after them give the method and an error.
    mutating func decode(_ bytes: RawSpan, _ range: Range<Int>, _ error: inout DecodeError?) -> Method {
        guard range.count >= 4 else {
            error = DecodeError("ends before its number", layer: MethodDecoder.layer, offset: range.lowerBound)
            return .undecoded(MethodID(0, 0), name: nil, argumentBytes: range.count)
        }
        let id = MethodID(code: bytes.uint32(at: range.lowerBound))
        let arguments = range.lowerBound + 4..<range.upperBound
        let method = decode(id, bytes, arguments, is08: is08 ?? false, &error)
        guard error != nil, is08 == nil else { return method }
        var olderError: DecodeError?
        let older = decode(id, bytes, arguments, is08: true, &olderError)
        guard olderError == nil else { return method }
        error = nil
        return older
    }

    private mutating func decode(
        _ id: MethodID, _ bytes: RawSpan, _ range: Range<Int>, is08: Bool, _ failure: inout DecodeError?
    ) -> Method {
        var cursor = ByteCursor(bytes, range, layer: MethodDecoder.layer)
        reads08 = is08
        do throws(DecodeError) {
            var method = try typed(id, bytes, &cursor)
            if method == nil { method = try generic(definition(id, is08: is08), bytes, &cursor) }
            guard let method else { return .undecoded(id, name: nil, argumentBytes: range.count) }
            if !cursor.isAtEnd {
                failure = DecodeError("has bytes after its last argument", layer: cursor.layer, offset: cursor.offset)
            }
            return method
        } catch {
            failure = error
            return .undecoded(id, name: definition(id, is08: is08)?.name, argumentBytes: range.count)
        }
    }

    private func definition(_ id: MethodID, is08: Bool) -> MethodDefinition? {
        is08 ? MethodTable.v08[id] : MethodTable.v091[id]
    }

    private mutating func typed(
        _ id: MethodID, _ bytes: RawSpan, _ cursor: inout ByteCursor
    ) throws(DecodeError) -> Method? {
        switch id.code {
        case BasicPublish.id.code: return .basicPublish(try BasicPublish(bytes, &cursor, &self))
        case BasicDeliver.id.code: return .basicDeliver(try BasicDeliver(bytes, &cursor, &self))
        case BasicAck.id.code: return .basicAck(try BasicAck(bytes, &cursor, &self))
        case ConnectionStart.id.code: return .connectionStart(try ConnectionStart(bytes, &cursor, &self))
        case ConnectionStartOk.id.code: return .connectionStartOk(try ConnectionStartOk(bytes, &cursor, &self))
        case ConnectionTune.id.code: return .connectionTune(try ConnectionTune(bytes, &cursor, &self))
        case ConnectionTuneOk.id.code: return .connectionTuneOk(try ConnectionTuneOk(bytes, &cursor, &self))
        case ConnectionOpen.id.code: return .connectionOpen(try ConnectionOpen(bytes, &cursor, &self))
        case ConnectionClose.id.code where !reads08, ConnectionClose.id08.code where reads08:
            return .connectionClose(try ConnectionClose(bytes, &cursor, &self))
        case ConnectionBlocked.id.code where !reads08:
            return .connectionBlocked(try ConnectionBlocked(bytes, &cursor, &self))
        case ConnectionUnblocked.id.code where !reads08:
            return .connectionUnblocked(ConnectionUnblocked(bytes, &cursor, &self))
        case ChannelOpen.id.code: return .channelOpen(try ChannelOpen(bytes, &cursor, &self))
        case ChannelClose.id.code: return .channelClose(try ChannelClose(bytes, &cursor, &self))
        case ExchangeDeclare.id.code: return .exchangeDeclare(try ExchangeDeclare(bytes, &cursor, &self))
        case QueueDeclare.id.code: return .queueDeclare(try QueueDeclare(bytes, &cursor, &self))
        case QueueDeclareOk.id.code: return .queueDeclareOk(try QueueDeclareOk(bytes, &cursor, &self))
        case QueueBind.id.code: return .queueBind(try QueueBind(bytes, &cursor, &self))
        case BasicConsume.id.code: return .basicConsume(try BasicConsume(bytes, &cursor, &self))
        case BasicConsumeOk.id.code: return .basicConsumeOk(try BasicConsumeOk(bytes, &cursor, &self))
        case BasicCancel.id.code: return .basicCancel(try BasicCancel(bytes, &cursor, &self))
        case BasicReturn.id.code: return .basicReturn(try BasicReturn(bytes, &cursor, &self))
        case BasicGetOk.id.code: return .basicGetOk(try BasicGetOk(bytes, &cursor, &self))
        case BasicReject.id.code: return .basicReject(try BasicReject(bytes, &cursor, &self))
        case BasicNack.id.code where !reads08: return .basicNack(try BasicNack(bytes, &cursor, &self))
        case ConfirmSelect.id.code: return .confirmSelect(try ConfirmSelect(bytes, &cursor, &self))
        default: return nil
        }
    }
}

extension ByteCursor {
    /// A `longstr` (AMQP 0-9-1, 4.2.5.3).
    mutating func readLongString(_ bytes: RawSpan) throws(DecodeError) -> String {
        bytes.string(try readRange(Int(try readUInt32(bytes))))
    }
}
