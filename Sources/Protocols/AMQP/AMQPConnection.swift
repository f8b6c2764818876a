import Bytes
package import Trace

/// A machine that decodes the AMQP of one TCP connection, 0-9-1 with RabbitMQ's extensions, 0-9 and 0-8.
///
/// It may begin anywhere in the streams: a direction that does not begin with a protocol header, or as the answer to
/// one, is searched for a frame boundary first. Nothing in the bytes makes it fail; see `StreamAnomaly` for what it steps
/// over and `Limits` for what it keeps.
package struct AMQPConnection: StreamProtocol, Sendable {
    package static let name = "AMQP 0-9-1"
    package static let ports: [UInt16] = [5672, 5671, 25673]

    private var first: FrameDecoder
    private var second: FrameDecoder
    private var session: AMQPSession
    private var traffic = StreamTraffic()
    private let trustsLoneFrame: Bool
    private var growthTaken = 0

    /// Who opened the connection is the client until the methods say otherwise; where that is not known ports decide.
    package init(_ opening: StreamOpening) {
        let (firstPort, secondPort) = (opening.firstPort, opening.secondPort)
        let sawHandshake = opening.sawHandshake
        let isFirstPort = AMQPConnection.ports.contains(firstPort)
        let isSecondPort = AMQPConnection.ports.contains(secondPort)
        let isKnown = sawHandshake || isFirstPort != isSecondPort
        let guess: StreamSide = isFirstPort == isSecondPort && firstPort < secondPort ? .first : .second
        let serverSide: StreamSide =
            sawHandshake ? .second : isFirstPort != isSecondPort && isFirstPort ? .first : guess
        session = AMQPSession(serverSide: serverSide, isServerExpected: isKnown, limits: opening.limits)
        session.context.sawBeginning = sawHandshake
        first = FrameDecoder(limits: opening.limits)
        second = FrameDecoder(limits: opening.limits)
        trustsLoneFrame = isFirstPort || isSecondPort
    }

    package static func probe(_ bytes: RawSpan) -> Probe {
        switch bytes.begins(with: "AMQP") {
        case .no: .no
        case .needsMore: .needsMore
        case .yes where bytes.byteCount < 8: .needsMore
        case .yes: AMQPVersion(code: bytes.uint32(at: 4)).otherName == nil ? .yes : .no
        }
    }

    /// Whether a protocol header or verified frames were seen.
    package var isAccepted: Bool { session.isAccepted }
    /// What the protocol header or `connection.start` named.
    package var version: AMQPVersion? { session.version }
    package var serverSide: StreamSide { session.serverSide }
    /// Frames of both directions.
    package var frames: Int { session.frames }

    package var facts: StreamFacts {
        var traffic = traffic
        for side in StreamSide.allCases { traffic[side] = counts(from: side) }
        return StreamFacts(
            protocolName: version?.description ?? Self.name, serverSide: serverSide,
            isMidstream: !session.sawProtocolHeader && !session.context.sawBeginning,
            isIdle: session.frames == session.heartbeats,
            messages: (session.published, session.delivered), traffic: traffic,
            strayBytes: session.strayBytes)
    }

    /// Counters of one direction, readable at any time.
    package func counts(from side: StreamSide) -> ByteCounts {
        var result = traffic[side]
        let decoder = side == .first ? first : second
        result.decoded = decoder.bytesDecoded
        result.skipped = decoder.bytesSkipped
        return result
    }

    package mutating func receive(
        _ bytes: RawSpan, from side: StreamSide, at stamp: PacketStamp, _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        traffic.saw(bytes.byteCount, from: side, at: stamp)
        session.context.trustsLoneFrame = trustsLoneFrame || isAccepted
        if side == .first {
            AMQPConnection.run(&first, &session, bytes, side, stamp, emit)
        } else {
            AMQPConnection.run(&second, &session, bytes, side, stamp, emit)
        }
    }

    package mutating func gap(
        _ count: Int, isCut: Bool, from side: StreamSide, at stamp: PacketStamp,
        _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        guard count > 0 else { return }
        traffic.missed(count, isCut: isCut, from: side, at: stamp)
        if side == .first {
            AMQPConnection.gap(&first, &session, count, isCut: isCut, side, stamp, emit)
        } else {
            AMQPConnection.gap(&second, &session, count, isCut: isCut, side, stamp, emit)
        }
    }

    /// Bytes by which what is held of the connection grew in all, as far as it grows with what is sent.
    var growth: Int { first.growth &+ second.growth &+ session.growth }

    /// The same since this was last asked.
    package mutating func takeGrowth() -> Int {
        let all = growth
        defer { growthTaken = all }
        return all &- growthTaken
    }

    /// Bytes held of it at the moment: frames and bodies that are not complete, channels.
    package var heldBytes: Int { first.kept.count + second.kept.count + session.heldBytes }

    /// Hands out what there is of the contents under way, and forgets them, the channels and the bytes that wait.
    package mutating func giveUp(_ emit: (ProtocolEvent, RawSpan) -> Void) {
        guard let stamp = traffic.lastStamp else { return }
        let detail = "what was under way was given up, \(heldBytes) bytes, since too many are held of all connections"
        session.report(.heldAboveLimit, detail, stamp, emit)
        first.giveUp(session.context)
        second.giveUp(session.context)
        session.giveUp(at: stamp, emit)
    }

    package mutating func finish(_ emit: (ProtocolEvent, RawSpan) -> Void) {
        guard let stamp = traffic.lastStamp else { return }
        AMQPConnection.finish(&first, &session, .first, stamp, emit)
        AMQPConnection.finish(&second, &session, .second, stamp, emit)
    }
}

/// One direction: its decoder and the session are apart, so that both can change at once.
extension AMQPConnection {
    private static func run(
        _ decoder: inout FrameDecoder, _ session: inout AMQPSession, _ bytes: RawSpan, _ side: StreamSide,
        _ stamp: PacketStamp, _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        if let replayed = pass(&decoder, &session, bytes, side, stamp, emit) {
            replay(replayed, &decoder, &session, side, emit)
        }
    }

    /// Feeds earlier bytes again. What of them is to be fed once more ends where the piece at hand does: it is gone back
    /// to in the same bytes.
    private static func replay(
        _ bytes: StampedBytes, _ decoder: inout FrameDecoder, _ session: inout AMQPSession, _ side: StreamSide,
        _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        var start = 0
        var next = 0
        while next < bytes.pieces.count {
            let end = next + 1 < bytes.pieces.count ? bytes.pieces[next + 1].start : bytes.bytes.count
            let piece = bytes.bytes.span.bytes.extracting(start..<end)
            if let again = pass(&decoder, &session, piece, side, bytes.pieces[next].stamp, emit) {
                start = max(0, end - again.bytes.count)
                while next > 0, bytes.pieces[next].start > start { next -= 1 }
            } else {
                start = end
                next += 1
            }
        }
    }

    /// Runs the decoder over `bytes`, all of them unless earlier bytes are to be fed again, which end with these.
    private static func pass(
        _ decoder: inout FrameDecoder, _ session: inout AMQPSession, _ bytes: RawSpan, _ side: StreamSide,
        _ stamp: PacketStamp, _ emit: (ProtocolEvent, RawSpan) -> Void
    ) -> StampedBytes? {
        var offset = 0
        while true {
            while let (header, payload) = decoder.ordinaryFrame(bytes, &offset) {
                let origin = FrameOrigin(side: side, channel: header.channel, began: stamp, stamp: stamp)
                session.frame(header, payload, bytes, origin, emit)
                if decoder.isAtBeginning { begin(&decoder, &session, isHeader: false, side, stamp, emit) }
            }
            if offset == bytes.byteCount, decoder.isAtRest { return nil }
            let step = decoder.next(bytes, &offset, at: stamp, session.context, due: { session.due($0, side) })
            switch step {
            case nil: return nil
            case .frame(let header, let payload, let isKept, let began):
                let origin = FrameOrigin(side: side, channel: header.channel, began: began, stamp: stamp)
                if isKept {
                    session.frame(header, payload, decoder.kept.span.bytes, origin, emit)
                } else {
                    session.frame(header, payload, bytes, origin, emit)
                }
                if decoder.isAtBeginning { begin(&decoder, &session, isHeader: false, side, stamp, emit) }
            case .bodyPiece(let channel, let range):
                let origin = FrameOrigin(side: side, channel: channel, began: stamp, stamp: stamp)
                session.bodyPiece(bytes, range, origin, emit)
            case .bodyEnd(let channel, let size):
                let origin = FrameOrigin(side: side, channel: channel, began: stamp, stamp: stamp)
                session.bodyEnd(size: size, origin, emit)
            case .protocolHeader(let version):
                session.protocolHeader(version, from: side, at: stamp, emit)
                if decoder.isAtBeginning { begin(&decoder, &session, isHeader: true, side, stamp, emit) }
            case .problem(let problem):
                // What is reported of a connection that is not proved goes unheard.
                if session.isAccepted { decoder.isAtBeginning = false }
                session.report(problem.kind, problem.detail, stamp, emit)
            case .outOfStep: session.loseStep(side, at: stamp, emit)
            case .skipped(let count): skipped(count, session.role(side), stamp, emit)
            case .replay:
                skipped(decoder.takeSkipped(), session.role(side), stamp, emit)
                return decoder.takeReplay()
            }
        }
    }

    /// The first frame, or the protocol header, of a direction: what stood in front of it is no AMQP.
    private static func begin(
        _ decoder: inout FrameDecoder, _ session: inout AMQPSession, isHeader: Bool, _ side: StreamSide,
        _ stamp: PacketStamp, _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        decoder.isAtBeginning = false
        guard decoder.strayBytes > 0, isHeader || session.context.sawBeginning else { return }
        if isHeader { session.strayBytes = decoder.strayBytes }
        let place = " in front of the first \(isHeader ? "header" : "frame")"
        reportStray(decoder.strayBytes, place, session, side, stamp, emit)
    }

    private static func reportStray(
        _ count: Int, _ place: String, _ session: AMQPSession, _ side: StreamSide, _ stamp: PacketStamp,
        _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        session.report(
            .strayBytes, "\(count) bytes from the \(session.role(side))\(place) are no AMQP", stamp, emit)
    }

    private static func skipped(
        _ count: Int, _ side: ConnectionRole, _ stamp: PacketStamp, _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        if count > 0 { emit(.skipped(byteCount: count, side, stamp), RawSpan()) }
    }

    private static func gap(
        _ decoder: inout FrameDecoder, _ session: inout AMQPSession, _ count: Int, isCut: Bool, _ side: StreamSide,
        _ stamp: PacketStamp, _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        drain(&decoder, &session, side, stamp, emit)
        // What was cut off packets is counted: each would be an anomaly else, for one reason.
        session.isSilent = isCut
        defer { session.isSilent = false }
        session.report(.gap, "\(count) bytes from the \(session.role(side)) are missing", stamp, emit)
        switch decoder.gap(count, session.context) {
        case .inBody(let channel): session.hole(count, in: channel, side)
        case .inFrame(let channel): session.loseFrame(channel, side, at: stamp, emit)
        case .outOfStep: session.loseStep(side, at: stamp, emit)
        }
    }

    /// A method that waits for the frame after it is good enough when none will come.
    private static func drain(
        _ decoder: inout FrameDecoder, _ session: inout AMQPSession, _ side: StreamSide, _ stamp: PacketStamp,
        _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        guard session.context.trustsLoneFrame, let bytes = decoder.drain() else { return }
        skipped(decoder.takeSkipped(), session.role(side), stamp, emit)
        replay(bytes, &decoder, &session, side, emit)
    }

    private static func finish(
        _ decoder: inout FrameDecoder, _ session: inout AMQPSession, _ side: StreamSide, _ stamp: PacketStamp,
        _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        drain(&decoder, &session, side, stamp, emit)
        var isIncomplete = false
        for _ in 0..<4 where decoder.reopenPartialFrame(session.context) {
            isIncomplete = true
            run(&decoder, &session, RawSpan(), side, stamp, emit)
            drain(&decoder, &session, side, stamp, emit)
        }
        if decoder.end() || isIncomplete {
            session.report(.frameIncomplete, "the stream ends within a frame", stamp, emit)
        } else if decoder.isAtBeginning, decoder.strayBytes > 0, session.context.sawBeginning {
            reportStray(decoder.strayBytes, "", session, side, stamp, emit)
        }
        skipped(decoder.takeSkipped(), session.role(side), stamp, emit)
        session.loseStep(side, at: stamp, emit)
    }
}
