import Bytes
import Trace

/// Contents: the method that announces one, its header and its bodies.
extension AMQPSession {
    /// A method where more of a content was due: the broker would close the connection (RabbitMQ: UNEXPECTED_FRAME).
    mutating func interrupt(
        _ name: @autoclosure () -> String, _ origin: FrameOrigin, _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        guard let place = index(of: origin.channel), !assemblies[slot(place, origin.side)].isIdle else { return }
        assemblies[slot(place, origin.side)].drop()
        report(.contentInterrupted, "\(name()) where more of a content was due", origin.stamp, emit)
    }

    /// A method that a content follows.
    mutating func begin(
        _ method: consuming AMQPContent.Method, _ origin: FrameOrigin, _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        let kind = method.kind
        noteRole(kind.sender, kind.definition.name, from: origin.side, at: origin.stamp, emit)
        interrupt(kind.definition.name, origin, emit)
        let id = nextContentID
        nextContentID += 1
        let content = InPlace(
            AMQPContent(
                id: id, side: role(origin.side), channel: origin.channel, method: method, began: origin.began,
                at: origin.stamp))
        emit(.amqp(.begun(content)), RawSpan())
        switch kind {
        case .publish: published &+= 1
        case .deliver, .getOk: delivered &+= 1
        case .return: break
        }
        guard let place = place(of: origin.channel, at: origin.stamp, emit) else { return }
        assemblies[slot(place, origin.side)].begin(content)
        var dropped = 0
        switch kind {
        case .publish: dropped = channels[place].confirms.publish(id, limit: limits.outstanding)
        case .deliver(let tag):
            if channels[place].hasNoAckConsumers, !channels[place].needsAck(content.value.method) { return }
            dropped = channels[place].deliveries.add(id, tag: tag, limit: limits.outstanding)
        case .getOk(let tag):
            guard !channels[place].getIsNoAck else { return }
            dropped = channels[place].deliveries.add(id, tag: tag, limit: limits.outstanding)
        case .return: break
        }
        growth &+= AMQPChannel.bytesPerOutstanding
        guard dropped > 0, !channels[place].reportedLimit else { return }
        channels[place].reportedLimit = true
        let detail = "\(dropped) messages that wait for an answer on channel \(origin.channel) are forgotten"
        report(.outstandingAboveLimit, detail, origin.stamp, emit)
    }

    mutating func contentHeader(
        _ bytes: RawSpan, _ payload: Range<Int>, _ origin: FrameOrigin, _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        guard let place = index(of: origin.channel), assemblies[slot(place, origin.side)].isHeaderDue else {
            orphan(.contentHeaderUnexpected, "a content header without a method", origin, emit)
            return
        }
        var cursor = ByteCursor(bytes, payload, layer: "AMQP content header")
        do throws(DecodeError) {
            let classID = try cursor.readUInt16(bytes)
            try cursor.skip(2)
            let bodySize = try cursor.readUInt64(bytes)
            guard classID == 60 else {
                assemblies[slot(place, origin.side)].drop()
                report(.contentClassUnknown, "a content header of class \(classID)", origin.stamp, emit)
                return
            }
            let flaws = try assemblies[slot(place, origin.side)].readProperties(bytes, &cursor)
            if flaws != .none { report(flaws, origin.stamp, emit) }
            assemblies[slot(place, origin.side)].header(bodySize: bodySize, at: origin.stamp, emit)
            if bodySize == 0 { settleConfirmed(place, origin, emit) }
        } catch {
            report(.contentHeaderMalformed, "the content header \(error.what)", origin.stamp, emit)
            malformedHeader(bytes, payload, place, origin, emit)
        }
    }

    /// Properties that cannot be read do not hide the body, whose size stands before them.
    private mutating func malformedHeader(
        _ bytes: RawSpan, _ payload: Range<Int>, _ place: Int, _ origin: FrameOrigin,
        _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        guard payload.count >= 14 else { return assemblies[slot(place, origin.side)].drop() }
        let start = payload.lowerBound
        let bodySize = bytes.uint64(at: start + 4)
        assemblies[slot(place, origin.side)].header(bodySize: bodySize, at: origin.stamp, emit)
    }

    private func report(
        _ flaws: BasicProperties.Flaws, _ stamp: PacketStamp, _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        if flaws.goOn {
            report(.contentHeaderMalformed, "the content header goes on after its properties", stamp, emit)
        }
        if flaws.areHeadersIncomplete {
            report(.tableIncomplete, "the headers of a message could not be read to their end", stamp, emit)
        }
    }

    mutating func contentBody(
        _ bytes: RawSpan, _ payload: Range<Int>, _ origin: FrameOrigin, _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        guard let place = index(of: origin.channel), assemblies[slot(place, origin.side)].isBodyDue else {
            orphan(.contentBodyUnexpected, "a body of \(payload.count) bytes without its header", origin, emit)
            return
        }
        let due = assemblies[slot(place, origin.side)].due
        var payload = payload
        if UInt64(payload.count) > due {
            report(.contentBodyTooLong, "\(payload.count) bytes of body where \(due) were due", origin.stamp, emit)
            payload = payload.lowerBound..<payload.lowerBound + Int(due)
        }
        growth &+= assemblies[slot(place, origin.side)].append(bytes, payload, isEnd: true, at: origin.stamp, emit)
        settleConfirmed(place, origin, emit)
        reportBodyLimit(place, origin, emit)
    }

    /// A piece of a body frame that is not complete yet; its channel may have been closed meanwhile.
    mutating func bodyPiece(
        _ bytes: RawSpan, _ range: Range<Int>, _ origin: FrameOrigin, _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        guard let place = index(of: origin.channel) else { return }
        guard assemblies[slot(place, origin.side)].due >= UInt64(range.count) else { return }
        growth &+= assemblies[slot(place, origin.side)].append(bytes, range, isEnd: false, at: origin.stamp, emit)
        reportBodyLimit(place, origin, emit)
    }

    mutating func bodyEnd(size: Int, _ origin: FrameOrigin, _ emit: (ProtocolEvent, RawSpan) -> Void) {
        frames += 1
        if context.frameMax != 0, size > context.frameMax { reportSize(size, origin.stamp, emit) }
        guard let place = index(of: origin.channel) else { return }
        assemblies[slot(place, origin.side)].endFrame(at: origin.stamp, emit)
        settleConfirmed(place, origin, emit)
    }

    private mutating func reportBodyLimit(
        _ place: Int, _ origin: FrameOrigin, _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        guard assemblies[slot(place, origin.side)].mustReportLimit else { return }
        assemblies[slot(place, origin.side)].mustReportLimit = false
        report(.bodyAboveLimit, "a body is kept up to \(limits.bodySize) bytes only", origin.stamp, emit)
    }

    /// A header or body whose method was not seen: no news where the capture or a gap began just before.
    private mutating func orphan(
        _ kind: AnomalyKind, _ detail: String, _ origin: FrameOrigin, _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        guard let place = index(of: origin.channel) else { return }
        if !assemblies[slot(place, origin.side)].isIdle {
            assemblies[slot(place, origin.side)].drop()
        } else if !assemblies[slot(place, origin.side)].hasBegun {
            return
        }
        report(kind, detail, origin.stamp, emit)
    }
}

/// What a gap leaves behind.
extension AMQPSession {
    mutating func truncate(
        _ place: Int, _ side: StreamSide, at stamp: PacketStamp, _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        guard !assemblies[slot(place, side)].isIdle else { return }
        let number = channels[place].number
        report(.contentTruncated, "the rest of a content on channel \(number) is missing", stamp, emit)
        assemblies[slot(place, side)].truncate(emit)
    }

    /// Frames of one end are missing: its contents cannot go on, and its publishes are no longer counted.
    mutating func loseStep(_ side: StreamSide, at stamp: PacketStamp, _ emit: (ProtocolEvent, RawSpan) -> Void) {
        for place in channels.indices { loseStep(place, side, at: stamp, emit) }
    }

    /// A frame of one channel is missing.
    mutating func loseFrame(
        _ number: UInt16, _ side: StreamSide, at stamp: PacketStamp, _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        report(.frameLost, "a frame on channel \(number) is not whole", stamp, emit)
        if let place = index(of: number) { loseStep(place, side, at: stamp, emit) }
    }

    /// Bytes in the midst of a body are missing.
    mutating func hole(_ count: Int, in number: UInt16, _ side: StreamSide) {
        if let place = index(of: number) { assemblies[slot(place, side)].hole(count) }
    }

    private mutating func loseStep(
        _ place: Int, _ side: StreamSide, at stamp: PacketStamp, _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        truncate(place, side, at: stamp, emit)
        assemblies[slot(place, side)].forgetBeginning()
        if maySendPublishes(side) { channels[place].confirms.forget() }
    }
}
