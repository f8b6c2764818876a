import Bytes
import Trace

/// A value: what a gap does to a direction.
enum GapEffect: Equatable {
    /// The gap lies in the body of a frame whose end is known.
    case inBody(UInt16)
    /// The same in any other frame, which is lost.
    case inFrame(UInt16)
    case outOfStep
}

/// Missing bytes and the end.
extension FrameDecoder {
    /// `count` bytes are missing here; where the frame they belong to is known to end behind them, the decoder jumps.
    mutating func gap(_ count: Int, _ context: FrameContext) -> GapEffect {
        if keptIsSpent { dropKept() }
        isAtBeginning = false
        switch state {
        case .body(let channel, let left, let size) where count <= left:
            state = .body(channel: channel, left: left - count, size: size)
            return .inBody(channel)
        case .leap(let channel, let left) where count < left:
            state = .leap(channel: channel, left: left - count)
            return .inFrame(channel)
        case .boundary where kept.count >= FrameHeader.byteCount && kept.first != UInt8(ascii: "A"):
            let header = FrameHeader(kept.span.bytes, at: 0)
            let left = header.frameSize - kept.count
            guard count < left else { break }
            skip(kept.count)
            dropKept()
            state = .leap(channel: header.channel, left: left - count)
            return .inFrame(header.channel)
        default: break
        }
        skip(kept.count)
        dropKept()
        announcesOutOfStep = false
        beginSearch(from: 0, context)
        return .outOfStep
    }

    /// Gives up the bytes that wait, and looks for a boundary in those to come.
    mutating func giveUp(_ context: FrameContext) {
        if keptIsSpent { dropKept() }
        guard !kept.isEmpty else { return }
        isAtBeginning = false
        skip(kept.count)
        kept = []
        keptPieces = []
        announcesOutOfStep = false
        beginSearch(from: 0, context)
    }

    /// No more bytes will come, or none that follow these: bytes that wait may still be one last method.
    mutating func drain() -> StampedBytes? {
        if keptIsSpent { dropKept() }
        guard case .searching = state, !kept.isEmpty else { return nil }
        guard let last = search?.value.lastFrame(in: kept.span.bytes, budget) else { return nil }
        beginReplay(from: last)
        return takeReplay()
    }

    /// No more bytes will come for a frame that has begun: perhaps its size was wrong, and it hides others.
    ///
    /// - Returns: whether there was one; its bytes are looked through by the next call of `next`.
    mutating func reopenPartialFrame(_ context: FrameContext) -> Bool {
        if keptIsSpent { dropKept() }
        guard case .boundary = state, !kept.isEmpty else { return false }
        outOfStep(context)
        return true
    }

    /// Gives up what is kept.
    ///
    /// - Returns: whether a frame had begun.
    mutating func end() -> Bool {
        let hasPartialFrame =
            switch state {
            case .body, .leap: true
            case .boundary: !kept.isEmpty && !keptIsSpent
            case .start, .searching: false
            }
        if !keptIsSpent { skip(kept.count) }
        dropKept()
        beginSearch(from: 0, FrameContext())
        return hasPartialFrame
    }
}
