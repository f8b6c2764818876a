import Bytes
import Trace

/// Looking for a boundary.
extension FrameDecoder {
    mutating func beginSearch(from position: Int, _ context: FrameContext) {
        search = InPlace(
            FrameSearch(from: position, frameMax: context.frameMax, channelMax: context.channelMax, limits: limits))
        state = .searching
    }

    /// Looks for a boundary, as a rule from the second byte of the frame at hand.
    mutating func outOfStep(_ context: FrameContext, from position: Int = 1) {
        budget.spend(kept.count)
        beginSearch(from: position, context)
        announcesOutOfStep = true
    }

    mutating func find(
        _ bytes: RawSpan, _ offset: inout Int, _ stamp: PacketStamp, _ context: FrameContext
    ) -> FrameStep? {
        guard offset < bytes.byteCount || !kept.isEmpty else { return nil }
        return kept.isEmpty ? findHere(bytes, &offset, stamp, context) : findInKept(bytes, &offset, stamp)
    }

    /// Nothing is kept: looks at the bytes where they lie and keeps what is undecided.
    private mutating func findHere(
        _ bytes: RawSpan, _ offset: inout Int, _ stamp: PacketStamp, _ context: FrameContext
    ) -> FrameStep? {
        let start = offset
        let here = bytes.extracting(start..<bytes.byteCount)
        var budget = budget
        var found = search?.value.find(in: here, &budget)
        self.budget = budget
        if found == nil, context.trustsLoneFrame, start == 0,
            search?.value.isLoneFrame(at: 0, in: here, budget) == true
        {
            found = 0
        }
        if let found {
            offset = start + found
            skip(found)
            endSearch()
            return .skipped(takeSkipped())
        }
        let useless = min(search?.value.keepFrom ?? 0, here.byteCount)
        skip(useless)
        keep(here, useless..<here.byteCount)
        keptPieces = [(0, stamp)]
        search?.value.rebase(by: useless)
        offset = bytes.byteCount
        return nil
    }

    private mutating func endSearch() {
        search = nil
        state = .boundary
    }

    /// Adds to the bytes that wait.
    private mutating func findInKept(
        _ bytes: RawSpan, _ offset: inout Int, _ stamp: PacketStamp
    ) -> FrameStep? {
        if offset < bytes.byteCount {
            if keptPieces.count < 1024 { keptPieces.append((kept.count, stamp)) }
            keep(bytes, offset..<bytes.byteCount)
            offset = bytes.byteCount
        }
        var budget = budget
        let waiting = kept
        let found = search?.value.find(in: waiting.span.bytes, &budget)
        self.budget = budget
        if let found {
            beginReplay(from: found)
            return .replay
        }
        while let from = search?.value.keepFrom, kept.count - from > limits.searchWindow { search?.value.dropFirst() }
        let useless = min(search?.value.keepFrom ?? 0, kept.count)
        if useless == kept.count || useless > kept.count / 2 {
            cutKept(useless)
            search?.value.rebase(by: useless)
        }
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

    /// The bytes that wait are to be fed to the decoder again from there on.
    mutating func beginReplay(from found: Int) {
        cutKept(found)
        budget.spend(kept.count)
        endSearch()
    }

    /// Those bytes, which are no longer kept.
    mutating func takeReplay() -> StampedBytes {
        defer { (kept, keptPieces) = ([], []) }
        return StampedBytes(kept, keptPieces)
    }
}
