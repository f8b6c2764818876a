import Bytes
import Trace

/// A value: where a frame came from.
struct FrameOrigin {
    let side: StreamSide
    let channel: UInt16
    /// The packet in which the frame began.
    let began: PacketStamp
    /// The packet in which it ended.
    let stamp: PacketStamp
}

/// Whole frames.
extension AMQPSession {
    mutating func frame(
        _ header: FrameHeader, _ payload: Range<Int>, _ bytes: RawSpan, _ origin: FrameOrigin,
        _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        frames += 1
        if context.frameMax != 0, header.size > context.frameMax { reportSize(header.size, origin.stamp, emit) }
        switch header.type {
        case FrameHeader.method: method(bytes, payload, origin, emit)
        case FrameHeader.contentHeader: contentHeader(bytes, payload, origin, emit)
        case FrameHeader.contentBody: contentBody(bytes, payload, origin, emit)
        case FrameHeader.heartbeat:
            if header.size != 0 || header.channel != 0 {
                let detail = "a heartbeat of \(header.size) bytes on channel \(header.channel)"
                report(.heartbeatMalformed, detail, origin.stamp, emit)
            }
            heartbeats += 1
            emit(.amqp(.heartbeat(role(origin.side), origin.stamp)), RawSpan())
        default:
            report(.frameTypeUnknown, "a frame of type \(header.type), which does not exist", origin.stamp, emit)
        }
    }

    func reportSize(_ size: Int, _ stamp: PacketStamp, _ emit: (ProtocolEvent, RawSpan) -> Void) {
        report(.frameAboveFrameMax, "a frame of \(size) bytes, agreed were \(context.frameMax)", stamp, emit)
    }

    private mutating func method(
        _ bytes: RawSpan, _ payload: Range<Int>, _ origin: FrameOrigin, _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        // What comes with every message need not be made a method first.
        if let content = decoder.content(bytes, payload) { return begin(content, origin, emit) }
        if let ack = decoder.ack(bytes, payload) { return take(ack, origin, emit) }
        otherMethod(bytes, payload, origin, emit)
    }

    @inline(never)
    private mutating func otherMethod(
        _ bytes: RawSpan, _ payload: Range<Int>, _ origin: FrameOrigin, _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        var error: DecodeError?
        let method = decoder.decode(bytes, payload, &error)
        reportDecoding(method, error, origin.stamp, emit)
        if let content = method.content { return begin(content, origin, emit) }
        noteRole(method.sender, method.name, from: origin.side, at: origin.stamp, emit)
        interrupt(method.name, origin, emit)
        tell(method, origin, emit)
        apply(method, origin, emit)
    }

    private mutating func take(_ ack: BasicAck, _ origin: FrameOrigin, _ emit: (ProtocolEvent, RawSpan) -> Void) {
        interrupt("basic.ack", origin, emit)
        tell(.basicAck(ack), origin, emit)
        settle(ack.deliveryTag, ack.multiple, nil, origin, emit)
    }

    private func tell(_ method: Method, _ origin: FrameOrigin, _ emit: (ProtocolEvent, RawSpan) -> Void) {
        let event = AMQPMethodEvent(
            side: role(origin.side), channel: origin.channel, method: method, stamp: origin.stamp)
        emit(.amqp(.method(event)), RawSpan())
    }

    private func reportDecoding(
        _ method: Method, _ error: DecodeError?, _ stamp: PacketStamp, _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        if let error {
            report(.methodMalformed, "\(method.name) \(error.what)", stamp, emit)
        } else if case .undecoded(let id, _, let count) = method {
            report(.methodUnknown, "method \(id) with \(count) bytes of arguments", stamp, emit)
        } else if method.hasIncompleteTable {
            report(.tableIncomplete, "a table of \(method.name) could not be read to its end", stamp, emit)
        }
    }

    /// What a method without content changes.
    private mutating func apply(_ method: Method, _ origin: FrameOrigin, _ emit: (ProtocolEvent, RawSpan) -> Void) {
        switch method {
        case .basicAck(let ack): settle(ack.deliveryTag, ack.multiple, nil, origin, emit)
        case .basicNack(let nack):
            settle(nack.deliveryTag, nack.multiple, nack.requeue ? .requeued : .rejected, origin, emit)
        case .basicReject(let reject):
            settle(reject.deliveryTag, false, reject.requeue ? .requeued : .rejected, origin, emit)
        case .connectionStart(let start): note(start)
        case .connectionTune(let tune): note(tune.limits)
        case .connectionTuneOk(let tune): note(tune.limits)
        case .channelOpen: renew(origin.channel, sawOpen: true, at: origin.stamp, emit)
        case .confirmSelect:
            guard let place = place(of: origin.channel, at: origin.stamp, emit) else { return }
            channels[place].confirms.select()
        case .basicConsume(let consume):
            guard let place = place(of: origin.channel, at: origin.stamp, emit) else { return }
            channels[place].consume(consume)
        case .basicConsumeOk(let consume):
            if let place = index(of: origin.channel) { channels[place].consumeOk(consume.consumerTag) }
        case .basicCancel(let cancel):
            if let place = index(of: origin.channel) { channels[place].cancel(cancel.consumerTag) }
        case .other(let generic): apply(generic, origin, emit)
        default: break
        }
    }

    private mutating func apply(
        _ method: GenericMethod, _ origin: FrameOrigin, _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        switch method.definition.name {
        case "channel.close-ok": renew(origin.channel, sawOpen: false, at: origin.stamp, emit)
        case "basic.get":
            guard let place = place(of: origin.channel, at: origin.stamp, emit) else { return }
            channels[place].getIsNoAck = method["no-ack"] == .bit(true)
        case "basic.recover", "basic.recover-async":
            guard method["requeue"] == .bit(true), let place = index(of: origin.channel) else { return }
            if let ids = channels[place].deliveries.settle(tag: 0, multiple: true) {
                emit(settled(ids, .requeued, origin), RawSpan())
            }
        default: break
        }
    }
}

extension Method {
    /// What a content follows.
    fileprivate var content: AMQPContent.Method? {
        switch self {
        case .basicPublish(let method): .publish(method)
        case .basicDeliver(let method): .deliver(method)
        case .basicReturn(let method): .return(method)
        case .basicGetOk(let method): .getOk(method)
        default: nil
        }
    }

    /// Whether one of its tables was given up.
    var hasIncompleteTable: Bool {
        switch self {
        case .basicPublish, .basicDeliver, .basicAck: false
        case .connectionStart(let method): !method.serverProperties.isComplete
        case .connectionStartOk(let method): !method.clientProperties.isComplete
        case .exchangeDeclare(let method): !method.arguments.isComplete
        case .queueDeclare(let method): !method.arguments.isComplete
        case .queueBind(let method): !method.arguments.isComplete
        case .basicConsume(let method): !method.arguments.isComplete
        case .other(let method):
            method.arguments.contains { if case .table(let table) = $0.value { !table.isComplete } else { false } }
        default: false
        }
    }
}
