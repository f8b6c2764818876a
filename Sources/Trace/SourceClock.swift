/// A value: a place in a source where its clock was set.
///
/// Packets stay in the order in which they came: later times of the source are moved so that time goes on from there.
package struct ClockStep: Sendable, Equatable {
    /// The first packet behind it, by its number in the source.
    package var packet: Int
    /// How far the clock was set: negative where it went back.
    package var size: Nanoseconds

    package init(packet: Int, size: Nanoseconds) {
        self.packet = packet
        self.size = size
    }
}

/// A value: how the times of a source's packets are to be read.
package struct SourceClock: Sendable, Equatable {
    /// Where the clock was set, in order; the first of very many.
    package var steps: [ClockStep] = []
    /// Packets whose time lies before that of a packet in front of them, and by how much at most. Their times are
    /// believed: packets of several queues or interfaces are written a little out of order.
    package var packetsOutOfOrder = 0
    package var farthestOutOfOrder: Nanoseconds = 0
    /// Packets whose time lies a minute or more from those of the packets before and behind them, which agree: it is
    /// damaged, and that of the packet before is taken.
    package var packetsAstray = 0
    /// What was added to its times since its clock differs from that of other sources.
    package var correction = ClockCorrection()

    package static let stepsAtMost = 64

    package init() {}
}

/// A value: how far the clock of a source is from that of another one.
package struct ClockOffset: Sendable, Equatable {
    /// The other source: an index into `CaptureSummary.sources`.
    package var reference: Int
    /// Positive where the source's clock is ahead; of a clock that drifts, at the first message compared.
    package var offset: Nanoseconds
    /// The same at the last message compared.
    package var lastOffset: Nanoseconds
    /// How far the true offset may be from it, either way.
    package var uncertainty: Nanoseconds
    /// Whether the source's times were corrected by it.
    package var isCorrected: Bool

    package init(
        reference: Int, offset: Nanoseconds, lastOffset: Nanoseconds, uncertainty: Nanoseconds, isCorrected: Bool
    ) {
        self.reference = reference
        self.offset = offset
        self.lastOffset = lastOffset
        self.uncertainty = uncertainty
        self.isCorrected = isCorrected
    }
}

/// A value: what is added to the times of a source, by stretches of its own time.
package struct ClockCorrection: Sendable, Equatable {
    package struct Stretch: Sendable, Equatable {
        /// Times of the source's own clock from which on it holds.
        package var from: Timestamp
        package var shift: Nanoseconds

        package init(from: Timestamp, shift: Nanoseconds) {
            self.from = from
            self.shift = shift
        }
    }

    /// Ascending. The first holds for what lies before it, too.
    package var stretches: [Stretch] = []
    /// How far the clock is from that of another source; `nil` where that is not known, or nothing.
    package var offset: ClockOffset?
    /// The source with whose clock its times agree once they are corrected: an index into `CaptureSummary.sources`; `nil`
    /// where what both saw does not tell.
    package var agreesWith: Int?
    /// The source that the same capture wrote before this one: the bytes of the connections that both show go on without a
    /// gap.
    package var goesOnAfter: Int?

    package init() {}

    package var isNone: Bool { stretches.isEmpty }

    package func shift(at time: Timestamp) -> Nanoseconds {
        (stretches.last { $0.from <= time } ?? stretches.first)?.shift ?? 0
    }
}

extension [CaptureSource] {
    /// Of each source one whose clock is the measure of its times: those of sources that have the same one can be compared.
    package var clocks: [Int] { indices.map { self[$0].clock.correction.agreesWith ?? $0 } }

    /// How many captures wrote them: each has one first source.
    package var captureCount: Int { count { $0.clock.correction.goesOnAfter == nil } }

    /// Of each source the first that its capture wrote, as where a capture begins a new file every hour.
    package var captures: [Int] {
        indices.map { index in
            var first = index
            for _ in indices { first = self[first].clock.correction.goesOnAfter ?? first }
            return first
        }
    }
}
