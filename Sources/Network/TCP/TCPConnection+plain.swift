import Trace

/// The short way of the segments that nearly all are: those that go on where an open connection stands.
extension TCPConnection {
    /// What became of a segment on the short way.
    enum Passage {
        case taken
        /// The same, and `MirrorWatch` has to know of it.
        case takenYoung
        /// It is not of that kind.
        case refused
    }

    /// Takes in a segment of a connection of which nothing waits, that begins or ends nothing and whose data, if it has
    /// any, are whole and the next in order; `receive` would do the same with it.
    @inline(__always)
    mutating func goOn(
        _ segment: borrowing TCPSegment, _ payload: RawSpan, from side: FlowSide, at stamp: PacketStamp,
        _ emit: (borrowing StreamEvent, RawSpan) -> Void
    ) -> Passage {
        // Without a wait no FIN was seen either.
        guard phase == .open, wait == nil, watch != .trial, low.isInOrder, high.isInOrder,
            segment.flags.isDisjoint(with: [.syn, .fin, .rst])
        else { return .refused }
        let hasData = segment.wireLength > 0
        if hasData {
            guard payload.byteCount == segment.wireLength else { return .refused }
            if side == .low {
                guard low.isNext(segment.sequence), !high.mayLack(segment) else { return .refused }
            } else {
                guard high.isNext(segment.sequence), !low.mayLack(segment) else { return .refused }
            }
        }
        lastStamp = stamp
        note(sideOfSegment: side)
        let isYoung = hasData && ages(by: side)
        let streamSide: StreamSide = side == firstSide ? .first : .second
        let origin = StreamOrigin(connection: id, side: streamSide, stamp: stamp)
        if side == .low {
            if segment.flags.contains(.ack) { high.acknowledge(segment.acknowledgment) }
            if hasData { low.handWhole(payload, origin, emit) }
        } else {
            if segment.flags.contains(.ack) { low.acknowledge(segment.acknowledgment) }
            if hasData { high.handWhole(payload, origin, emit) }
        }
        return isYoung ? .takenYoung : .taken
    }
}

extension StreamReassembler {
    /// Whether a segment with that number is the next one of a stream that has begun.
    @inline(__always)
    fileprivate func isNext(_ sequence: SequenceNumber) -> Bool { isStarted && sequence == next }

    /// Whether a segment of the other end acknowledges bytes of this stream that were not seen. One byte may be a FIN.
    @inline(__always)
    fileprivate func mayLack(_ segment: borrowing TCPSegment) -> Bool {
        guard isStarted, segment.flags.contains(.ack) else { return false }
        return segment.acknowledgment.distance(from: next) > 1
    }
}
