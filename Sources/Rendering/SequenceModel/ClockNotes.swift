package import Trace

extension CaptureSummary {
    /// What the capture itself leaves open: packets cut or lost, clocks that were set or differ. One sentence each.
    package var qualityNotes: [String] {
        CoverageNotes(of: self).sentences + clockNotes
    }

    /// What clocks did while it was captured, one sentence each.
    var clockNotes: [String] { sources.clockNotes }
}

extension [CaptureSource] {
    /// What clocks did while this was captured, one sentence each.
    var clockNotes: [String] {
        indices.flatMap { index in
            let clock = self[index].clock
            let owner = count == 1 ? "the clock" : "the clock of \(name(index))"
            return [
                steps(clock, owner), astray(clock, index), order(clock, index),
                clock.correction.offset.map { offset($0, of: index) },
            ]
            .compactMap(\.self)
        }
    }

    private func steps(_ clock: SourceClock, _ owner: String) -> String? {
        guard let first = clock.steps.first else { return nil }
        let size = GlyphTable.unicode.duration(first.size.magnitude)
        let way = first.size < 0 ? "went back" : "went forward"
        let rest = "times after it go on from the packet before"
        if clock.steps.count == 1 { return "\(owner) \(way) \(size) at packet \(first.packet): \(rest)" }
        return "\(owner) was set \(counted(clock.steps.count, "time")), at first it \(way) \(size) at packet "
            + "\(first.packet): \(rest)"
    }

    private func astray(_ clock: SourceClock, _ index: Int) -> String? {
        guard clock.packetsAstray > 0 else { return nil }
        let where_ = count == 1 ? "" : " of \(name(index))"
        let whose = clock.packetsAstray == 1 ? "a time far from its neighbours'" : "times far from their neighbours'"
        return "\(counted(clock.packetsAstray, "packet"))\(where_) with \(whose): that of the packet before is taken"
    }

    private func order(_ clock: SourceClock, _ index: Int) -> String? {
        guard clock.farthestOutOfOrder >= .milliseconds(10) else { return nil }
        let where_ = count == 1 ? "" : " of \(name(index))"
        let packets = counted(clock.packetsOutOfOrder, "packet")
        let stand = clock.packetsOutOfOrder == 1 ? "stands" : "stand"
        let size = GlyphTable.unicode.duration(clock.farthestOutOfOrder)
        // No capture holds packets back for so long: the clock was set, or the file was put together.
        guard clock.farthestOutOfOrder < Self.longestDelay else {
            return
                "\(packets)\(where_) \(stand) behind others of later times, by up to \(size): a clock was set, or the "
                + "file was put together from several; their own times are taken"
        }
        return "\(packets)\(where_) \(stand) behind others of later times, by up to \(size): their own times are taken"
    }

    private static var longestDelay: Nanoseconds { .seconds(10) }

    private func offset(_ offset: ClockOffset, of index: Int) -> String {
        let size = GlyphTable.unicode.duration(offset.offset.magnitude)
        let way = offset.offset < 0 ? "behind" : "ahead of"
        let drift = (offset.lastOffset - offset.offset).magnitude
        let drifts = drift < .milliseconds(1) ? "" : " (and drifts by \(GlyphTable.unicode.duration(drift)))"
        let what = offset.isCorrected ? "corrected" : "not corrected"
        return "\(name(index))'s clock is \(size) \(way) \(name(offset.reference))'s\(drifts): \(what)"
    }

    private func name(_ index: Int) -> String {
        guard indices.contains(index) else { return "?" }
        return self[index].path == "-" ? "standard input" : self[index].path
    }
}
