import Bytes
import Trace

/// Publisher confirms and consumer acknowledgements: the same methods, told apart by who sends them.
extension AMQPSession {
    /// - Parameter negative: what became of the message that was not taken.
    mutating func settle(
        _ tag: UInt64, _ multiple: Bool, _ negative: Settlement.Kind?, _ origin: FrameOrigin,
        _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        if role(origin.side) == .server {
            confirm(tag, multiple, isPositive: negative == nil, origin, emit)
        } else if let place = index(of: origin.channel),
            let ids = channels[place].deliveries.settle(tag: tag, multiple: multiple)
        {
            emit(settled(ids, negative ?? .acknowledged, origin), RawSpan())
        }
    }

    private mutating func confirm(
        _ tag: UInt64, _ multiple: Bool, isPositive: Bool, _ origin: FrameOrigin,
        _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        guard let place = index(of: origin.channel) else { return }
        switch channels[place].confirms.confirm(
            tag: tag, multiple: multiple, isPositive: isPositive, at: origin.stamp)
        {
        case .numberingLost:
            let detail = "publish \(tag) of channel \(origin.channel) is confirmed but was not seen"
            report(.confirmNumberingLost, detail, origin.stamp, emit)
        case .settled(let ids, let earlier):
            if let earlier { emit(settled(earlier, origin), RawSpan()) }
            if let ids { emit(settled(ids, isPositive ? .confirmed : .nacked, origin), RawSpan()) }
        }
    }

    /// Settles publishes that came after their confirms, once their contents were handed on.
    mutating func settleConfirmed(_ place: Int, _ origin: FrameOrigin, _ emit: (ProtocolEvent, RawSpan) -> Void) {
        guard channels[place].confirms.hasConfirmed, assemblies[slot(place, origin.side)].isIdle else { return }
        while let earlier = channels[place].confirms.takeConfirmed() { emit(settled(earlier, origin), RawSpan()) }
    }

    private func settled(_ earlier: PublisherConfirms.Earlier, _ origin: FrameOrigin) -> ProtocolEvent {
        .amqp(
            .settled(
                Settlement(
                    contentIDs: ContentIDs(earlier.id), kind: earlier.isPositive ? .confirmed : .nacked,
                    channel: origin.channel, stamp: earlier.stamp)))
    }

    func settled(_ ids: ContentIDs, _ kind: Settlement.Kind, _ origin: FrameOrigin) -> ProtocolEvent {
        .amqp(.settled(Settlement(contentIDs: ids, kind: kind, channel: origin.channel, stamp: origin.stamp)))
    }
}
