package import Trace

/// A machine that decodes one connection: one case a protocol, so that its calls are direct.
package enum ProtocolDecoder: Sendable {
    case amqp(InPlace<AMQPConnection>)
    /// A protocol that no case stands for, called by dynamic dispatch.
    case other(InPlace<any StreamProtocol>)
}

extension ProtocolDecoder {
    var isAccepted: Bool {
        switch self {
        case .amqp(let decoder): decoder.value.isAccepted
        case .other(let decoder): decoder.value.isAccepted
        }
    }

    var serverSide: StreamSide {
        switch self {
        case .amqp(let decoder): decoder.value.serverSide
        case .other(let decoder): decoder.value.serverSide
        }
    }

    var facts: StreamFacts {
        switch self {
        case .amqp(let decoder): decoder.value.facts
        case .other(let decoder): decoder.value.facts
        }
    }

    var heldBytes: Int {
        switch self {
        case .amqp(let decoder): decoder.value.heldBytes
        case .other(let decoder): decoder.value.heldBytes
        }
    }

    mutating func receive(
        _ bytes: RawSpan, from side: StreamSide, at stamp: PacketStamp, _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        switch consume self {
        case .amqp(var decoder):
            decoder.value.receive(bytes, from: side, at: stamp, emit)
            self = .amqp(decoder)
        case .other(var decoder):
            decoder.value.receive(bytes, from: side, at: stamp, emit)
            self = .other(decoder)
        }
    }

    mutating func gap(
        _ count: Int, isCut: Bool, from side: StreamSide, at stamp: PacketStamp,
        _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        switch consume self {
        case .amqp(var decoder):
            decoder.value.gap(count, isCut: isCut, from: side, at: stamp, emit)
            self = .amqp(decoder)
        case .other(var decoder):
            decoder.value.gap(count, isCut: isCut, from: side, at: stamp, emit)
            self = .other(decoder)
        }
    }

    mutating func finish(_ emit: (ProtocolEvent, RawSpan) -> Void) {
        switch consume self {
        case .amqp(var decoder):
            decoder.value.finish(emit)
            self = .amqp(decoder)
        case .other(var decoder):
            decoder.value.finish(emit)
            self = .other(decoder)
        }
    }

    mutating func takeGrowth() -> Int {
        let growth: Int
        switch consume self {
        case .amqp(var decoder):
            growth = decoder.value.takeGrowth()
            self = .amqp(decoder)
        case .other(var decoder):
            growth = decoder.value.takeGrowth()
            self = .other(decoder)
        }
        return growth
    }

    mutating func giveUp(_ emit: (ProtocolEvent, RawSpan) -> Void) {
        switch consume self {
        case .amqp(var decoder):
            decoder.value.giveUp(emit)
            self = .amqp(decoder)
        case .other(var decoder):
            decoder.value.giveUp(emit)
            self = .other(decoder)
        }
    }
}
