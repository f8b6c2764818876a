import Bytes
import Trace

/// Looking for a boundary.
extension FrameDecoder {
    func search(from position: Int, _ context: FrameContext) -> FrameSearch {
        FrameSearch(
            from: position, frameMax: context.frameMax, channelMax: context.channelMax, limits: limits,
            effort: effort)
    }

    /// Looks for a boundary, as a rule from the second byte of the frame at hand.
    mutating func outOfStep(_ context: FrameContext, from position: Int = 1) {
        effort.spend(kept.count)
        state = .searching(search(from: position, context))
        announcesOutOfStep = true
    }

    mutating func find(
        _ search: FrameSearch, _ bytes: RawSpan, _ offset: inout Int, _ stamp: PacketStamp, _ context: FrameContext
    ) -> FrameStep? {
        guard offset < bytes.byteCount || !kept.isEmpty else { return nil }
        return kept.isEmpty
            ? findHere(search, bytes, &offset, stamp, context) : findInKept(search, bytes, &offset, stamp)
    }

    /// Nothing is kept: looks at the bytes where they lie and keeps what is undecided.
    private mutating func findHere(
        _ search: FrameSearch, _ bytes: RawSpan, _ offset: inout Int, _ stamp: PacketStamp, _ context: FrameContext
    ) -> FrameStep? {
        var search = search
        let start = offset
        let here = bytes.extracting(start..<bytes.byteCount)
        var found = search.find(in: here, after: progress)
        effort = search.effort
        if found == nil, context.trustsLoneFrame, start == 0, search.isLoneFrame(at: 0, in: here) { found = 0 }
        if let found {
            offset = start + found
            skip(found)
            state = .boundary
            return .skipped(takeSkipped())
        }
        let useless = min(search.keepFrom, here.byteCount)
        skip(useless)
        keep(here, useless..<here.byteCount)
        keptPieces = [(0, stamp)]
        search.rebase(by: useless)
        state = .searching(search)
        offset = bytes.byteCount
        return nil
    }

    /// Adds to the bytes that wait.
    private mutating func findInKept(
        _ search: FrameSearch, _ bytes: RawSpan, _ offset: inout Int, _ stamp: PacketStamp
    ) -> FrameStep? {
        var search = search
        if offset < bytes.byteCount {
            if keptPieces.count < 1024 { keptPieces.append((kept.count, stamp)) }
            keep(bytes, offset..<bytes.byteCount)
            offset = bytes.byteCount
        }
        let found = search.find(in: kept.span.bytes, after: progress)
        effort = search.effort
        if let found { return .replay(replay(from: found)) }
        while kept.count - search.keepFrom > limits.searchWindow { search.dropFirst() }
        let useless = min(search.keepFrom, kept.count)
        if useless == kept.count || useless > kept.count / 2 {
            cutKept(useless)
            search.rebase(by: useless)
        }
        state = .searching(search)
        return nil
    }

    private mutating func cutKept(_ count: Int) {
        skip(count)
        kept.removeFirst(count)
        let last = keptPieces.lastIndex { $0.start <= count } ?? 0
        keptPieces.removeFirst(last)
        for index in keptPieces.indices { keptPieces[index].start = max(0, keptPieces[index].start - count) }
        if kept.isEmpty { dropKept() }
    }

    mutating func replay(from found: Int) -> ReplayedBytes {
        cutKept(found)
        effort.spend(kept.count)
        let replayed = ReplayedBytes(bytes: kept, pieces: keptPieces)
        kept = []
        keptPieces = []
        state = .boundary
        return replayed
    }
}
